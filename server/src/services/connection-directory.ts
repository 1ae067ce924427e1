import type { ConnectionId, Platform } from "@bellwether/shared";
import type { Clock, Connection, ConnectionRepository, ConnectionSecrets } from "./ports.ts";

const TTL_MS = 5_000;

interface Entry<T> {
  value: T;
  readAt: number;
}

/**
 * Connections by portal or id as deliveries and apps ask for them, remembered for 5 s: a burst of webhooks must not
 * become a burst of reads. Disconnected ones are found too: their events are kept for the day they are connected again,
 * while whoever reads for an app looks at the status, which other processes may see that much later.
 */
export class ConnectionDirectory {
  readonly #connections: ConnectionRepository;
  readonly #clock: Clock;
  readonly #byName = new Map<string, Entry<Connection | null>>();
  readonly #byId = new Map<string, Entry<{ connection: Connection; secrets: ConnectionSecrets } | null>>();

  #forgotten = 0;

  constructor(connections: ConnectionRepository, clock: Clock) {
    this.#connections = connections;
    this.#clock = clock;
  }

  /** `null` = unknown. */
  byExternalId(platform: Platform, externalId: string): Promise<Connection | null> {
    return this.#remember(this.#byName, `${platform}:${externalId}`, () =>
      this.#connections.findByExternalId(platform, externalId),
    );
  }

  /** With its secrets; `null` = unknown. */
  byId(id: ConnectionId): Promise<{ connection: Connection; secrets: ConnectionSecrets } | null> {
    return this.#remember(this.#byId, id, async () => {
      const connection = await this.#connections.find(id);
      return connection && { connection, secrets: await this.#connections.secrets(id) };
    });
  }

  forget(): void {
    this.#forgotten++;
    this.#byName.clear();
    this.#byId.clear();
  }

  async #remember<T>(cache: Map<string, Entry<T>>, key: string, read: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime();
    const known = cache.get(key);
    // from a time to come = the clock was set back meanwhile: nobody knows how old it is
    if (known && now >= known.readAt && now - known.readAt < TTL_MS) return known.value;
    const before = this.#forgotten;
    const value = await read();
    if (before !== this.#forgotten) return value; // what was read may be what had to be forgotten
    if (cache.size > 10_000) cache.clear(); // made-up portal ids must not fill the memory
    cache.set(key, { value, readAt: now });
    return value;
  }
}

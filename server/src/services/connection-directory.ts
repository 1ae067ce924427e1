import type { ConnectionId, Platform } from "@bellwether/shared";
import type { Clock, Connection, ConnectionRepository, ConnectionSecrets } from "./ports.ts";

const TTL_MS = 5_000;

interface Entry<T> {
  value: T;
  readAt: number;
}

/**
 * Connections by portal or id as deliveries ask for them, remembered for 5 s: a burst of webhooks must not become
 * a burst of reads. A disconnected connection takes that long to be refused in other processes.
 */
export class ConnectionDirectory {
  readonly #connections: ConnectionRepository;
  readonly #clock: Clock;
  readonly #byName = new Map<string, Entry<Connection | null>>();
  readonly #byId = new Map<string, Entry<{ connection: Connection; secrets: ConnectionSecrets } | null>>();

  constructor(connections: ConnectionRepository, clock: Clock) {
    this.#connections = connections;
    this.#clock = clock;
  }

  /** Active connections only; `null` for unknown and disconnected ones. */
  byExternalId(platform: Platform, externalId: string): Promise<Connection | null> {
    return this.#remember(this.#byName, `${platform}:${externalId}`, async () => {
      const found = await this.#connections.findByExternalId(platform, externalId);
      return found?.status === "active" ? found : null;
    });
  }

  /** With its secrets; `null` for unknown and disconnected ones. */
  byId(id: ConnectionId): Promise<{ connection: Connection; secrets: ConnectionSecrets } | null> {
    return this.#remember(this.#byId, id, async () => {
      const connection = await this.#connections.find(id);
      if (connection?.status !== "active") return null;
      return { connection, secrets: await this.#connections.secrets(id) };
    });
  }

  forget(): void {
    this.#byName.clear();
    this.#byId.clear();
  }

  async #remember<T>(cache: Map<string, Entry<T>>, key: string, read: () => Promise<T>): Promise<T> {
    const now = this.#clock.now().getTime();
    const known = cache.get(key);
    if (known && now - known.readAt < TTL_MS) return known.value;
    const value = await read();
    if (cache.size > 10_000) cache.clear(); // made-up portal ids must not fill the memory
    cache.set(key, { value, readAt: now });
    return value;
  }
}

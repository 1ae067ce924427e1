import { setTimeout as wait } from "node:timers/promises";
import type { Backfill, BellwetherApi, ListedAccount } from "./bellwether-api.ts";
import type { DemoAccount, Glance, HistoryRead, ServerState } from "./protocol.ts";

const BETWEEN_LOOKS_MS = 1_000;

export interface BookWatcherDeps {
  api: BellwetherApi;
  accounts: readonly DemoAccount[];
  onServer(state: ServerState): void;
  onGlances(glances: Record<string, Glance>): void;
}

/** Keeps the page's view of the server: is it there, how far has it read, and how every account stands. */
export class BookWatcher {
  server: ServerState = { phase: "starting", message: "", history: [] };
  glances: Record<string, Glance> = {};
  /** Bellwether's account ids, by the key of the sandbox's account. */
  readonly accountIds = new Map<string, string>();
  readonly #deps: BookWatcherDeps;
  #isDone = false;
  #hasEnded = false;

  constructor(deps: BookWatcherDeps) {
    this.#deps = deps;
  }

  /** Looks again and again until told to stop. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!this.#hasEnded) await this.look();
      await wait(BETWEEN_LOOKS_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async look(): Promise<void> {
    try {
      if (!this.#isDone) this.#takeHistory(await this.#deps.api.backfill());
      this.#takeAccounts(await this.#deps.api.accounts());
      if (this.server.phase === "down") this.#say({ ...this.server, phase: "reading", message: "" });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.server.phase !== "starting") this.#say({ ...this.server, phase: "down", message: reason });
    }
  }

  /** The server's process is gone; it will not come back by itself. */
  ended(reason: string): void {
    this.#hasEnded = true;
    this.#say({ ...this.server, phase: "down", message: `The Bellwether server ${reason}.` });
  }

  #takeHistory({ connections }: Backfill): void {
    const history = connections.flatMap(({ platform, objects }) =>
      objects.map((object): HistoryRead => ({ platform, ...object })),
    );
    this.#isDone = connections.length > 0 && connections.every(({ isDone }) => isDone);
    this.#say({ phase: this.#isDone ? "live" : "reading", message: "", history });
  }

  #takeAccounts(listed: readonly ListedAccount[]): void {
    const byRecord = new Map(
      listed.flatMap((one) => one.links.map(({ ref }) => [`${ref.platform}:${ref.id}`, one])),
    );
    const glances: Record<string, Glance> = {};
    for (const account of this.#deps.accounts) {
      const found =
        byRecord.get(`hubspot:${account.hubspotCompanyId}`) ??
        byRecord.get(`zendesk:${account.zendeskOrganizationId}`);
      if (!found) continue;
      this.accountIds.set(account.key, found.id);
      glances[account.key] = {
        healthScore: found.healthScore,
        band: found.band,
        isAtRisk: found.isAtRisk ?? false,
        matchDoubt: found.suggestions[0]?.reason ?? "",
      };
    }
    if (JSON.stringify(glances) === JSON.stringify(this.glances)) return;
    this.glances = glances;
    this.#deps.onGlances(glances);
  }

  #say(server: ServerState): void {
    const isNews = JSON.stringify(server) !== JSON.stringify(this.server);
    this.server = server;
    if (isNews) this.#deps.onServer(server);
  }
}

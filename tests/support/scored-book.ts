import { randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  CHURN_PRIOR_V1,
  DAY_MS,
  type Observation,
  type Outcome,
  type Override,
  parseScorecard,
  type RecordRef,
  refKey,
  SCORECARD_DEFAULT_V1,
  type Segment,
} from "@bellwether/shared";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import { type Replay, replayScore } from "../../server/src/services/replay-score.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { change, newWorld, type Stores, type World } from "./stores.ts";

const SEGMENTS: Segment[] = ["new", "growing", "established"];

/** A tenant whose accounts are scored by the product's own jobs, by a clock that the test moves. */
export class ScoredBook {
  now = new Date("2026-05-01T12:00:00.000Z");
  readonly world: World;
  readonly #stores: Stores;
  readonly #database: Database;

  private constructor(database: Database, stores: Stores, world: World) {
    this.#database = database;
    this.#stores = stores;
    this.world = world;
  }

  static async open(database: Database, stores: Stores): Promise<ScoredBook> {
    const book = new ScoredBook(database, stores, await newWorld(stores));
    for (const id of [book.world.hubspot, book.world.zendesk])
      await stores.connections.update(id, { syncedAt: book.now });
    return book;
  }

  get deps() {
    const meter = { count: () => undefined, observe: () => undefined, gauge: () => undefined };
    return {
      ...this.#stores,
      clock: { now: () => this.now },
      meter,
      newId: randomUUID,
      definitions: { scorecard: SCORECARD_DEFAULT_V1, churnModel: CHURN_PRIOR_V1 },
    };
  }

  daysAgo = (days: number): Date => new Date(this.now.getTime() - days * DAY_MS);

  pass(days: number): void {
    this.now = new Date(this.now.getTime() + days * DAY_MS);
  }

  async account(...parties: RecordRef[]): Promise<AccountId> {
    const id = accountId.parse(randomUUID());
    await this.#stores.accounts.link(this.world.tenantId, {
      accounts: [{ id, name: `Account ${id.slice(0, 4)}`, createdAt: this.daysAgo(400) }],
      links: parties.map((ref) => ({ ref, accountId: id, rule: "anchor" })),
      suggestions: [],
    });
    return id;
  }

  link(id: AccountId, ref: RecordRef): Promise<void> {
    return this.#stores.accounts.link(this.world.tenantId, {
      accounts: [],
      links: [{ ref, accountId: id, rule: "domain" }],
      suggestions: [],
    });
  }

  async tell(observations: readonly Observation[]): Promise<void> {
    await this.#stores.ledger.commit(change(this.world, { observations }));
  }

  /** Scores what is marked; with `all` every account, as once a day. */
  async score(all: "all" | "marked" = "all"): Promise<void> {
    if (all === "all") await this.#stores.scores.markAll(this.world.tenantId);
    await scoreAccounts(this.deps, this.world.tenantId);
  }

  async override(account: AccountId, override: Override, days = 10): Promise<void> {
    await this.#stores.corrections.save(this.world.tenantId, {
      id: randomUUID(),
      accountId: account,
      target: "score",
      direction: "wrong",
      reason: "They told us.",
      evidence: null,
      override,
      shown: { healthScore: null, band: null, churnProbability: null, versions: "" },
      author: "token:1",
      authorName: "Ada",
      createdAt: this.now,
      expiresAt: this.daysAgo(-days),
      withdrawnAt: null,
      withdrawnBy: null,
    });
  }

  /** @returns its id */
  async outcome(account: AccountId, kind: Outcome["kind"], at: Date): Promise<string> {
    const id = randomUUID();
    await this.#stores.outcomes.save(this.world.tenantId, [
      {
        id,
        accountId: account,
        kind,
        at,
        source: "person",
        sourceKey: id,
        reason: null,
        note: null,
        recordedBy: "token:1",
        recordedAt: this.now,
      },
    ]);
    return id;
  }

  /** A version like the default, with another line between red and yellow. */
  async addScorecard(version: string, yellowFrom: number, shadowUntil: Date | null = null): Promise<void> {
    const definition = parseScorecard({
      ...SCORECARD_DEFAULT_V1,
      version,
      coverageFloor: 0.02,
      bands: { ...SCORECARD_DEFAULT_V1.bands, yellowFrom },
    });
    await this.#stores.scorecards.insert(this.world.tenantId, {
      version,
      status: "proposed",
      segments: SEGMENTS,
      definition,
      basedOn: "default-1",
      note: null,
      createdBy: "token:1",
      createdAt: this.now,
      proposedBy: "token:1",
      proposedAt: this.now,
      approvedBy: null,
      approvedAt: null,
      shadowSince: shadowUntil && this.now,
      shadowUntil,
      backtest: null,
      updatedAt: this.now,
    });
  }

  activate(version: string, kind: "activation" | "rollback" = "activation"): Promise<void> {
    return this.#stores.scorecards.activate(
      this.world.tenantId,
      SEGMENTS.map((segment) => ({ segment, version, kind, at: this.now, by: "token:1" })),
    );
  }

  replay(account: AccountId, at: Date): Promise<Replay> {
    return replayScore(this.deps, this.world.tenantId, account, at);
  }

  /** Every stored result of the tenant, calculated once more. */
  async replayAll(): Promise<Replay[]> {
    const rows = await this.#database.query<{ account_id: AccountId; at: Date }>(
      `SELECT account_id, at FROM health_snapshot WHERE tenant_id = $1
       UNION SELECT account_id, scored_at FROM health_current WHERE tenant_id = $1`,
      [this.world.tenantId],
    );
    return Promise.all(rows.map((row) => this.replay(row.account_id, row.at)));
  }
}

/** An observation of a party that is true since `at`. */
export const observed = (
  ref: RecordRef,
  at: Date,
  fact: Pick<Observation, "kind" | "key" | "value">,
): Observation =>
  ({ ...fact, subject: refKey(ref), source: ref.platform, at: at.toISOString() }) as Observation; // kind, key and value come from one fact

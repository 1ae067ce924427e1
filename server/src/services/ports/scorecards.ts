import type { Scorecard, Segment, TenantId } from "@bellwether/shared";

export type ScorecardStatus = "draft" | "proposed" | "active" | "retired";

export interface StoredScorecard {
  version: string;
  status: ScorecardStatus;
  segments: Segment[];
  definition: Scorecard;
  basedOn: string | null;
  note: string | null;
  createdBy: string;
  createdAt: Date;
  proposedBy: string | null;
  proposedAt: Date | null;
  approvedBy: string | null;
  approvedAt: Date | null;
  shadowSince: Date | null;
  shadowUntil: Date | null;
  /** Newest `BacktestReport` with its state; `null` = none was run. */
  backtest: unknown;
  updatedAt: Date;
}

export interface ScorecardActivation {
  /** Grows with every activation of the tenant. */
  id: number;
  segment: Segment;
  version: string;
  kind: "activation" | "rollback";
  at: Date;
  by: string;
}

export interface ScorecardStore {
  list(tenant: TenantId): Promise<StoredScorecard[]>;
  find(tenant: TenantId, version: string): Promise<StoredScorecard | null>;
  /** @throws {AppError} `conflict` where the version exists */
  insert(tenant: TenantId, scorecard: StoredScorecard): Promise<void>;
  /**
   * Changes a row if it still is as it was read (`updatedAt`), so that two people cannot overwrite each other.
   * @throws {AppError} `conflict`
   */
  update(
    tenant: TenantId,
    before: StoredScorecard,
    change: Partial<StoredScorecard>,
  ): Promise<StoredScorecard>;
  /** A draft, if it still is as it was read. @throws {AppError} `conflict` */
  remove(tenant: TenantId, before: StoredScorecard): Promise<void>;
  /** Newest first. */
  activations(tenant: TenantId): Promise<ScorecardActivation[]>;
  /**
   * One transaction: an activation row per segment, the version becomes active, versions that no segment uses any
   * more retire, all accounts are marked and the scoring woken up.
   * @param seen id of the newest activation that the decision stands on, 0 without one
   * @throws {AppError} `conflict` where there is a newer one than `seen`
   */
  activate(
    tenant: TenantId,
    activations: readonly Omit<ScorecardActivation, "id">[],
    seen?: number,
  ): Promise<void>;
  /** Definitions in force per segment, and those in their shadow period; segments without one are absent. */
  inForce(
    tenant: TenantId,
    now: Date,
  ): Promise<{
    active: ReadonlyMap<Segment, Scorecard>;
    shadow: { definition: Scorecard; segments: Segment[] }[];
  }>;
  /** Any version the tenant ever had, for replay and explanations; built-in ones are not in here. */
  definition(tenant: TenantId, version: string): Promise<Scorecard | null>;
}

export interface ShadowScore {
  accountId: string;
  version: string;
  at: Date;
  healthScore: number | null;
  band: string | null;
  isAtRisk: boolean;
  /** `ScoreMemory` */
  memory: unknown;
}

export interface ShadowStore {
  /** Newest per account and version. */
  latest(
    tenant: TenantId,
    version: string,
    accounts: readonly string[],
  ): Promise<ReadonlyMap<string, ShadowScore>>;
  /** At most one row per account, version and day: the day's last. */
  save(tenant: TenantId, scores: readonly ShadowScore[]): Promise<void>;
  /** Newest shadow score of every account, in keyset pages by account. */
  list(
    tenant: TenantId,
    version: string,
    page: { after: string | null; limit: number },
  ): Promise<ShadowScore[]>;
}

import type {
  AccountId,
  ConnectionId,
  HealthResult,
  KnownAccount,
  Outlook,
  RecordRef,
  ScoreInputs,
  TenantId,
  VersionMemory,
} from "@bellwether/shared";
import type { PartyLink } from "./links.ts";

export interface ClaimedAccount {
  tenantId: TenantId;
  accountId: AccountId;
  version: number;
  /** Since when the oldest event that led to it was waiting; absent = none did. */
  eventAt?: Date;
}

/** One day of the trend. */
export interface TrendPoint {
  at: Date;
  /** `null` = there was not enough data. */
  healthScore: number | null;
  isReconstructed: boolean;
}

export interface StoredHealth {
  result: HealthResult;
  isReconstructed: boolean;
}

/** Everything that scoring needs of one account; observations oldest first. */
export interface AccountLedger extends KnownAccount {
  accountId: AccountId;
  name: string;
  links: PartyLink[];
  /** When the newest result was calculated; `null` = there is none. */
  latestAt: Date | null;
  /** The newest result, with what it was calculated from, where it is that of a lost account; `null` elsewhere. */
  frozen: { result: HealthResult; inputs: ScoreInputs } | null;
  /** Newest snapshot at or before 30 days ago (before the loss, of a lost account); `null` = none. */
  monthAgo: { at: Date; healthScore: number | null } | null;
}

/** What a platform should show for one record; the store keeps it until the platform has confirmed it. */
export interface DesiredValues {
  connectionId: ConnectionId;
  ref: RecordRef;
  /** Field key → text; empty text clears. Compared without `bellwether_scored_at`. */
  values: Record<string, string>;
}

export interface ScoredAccount {
  accountId: AccountId;
  /** When it was calculated; of a lost account later than `result.scoredAt`. */
  calculatedAt: Date;
  result: HealthResult;
  inputs: ScoreInputs;
  /** `null` = they stay as they are. */
  memories: readonly VersionMemory[] | null;
  desired: readonly DesiredValues[];
  /** Value of the ticket drop-down for the account's open tickets; `null` leaves them alone. */
  ticketBand: { connectionId: ConnectionId; value: string } | null;
  /** What the result will be if nothing happens; absent or `null` = it has to be calculated again. */
  outlook?: Outlook | null;
}

export interface ScoreStore {
  /** Marked accounts of a tenant that nobody alive holds. */
  claimAccounts(tenant: TenantId, limit: number): Promise<ClaimedAccount[]>;
  releaseAccounts(claims: readonly ClaimedAccount[], retryAt: Date): Promise<void>;
  /** Ledgers of one moment: nothing that is committed meanwhile is in one part and missing in another. */
  ledgers(tenant: TenantId, accounts: readonly AccountId[], now: Date): Promise<AccountLedger[]>;
  /**
   * One transaction: current score, a snapshot where the result changed (apart from its time), the outbox where a
   * desired value changed, the wake-up of the write-back, and settled marks removed.
   */
  save(tenant: TenantId, scored: readonly ScoredAccount[], claims: readonly ClaimedAccount[]): Promise<void>;
  /** Adds snapshots of the past; never replaces one. */
  saveReconstructed(
    tenant: TenantId,
    snapshots: readonly { accountId: AccountId; result: HealthResult }[],
  ): Promise<void>;
  latest(tenant: TenantId, account: AccountId): Promise<StoredHealth | null>;
  /**
   * The scores alone, without what explains them: oldest first, at most one per day (the day's last). Results that
   * only repeat a loss are among them, dated by their calculation.
   */
  trend(tenant: TenantId, account: AccountId, since: Date): Promise<TrendPoint[]>;
  /**
   * Oldest first, at most one per day (the day's last). Of a lost account only what was calculated before the loss
   * was known: from then on the result stands as on the day of the loss.
   */
  history(tenant: TenantId, account: AccountId, since: Date): Promise<StoredHealth[]>;
  /** Newest at or before `at`. */
  at(tenant: TenantId, account: AccountId, at: Date): Promise<StoredHealth | null>;
  /** Marks all accounts of a tenant (daily rescoring). @returns how many */
  markAll(tenant: TenantId): Promise<number>;
  tenantsWithMarks(): Promise<TenantId[]>;
}

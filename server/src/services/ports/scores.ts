import type {
  AccountId,
  ConnectionId,
  HealthResult,
  Observation,
  RecordRef,
  TenantId,
} from "@bellwether/shared";
import type { PartyLink } from "./links.ts";

export interface ClaimedAccount {
  tenantId: TenantId;
  accountId: AccountId;
  version: number;
}

export interface StoredHealth {
  result: HealthResult;
  isReconstructed: boolean;
}

/** Everything that scoring needs of one account. */
export interface AccountLedger {
  accountId: AccountId;
  name: string;
  createdAt: Date;
  links: PartyLink[];
  observations: Observation[];
  latest: HealthResult | null;
  /** Newest snapshot at or before 30 days ago; `null` = none. */
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
  result: HealthResult;
  desired: readonly DesiredValues[];
  /** Value of the ticket drop-down for the account's open tickets; `null` leaves them alone. */
  ticketBand: { connectionId: ConnectionId; value: string } | null;
}

export interface ScoreStore {
  /** Marked accounts of a tenant that nobody alive holds. */
  claimAccounts(tenant: TenantId, limit: number): Promise<ClaimedAccount[]>;
  releaseAccounts(claims: readonly ClaimedAccount[], retryAt: Date): Promise<void>;
  /** Ledgers in one read, observations oldest first. */
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
  /** Oldest first, at most one per day (the day's last). */
  history(tenant: TenantId, account: AccountId, since: Date): Promise<StoredHealth[]>;
  /** Newest at or before `at`. */
  at(tenant: TenantId, account: AccountId, at: Date): Promise<StoredHealth | null>;
  /** Marks all accounts of a tenant (daily rescoring). @returns how many */
  markAll(tenant: TenantId): Promise<number>;
  tenantsWithMarks(): Promise<TenantId[]>;
}

import type { AccountId, Observation, Outcome, RecordRef, TenantId } from "@bellwether/shared";

export interface StoredOutcome extends Outcome {
  id: string;
  accountId: AccountId;
  recordedBy: string;
  recordedAt: Date;
  retractedBy: string | null;
  retractedAt: Date | null;
}

export interface OutcomeStore {
  /**
   * Adds outcomes; one that is there already (same account, source, key and kind) stays, but for a changed date,
   * reason or note of an automatic source. Marks the accounts and wakes the scoring up, in the same transaction.
   * @returns how many were new or changed
   */
  save(
    tenant: TenantId,
    outcomes: readonly Omit<StoredOutcome, "retractedBy" | "retractedAt">[],
  ): Promise<number>;
  /** Takes several back at once; unknown ones and those taken back before are left alone. */
  retractAll(tenant: TenantId, ids: readonly string[], by: string, at: Date): Promise<void>;
  /** Takes one back; kept, but no longer believed. @throws {AppError} `not_found` */
  retract(tenant: TenantId, id: string, by: string, at: Date): Promise<void>;
  /** Of one account, newest first, retracted ones too. */
  ofAccount(tenant: TenantId, account: AccountId): Promise<StoredOutcome[]>;
  /** Believed ones (not retracted) of these accounts, oldest first. */
  believed(
    tenant: TenantId,
    accounts: readonly AccountId[],
  ): Promise<ReadonlyMap<AccountId, StoredOutcome[]>>;
  /**
   * What the ledger says about outcomes of these accounts, also of the time after a loss: lifecycle stages, closed
   * deals and mapped dates of a loss. In no order; accounts of which it says nothing are absent.
   */
  evidence(tenant: TenantId, accounts: readonly AccountId[]): Promise<ReadonlyMap<AccountId, Observation[]>>;
  /** Those of these accounts that exist, and the accounts of these parties by `refKey`. */
  known(
    tenant: TenantId,
    named: { accounts: readonly AccountId[]; parties: readonly RecordRef[] },
  ): Promise<{ accounts: ReadonlySet<AccountId>; parties: ReadonlyMap<string, AccountId> }>;
  /** Numbers of believed outcomes by kind. */
  counts(tenant: TenantId): Promise<Record<Outcome["kind"], number>>;
}

import type { AccountId, Band, CorrectionEntry, DatedOverride, TenantId } from "@bellwether/shared";

export interface StoredCorrection extends Omit<CorrectionEntry, "expiresInDays"> {
  id: string;
  accountId: AccountId;
  /** What was shown when it was made. */
  shown: {
    healthScore: number | null;
    band: Band | null;
    churnProbability: number | null;
    versions: string;
  };
  author: string;
  authorName: string;
  createdAt: Date;
  expiresAt: Date;
  withdrawnAt: Date | null;
  withdrawnBy: string | null;
}

export interface CorrectionStore {
  /**
   * Marks the account and wakes the scoring up where there is an override, in the same transaction.
   * @returns what stands: the earlier one where the same person said the same within the minute before
   * @throws {AppError} `not_found` without such an account
   */
  save(tenant: TenantId, correction: StoredCorrection): Promise<StoredCorrection>;
  /** Likewise; one that was withdrawn before stays as it is. @throws {AppError} `not_found` */
  withdraw(tenant: TenantId, id: string, by: string, at: Date): Promise<StoredCorrection>;
  find(tenant: TenantId, id: string): Promise<StoredCorrection | null>;
  /** Newest first, expired and withdrawn ones too. */
  ofAccount(tenant: TenantId, account: AccountId): Promise<StoredCorrection[]>;
  /**
   * Overrides of these accounts that are not withdrawn and expire after `now`, oldest first. A newer one takes the
   * place of an older one for good, unless it is withdrawn: the older does not come back when the newer expires.
   */
  overrides(
    tenant: TenantId,
    accounts: readonly AccountId[],
    now: Date,
  ): Promise<ReadonlyMap<AccountId, DatedOverride[]>>;
  /** All of a tenant in keyset pages by id, for the report on who was right. */
  list(tenant: TenantId, page: { after: string | null; limit: number }): Promise<StoredCorrection[]>;
  /**
   * Of all tenants: marks the accounts whose score still shows an override that has expired, or was calculated before
   * the override that holds now. Frozen scores of lost customers stay. @returns how many were marked
   */
  markOutdated(now: Date): Promise<number>;
}

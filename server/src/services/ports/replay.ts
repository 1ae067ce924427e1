import type { AccountId, HealthResult, Observation, ScoreInputs, TenantId } from "@bellwether/shared";

/** A result as it was stored, with what it was calculated from. */
export interface StoredCalculation {
  calculatedAt: Date;
  result: HealthResult;
  /** `null` where they were not kept: reconstructed, or calculated before they were. */
  inputs: ScoreInputs | null;
  isReconstructed: boolean;
}

/** What replay reads; it writes nothing. */
export interface ReplayStore {
  /** The newest result that was calculated at or before `at`, snapshot or current; `null` = none. */
  calculation(tenant: TenantId, account: AccountId, at: Date): Promise<StoredCalculation | null>;
  /** When the oldest result was calculated; `null` = there is none. */
  firstCalculatedAt(tenant: TenantId, account: AccountId): Promise<Date | null>;
  /** The account and the parties whose observations are its own today; `null` = not this tenant's. */
  account(
    tenant: TenantId,
    account: AccountId,
  ): Promise<{ name: string; createdAt: Date; subjects: string[] } | null>;
  /** Observations of these parties up to a ledger position; `null` = all. Oldest first. */
  observations(
    tenant: TenantId,
    subjects: readonly string[],
    position: string | null,
  ): Promise<Observation[]>;
}

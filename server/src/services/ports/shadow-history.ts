import type { AccountId, Band, TenantId } from "@bellwether/shared";

/** How one account stood at the end of one day. */
export interface DayStanding {
  accountId: AccountId;
  at: Date;
  band: Band | null;
  isAtRisk: boolean;
}

/** What two versions showed side by side; read for the comparison alone. */
export interface ShadowHistory {
  /**
   * Oldest first. Of the shadow every day since `since`; of what was in force the days on which it changed, and what
   * held when `since` came.
   */
  days(
    tenant: TenantId,
    version: string,
    accounts: readonly AccountId[],
    since: Date,
  ): Promise<{ active: DayStanding[]; shadow: DayStanding[] }>;
}

import type { AccountId, TenantId, Waypoint } from "@bellwether/shared";

/** Stored scores with no more than what moved in them: cheap to read over a long time. */
export interface SnapshotHistory {
  /** After `after` up to and with `until`, oldest first; the newest ones where there are very many. */
  between(tenant: TenantId, account: AccountId, after: Date, until: Date): Promise<Waypoint[]>;
  /**
   * Calculated scores (without overrides and caps) at moments and later, by the moment's id: the one that stood then,
   * and the mean of those that stood every ten days from 30 to 90 days later.
   */
  around(
    tenant: TenantId,
    moments: readonly { id: string; accountId: AccountId; at: Date }[],
  ): Promise<ReadonlyMap<string, { scoreThen: number | null; scoreLater: number | null }>>;
}

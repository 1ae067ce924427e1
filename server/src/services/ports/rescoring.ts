import type { AccountId, Holding, TenantId } from "@bellwether/shared";

/** A stretch of a tenant's accounts in the rescoring of one day, claimed by this process. */
export interface RescoreRange {
  tenantId: TenantId;
  /** YYYY-MM-DD */
  day: string;
  number: number;
  /** This process' name when it claimed the range. */
  holder: string;
  /** What is still to do: behind the one (`null` = from the first), up to the other and with it (`null` = to the last). */
  after: AccountId | null;
  upTo: AccountId | null;
}

/** What outlooks are held against. */
export interface RescoreMoment {
  now: Date;
  /** None = every account is due. */
  holdings: readonly Holding[];
}

/**
 * Daily rescoring, by ranges of accounts. A range is claimed like a mark: it comes back to the others when its process
 * dies, and they go on behind the last page that was settled.
 */
export interface RescoreStore {
  /** Cuts a tenant's accounts into ranges of `size`, once per day; what is left of earlier days is dropped. */
  begin(tenant: TenantId, day: string, size: number): Promise<void>;
  /** A range that nobody alive holds; `null` = none is left. */
  claim(tenant: TenantId): Promise<RescoreRange | null>;
  /**
   * One transaction: of the next `limit` accounts of a claimed range those are marked whose outlook does not hold, or
   * whose outcome's day has come; their scoring is woken up, and the range stands behind them. @returns what is left of
   * the range; `null` = nothing, or somebody else has it by now: then nothing was done
   */
  look(range: RescoreRange, limit: number, moment: RescoreMoment): Promise<RescoreRange | null>;
  /** Gives a range back as it stands. */
  release(range: RescoreRange): Promise<void>;
  /** Tenants with ranges that nobody alive holds. */
  unfinished(): Promise<TenantId[]>;
}

import type { DatedOverride } from "../corrections/correction.ts";
import type { HealthResult } from "./health-result.ts";

/** What scoring has to remember of the evaluation before: the bands' hysteresis and the caps in force. */
export type ScoreMemory = Pick<HealthResult, "bandMemory" | "caps">;

/**
 * Everything besides the ledger and the two definitions (named in `HealthResult.versions`) that a stored result was
 * calculated from. Plain JSON; with it the result is calculated again to the last bit. Dates are ISO 8601.
 */
export interface ScoreInputs {
  /** Newest ledger position that the calculation saw; decimal digits. */
  position: string;
  /** Parties of the account then: subjects of its observations. */
  subjects: readonly string[];
  createdAt: string;
  /** The `now` of the calculation; for a lost account the date of the loss. */
  now: string;
  sources: {
    crm: string | null;
    tickets: string | null;
    ticketsFrom: "hubspot" | "zendesk" | null;
    /** Absent where the product sends no events. */
    usage?: string;
  };
  previous: ScoreMemory | null;
  overrides: readonly DatedOverride[];
  /** Since when the account is lost; from then on nothing moves any more. */
  lostAt: string | null;
}

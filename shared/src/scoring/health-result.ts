import type { AccountHealthView, Band, ChurnBand, Confidence, Segment } from "../api/account-health.ts";

/** What hysteresis has to remember between two evaluations of one account. */
export interface BandMemory {
  band: Band | null;
  /** Evaluations in a row below the band's lower line, counted at most once per `EVALUATION_GAP`. */
  evaluationsBelow: number;
  lastEvaluatedAt: string | null;
  /** Since when the score has been at least 5 above the next line; `null` = it is not. */
  aboveSince: string | null;
  isAtRisk: boolean;
  atRiskSince: string | null;
}

/**
 * The whole result of scoring one account at one moment: plain JSON, stored as it is in the snapshot.
 * The parts that need the account's history (trend, changes) or the reader's role are added by the view.
 */
export interface HealthResult
  extends Pick<
    AccountHealthView,
    | "healthScore"
    | "calculatedScore"
    | "coverage"
    | "freshness"
    | "dimensions"
    | "contributions"
    | "reasons"
    | "caps"
    | "missing"
    | "nextStep"
    | "atRisk"
    | "churnRisk"
    | "scorecardVersion"
    | "ageDays"
    | "redFlags"
    | "override"
  > {
  status: "scored" | "not_enough_data";
  band: Band | null;
  segment: Segment;
  confidence: Confidence;
  churnBand: ChurnBand;
  bandMemory: BandMemory;
  /** ISO 8601; since when the account is lost, `null` = a customer. */
  lostAt: string | null;
  scoredAt: string;
  /** SHA-free text of all inputs' versions, e.g. `default-1/prior-1`. */
  versions: string;
}

/** When each kind of source was last known to be up to date; `null` = not connected. */
export interface SourcesSeen {
  crm: Date | null;
  tickets: Date | null;
  /** When the product last sent an event of anybody; absent or `null` = it sends none. */
  usage?: Date | null;
  /**
   * The platform that `tickets` speaks for. Where it is given, an account without a record there has no known
   * tickets instead of zero tickets.
   */
  ticketsFrom?: "hubspot" | "zendesk";
}

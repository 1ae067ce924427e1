import type { AdditiveFeature, Hinge } from "./additive-feature.ts";

export interface FittedFeature extends AdditiveFeature {
  name: string;
  hinges: readonly Hinge[];
  /** What the log-odds may differ by when the value is not known: mean square of all it could have said. */
  unknownVariance: number;
  /** `false` for a column that was constant: it has no terms. */
  isActive: boolean;
}

/** One member of the mixture and what the outcomes made of it. */
export interface MemberWeight {
  /** How far the expert is trusted: its weights are multiplied by this. `null` = the base rate alone. */
  scale: number | null;
  /** SD around the scaled weights; `null` for the base rate alone. */
  priorSd: number | null;
  /** Probability of the member after the outcomes; all add up to 1. */
  weight: number;
}

/** A learned model as plain JSON. */
export interface FittedChurn {
  /** Log-odds of an account that is average in every feature. */
  intercept: number;
  features: readonly FittedFeature[];
  /**
   * Of the intercept and of each active feature's weight and hinge weights, in this order: lower triangle row by row.
   * What the shown interval rests on, wider than the posterior of the best fit.
   */
  covariance: readonly number[];
  members: readonly MemberWeight[];
  /** `false` = the outcomes speak for no difference between the accounts: every prediction is the base rate. */
  separates: boolean;
  /** Outcomes learned from; `events` = lost. */
  rows: number;
  events: number;
  /** events ÷ rows; `null` without outcomes. */
  baseRate: number | null;
}

import type { SignalKey } from "./signals/signal.ts";

/** One feature of the churn model: a signal, standardised, with its weight on the log-odds. */
export interface ChurnFeature {
  key: string;
  label: string;
  /** Where its value comes from: a signal's value in the signal's unit, or a fact about the account itself. */
  from: SignalKey | "tenure" | "notice_of_non_renewal";
  /** z = (value clamped to [low, high] − mean) ÷ sd. */
  mean: number;
  sd: number;
  clamp: { low: number; high: number };
  /** Change of the log-odds of being lost per SD; negative = protects. */
  weight: number;
  /** Uncertainty of the weight, 1 SD on the same scale. */
  priorSd: number;
}

/** A churn model as data, so that a learned one takes the place of the expert's without a change of code. */
export interface ChurnModel {
  version: string;
  horizonDays: number;
  basis: "expert_prior" | "learned";
  /** Says in words what the probabilities rest on. */
  note: string;
  /** Log-odds of an account that is average in every feature, and 1 SD of its uncertainty. */
  intercept: { mean: number; sd: number };
  features: readonly ChurnFeature[];
  /** Lower limits of the bands, probabilities; below `medium` is low. */
  bands: { medium: number; high: number };
}

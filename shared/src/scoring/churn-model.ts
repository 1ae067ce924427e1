import type { AdditiveFeature } from "../churn/additive-feature.ts";
import type { SignalKey } from "./signals/signal.ts";

/** One feature of the churn model: a signal, standardised, with its weight and bends on the log-odds. */
export interface ChurnFeature extends AdditiveFeature {
  key: string;
  label: string;
  /** Where its value comes from: a signal's value in the signal's unit, or a fact about the account itself. */
  from: SignalKey | "tenure" | "notice_of_non_renewal";
  /** Uncertainty of the weight, 1 SD on the same scale. */
  priorSd: number;
  /** Variance of the log-odds that a missing value leaves open; absent = weight² + priorSd². */
  unknownVariance?: number;
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
  /**
   * Of the intercept and of each feature's weight and hinge weights, in this order: lower triangle row by row.
   * Absent = the uncertainties of the intercept and of the weights are taken as independent.
   */
  covariance?: readonly number[];
  /** Share lost among the outcomes learned from; absent in an expert's model. */
  baseRate?: number;
  /** How many outcomes it was learned from; absent in an expert's model. */
  outcomes?: number;
  /** Lower limits of the bands, probabilities; below `medium` is low. */
  bands: { medium: number; high: number };
}

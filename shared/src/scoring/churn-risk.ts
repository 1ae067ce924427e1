import { profileValue } from "../account-state.ts";
import type { ChurnBand, ChurnRisk } from "../api/account-health.ts";
import { contributionAt, takesPart, termsAt, varianceOf, zOf } from "../churn/additive-feature.ts";
import { DomainError } from "../errors.ts";
import { roundTo } from "../units.ts";
import type { ChurnFeature, ChurnModel } from "./churn-model.ts";
import type { SignalContext } from "./signals/signal-context.ts";
import type { Readings } from "./weigh-measures.ts";
import { counted } from "./words.ts";

/** Standard normal quantile of 90%: between it and its negative lie 80%. */
const Z_80 = 1.2815515655446004;

interface FeatureValue {
  feature: ChurnFeature;
  /** `null` = not known. */
  z: number | null;
  sentence: string;
}

/**
 * Probability of losing the account within the model's horizon, with an 80% interval and the contribution of each
 * feature to the log-odds: logit(probability) = intercept + contributions. An unknown feature contributes nothing
 * and widens the interval by all it could have said.
 * @param hasScore `false` below the coverage floor: then the model abstains rather than guess
 */
export function churnRisk(
  model: ChurnModel,
  context: SignalContext,
  readings: Readings,
  hasScore: boolean,
): ChurnRisk {
  if (!hasScore) return abstained(model);
  const values = model.features.map((feature) => featureValue(feature, context, readings));
  let logOdds = model.intercept.mean;
  for (const { feature, z } of values) if (z !== null) logOdds += contributionAt(feature, z);
  const probability = sigmoid(logOdds);
  const reach = Z_80 * Math.sqrt(uncertaintyOf(model, values));
  return {
    probability,
    low80: sigmoid(logOdds - reach),
    high80: sigmoid(logOdds + reach),
    band: churnBandOf(model, probability),
    horizonDays: model.horizonDays,
    basis: model.basis,
    note: noteOf(model, values.filter(({ z, feature }) => z === null && takesPart(feature)).length),
    reasons: reasonsOf(values),
    modelVersion: model.version,
  };
}

export const abstained = (model: ChurnModel): ChurnRisk => ({
  probability: null,
  low80: null,
  high80: null,
  band: "unknown",
  horizonDays: model.horizonDays,
  basis: "abstained",
  note: "There is too little data about this customer to estimate a risk.",
  reasons: [],
  modelVersion: model.version,
});

export const churnBandOf = ({ bands }: ChurnModel, probability: number): ChurnBand =>
  probability >= bands.high ? "high" : probability >= bands.medium ? "medium" : "low";

/** Six decimals: finer differences between machines' exponential functions do not reach the stored result. */
const sigmoid = (logOdds: number): number => roundTo(1 / (1 + Math.exp(-logOdds)), 6);

function noteOf(model: ChurnModel, unknown: number): string {
  return unknown === 0
    ? model.note
    : `${model.note} ${counted(unknown, "of its signs is", "of its signs are")} not known here.`;
}

function featureValue(feature: ChurnFeature, context: SignalContext, readings: Readings): FeatureValue {
  const { value, sentence } = rawValue(feature.from, context, readings);
  return { feature, z: value === null ? null : zOf(feature, value), sentence };
}

/** Variance of the log-odds. */
function uncertaintyOf({ intercept, covariance }: ChurnModel, values: readonly FeatureValue[]): number {
  let variance = covariance ? varianceOf(covariance, [1, ...values.flatMap(knownTerms)]) : intercept.sd ** 2;
  for (const { feature, z } of values) {
    if (z === null) variance += feature.unknownVariance ?? feature.weight ** 2 + feature.priorSd ** 2;
    else if (!covariance) variance += (feature.priorSd * z) ** 2;
  }
  return variance;
}

/** What is not known has no part in the covariance. */
const knownTerms = ({ feature, z }: FeatureValue): number[] =>
  z === null ? [0, ...(feature.hinges ?? []).map(() => 0)] : termsAt(feature, z);

function rawValue(
  from: ChurnFeature["from"],
  { state, age }: SignalContext,
  readings: Readings,
): { value: number | null; sentence: string } {
  if (from === "tenure")
    return {
      value: roundTo(Math.log1p(age.ageDays), 6),
      sentence: `Customer for ${counted(age.ageDays, "day")}.`,
    };
  if (from === "notice_of_non_renewal") {
    // what was never said counts as not given: a portal without the property would else never get an interval
    const isGiven = profileValue(state, "noticeOfNonRenewal") === true;
    return {
      value: isGiven ? 1 : 0,
      sentence: isGiven ? "Notice of non-renewal was given." : "No notice was given.",
    };
  }
  const reading = readings.get(from);
  return { value: reading?.value ?? null, sentence: reading?.sentence ?? "Not known." };
}

function reasonsOf(values: readonly FeatureValue[]): ChurnRisk["reasons"] {
  return values
    .flatMap(({ feature, z, sentence }) =>
      z === null || !takesPart(feature)
        ? []
        : [{ sentence, logOdds: contributionAt(feature, z), feature: feature.key }],
    )
    .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds));
}

/** @throws {DomainError} `model_invalid`, naming the feature */
export function assertChurnModel({ features, bands, intercept, covariance }: ChurnModel): void {
  for (const { key, sd, priorSd, clamp: range, mean, weight, hinges = [], unknownVariance = 0 } of features) {
    const numbers = [sd, priorSd, range.low, range.high, mean, weight, unknownVariance];
    const areNumbers = [...numbers, ...hinges.flatMap((h) => [h.knot, h.mean, h.weight])].every(
      Number.isFinite,
    );
    if (!areNumbers || sd <= 0 || priorSd < 0 || unknownVariance < 0 || range.low >= range.high)
      throw new DomainError("model_invalid", `The churn model's feature ${key} has impossible numbers.`);
  }
  if (!(bands.medium < bands.high) || !(intercept.sd >= 0) || !Number.isFinite(intercept.mean))
    throw new DomainError("model_invalid", "The churn model's intercept or bands have impossible numbers.");
  const terms = features.reduce((sum, { hinges = [] }) => sum + 1 + hinges.length, 1);
  if (covariance && (covariance.length !== (terms * (terms + 1)) / 2 || !covariance.every(Number.isFinite)))
    throw new DomainError("model_invalid", "The churn model's covariance does not fit its features.");
}

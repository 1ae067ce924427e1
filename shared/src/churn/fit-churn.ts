import { DomainError } from "../errors.ts";
import { varianceOf } from "./additive-feature.ts";
import { basisOf, designOf, type FeatureBasis, termCount } from "./basis.ts";
import type { ExpertPrior } from "./expert-prior.ts";
import { assertTable, type FeatureTable } from "./feature-table.ts";
import type { FittedChurn, FittedFeature } from "./fitted-churn.ts";
import { intervalCovariance, mixtureCovariance, packed } from "./interval-covariance.ts";
import { averaged, fitMixture, fitWidest, type Member } from "./mixture.ts";
import { moderated } from "./moderate.ts";
import { type Standardisation, standardisationOf } from "./standardisation.ts";
import type { Design } from "./weighted-squares.ts";

/** Probability of "the base rate alone" from which on it is believed. Source: docs/decisions/0009-churn-model.md */
export const FALL_BACK = 0.75;

export interface ChurnFitInput {
  table: FeatureTable;
  /** One per row: 1 = lost, 0 = kept. */
  labels: Uint8Array;
  prior: ExpertPrior;
  /** Of all accounts, with or without an outcome; by default of the rows themselves. */
  standardisation?: Standardisation;
}

/**
 * Learns from n ≥ 0 outcomes; n = 0 is the expert alone. Deterministic.
 * Source: docs/decisions/0009-churn-model.md
 * @throws {DomainError} `model_invalid`, naming what is wrong
 */
export function fitChurn({ table, labels, prior, standardisation }: ChurnFitInput): FittedChurn {
  assertInput(table, labels, prior, standardisation);
  const basis = basisOf(table, standardisation ?? standardisationOf(table));
  const design = designOf(basis, table);
  const members = fitMixture(basis, design, labels, prior);
  const baseRateOnly = members.find(({ scale }) => scale === null);
  const separates = (baseRateOnly?.weight ?? 0) < FALL_BACK;
  const center = averaged(members, design.columns);
  const mixed = mixtureCovariance(members, center);
  const coefficients = separates
    ? moderated(design, center, packed(mixed, design.columns))
    : (baseRateOnly?.fit.coefficients ?? center);
  const widest = fitWidest(basis, design, labels, prior);
  const interval = intervalCovariance(members, widest, coefficients, table.rows, separates);
  const covariance = packed(interval, design.columns);
  const events = labels.reduce((sum, label) => sum + label, 0);
  return {
    intercept: coefficients[0] ?? 0,
    features: fittedFeatures(basis, design, coefficients, covariance),
    covariance,
    members: members.map(({ scale, priorSd, weight }: Member) => ({ scale, priorSd, weight })),
    separates,
    rows: table.rows,
    events,
    baseRate: table.rows === 0 ? null : events / table.rows,
  };
}

function fittedFeatures(
  basis: readonly FeatureBasis[],
  design: Design,
  coefficients: Float64Array,
  covariance: readonly number[],
): FittedFeature[] {
  let at = 1;
  return basis.map((feature) => {
    const from = at;
    at += termCount(feature);
    const { name, mean, sd, low, high, isActive } = feature;
    const hinges = isActive ? feature.hinges : [];
    return {
      name,
      mean,
      sd,
      clamp: { low, high },
      weight: isActive ? (coefficients[from] ?? 0) : 0,
      hinges: hinges.map(({ knot, mean: average }, k) => ({
        knot,
        mean: average,
        weight: coefficients[from + 1 + k] ?? 0,
      })),
      unknownVariance: unknownVariance(design, coefficients, covariance, from, at),
      isActive,
    };
  });
}

/**
 * Mean square of a feature's contribution, its uncertainty included, over the rows and one account at 1 SD: so much
 * may be missing from the log-odds when the value is not known.
 */
function unknownVariance(
  { rows, columns, values }: Design,
  coefficients: Float64Array,
  covariance: readonly number[],
  from: number,
  to: number,
): number {
  if (from === to) return 0;
  const own: number[] = [];
  for (let i = from; i < to; i++)
    for (let j = from; j <= i; j++)
      own.push((covariance[(i * (i + 1)) / 2 + j] ?? 0) + (coefficients[i] ?? 0) * (coefficients[j] ?? 0));
  let sum = own[0] ?? 0;
  for (let row = 0; row < rows; row++)
    sum += varianceOf(own, values.subarray(row * columns + from, row * columns + to));
  return sum / (rows + 1);
}

function assertInput(
  table: FeatureTable,
  labels: Uint8Array,
  { weights, intercept }: ExpertPrior,
  standardisation: Standardisation | undefined,
): void {
  assertTable(table);
  const count = table.features.length;
  const refuse = (message: string): never => {
    throw new DomainError("model_invalid", message);
  };
  if (labels.length !== table.rows) refuse(`${table.rows} rows need as many outcomes, not ${labels.length}.`);
  const wrong = labels.findIndex((label) => label > 1);
  if (wrong >= 0) refuse(`The outcome of row ${wrong} is ${labels[wrong]}, neither 0 nor 1.`);
  if (weights.length !== count) refuse(`${count} features need as many weights, not ${weights.length}.`);
  const noNumber = weights.findIndex((weight) => !Number.isFinite(weight));
  if (noNumber >= 0) refuse(`The expert's weight of ${table.features[noNumber]} is no number.`);
  if (!Number.isFinite(intercept.mean) || !(intercept.sd > 0) || !Number.isFinite(intercept.sd))
    refuse("The expert's intercept needs a mean and an SD above 0.");
  if (standardisation === undefined) return;
  const { mean, sd, ranges } = standardisation;
  if (mean.length !== count || sd.length !== count || (ranges && ranges.length !== count))
    refuse(`The standardisation is not of these ${count} features.`);
  const flat = sd.findIndex(
    (value, j) => !(value > 0) || !Number.isFinite(value) || !Number.isFinite(mean[j]),
  );
  if (flat >= 0) refuse(`The standardisation of ${table.features[flat]} needs a mean and an SD above 0.`);
}

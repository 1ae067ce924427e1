import { DomainError } from "../errors.ts";
import { contributionAt, termsAt, varianceOf, zOf } from "./additive-feature.ts";
import type { FeatureTable } from "./feature-table.ts";
import type { FittedChurn, FittedFeature } from "./fitted-churn.ts";
import { sigmoid } from "./moderate.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Probabilities of being lost, one per row. @throws {DomainError} `model_invalid` when a feature of the model is not in the table */
export function predictChurn(fitted: FittedChurn, table: FeatureTable): Float64Array {
  return logOddsOf(fitted, table).map(sigmoid);
}

/**
 * Intervals that hold the true probability with the given probability. A value that is not known widens them.
 * @param level e.g. 0.8
 */
export function predictChurnIntervals(
  fitted: FittedChurn,
  table: FeatureTable,
  level: number,
): { low: Float64Array; high: Float64Array } {
  const middle = logOddsOf(fitted, table);
  const reach = normalQuantile(0.5 + level / 2);
  const sd = varianceOfRows(fitted, table).map(Math.sqrt);
  return {
    low: middle.map((logOdds, row) => sigmoid(logOdds - reach * (sd[row] ?? 0))),
    high: middle.map((logOdds, row) => sigmoid(logOdds + reach * (sd[row] ?? 0))),
  };
}

/** Per feature of the model; the intercept and their sum are the log-odds. What is not known contributes 0. */
export function logOddsContributions(fitted: FittedChurn, table: FeatureTable, row: number): Float64Array {
  const columns = columnsOf(fitted, table);
  return Float64Array.from(fitted.features, (feature, j) => {
    const value = valueAt(table, row, columns[j] ?? 0);
    return Number.isNaN(value) ? 0 : contributionAt(feature, zOf(feature, value));
  });
}

/** Feature by feature over all rows: every inner loop runs over plain numbers. */
function logOddsOf(fitted: FittedChurn, table: FeatureTable): Float64Array {
  const result = new Float64Array(table.rows).fill(fitted.intercept);
  for (const [j, column] of columnsOf(fitted, table).entries()) {
    const feature = fitted.features[j];
    if (feature?.isActive) addFeature(feature, table, column, result);
  }
  return result;
}

function addFeature(feature: FittedFeature, table: FeatureTable, column: number, to: Float64Array): void {
  const { mean, sd, weight, hinges } = feature;
  const { low, high } = feature.clamp;
  const width = table.features.length;
  const knots = Float64Array.from(hinges, ({ knot }) => knot);
  const slopes = Float64Array.from(hinges, (hinge) => hinge.weight);
  const offset = hinges.reduce((sum, hinge) => sum - hinge.weight * hinge.mean, 0);
  for (let row = 0, at = column; row < to.length; row++, at += width) {
    const value = table.values[at] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const z = (Math.min(high, Math.max(low, value)) - mean) / sd;
    let sum = offset + weight * z;
    for (let k = 0; k < knots.length; k++) {
      const above = z - (knots[k] ?? 0);
      if (above > 0) sum += above * (slopes[k] ?? 0);
    }
    to[row] = (to[row] ?? 0) + sum;
  }
}

function varianceOfRows(fitted: FittedChurn, table: FeatureTable): Float64Array {
  const columns = columnsOf(fitted, table);
  const active = fitted.features.flatMap((feature, j) =>
    feature.isActive ? [{ feature, column: columns[j] ?? 0 }] : [],
  );
  const size = active.reduce((sum, { feature }) => sum + 1 + feature.hinges.length, 1);
  const terms = new Float64Array(size);
  terms[0] = 1;
  return Float64Array.from({ length: table.rows }, (_, row) => {
    let unknown = 0;
    let at = 1;
    for (const { feature, column } of active) {
      const value = valueAt(table, row, column);
      const end = at + 1 + feature.hinges.length;
      if (Number.isNaN(value)) {
        unknown += feature.unknownVariance;
        terms.fill(0, at, end);
      } else terms.set(termsAt(feature, zOf(feature, value)), at);
      at = end;
    }
    return unknown + varianceOf(fitted.covariance, terms);
  });
}

const valueAt = ({ features, values }: FeatureTable, row: number, column: number): number =>
  values[row * features.length + column] ?? Number.NaN;

/** Where the model's features stand in the table. */
function columnsOf(fitted: FittedChurn, table: FeatureTable): number[] {
  return fitted.features.map(({ name }) => {
    const column = table.features.indexOf(name);
    if (column < 0) throw new DomainError("model_invalid", `The table lacks the model's feature ${name}.`);
    return column;
  });
}

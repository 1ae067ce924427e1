import { contributionAt, zOf } from "../churn/additive-feature.ts";
import type { ExpertPrior } from "../churn/expert-prior.ts";
import type { FeatureTable } from "../churn/feature-table.ts";
import type { Standardisation } from "../churn/standardisation.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";

/** Log-odds of each row by a model as it is stored; what is not known contributes nothing. */
export function logOddsOf(model: ChurnModel, table: FeatureTable): Float64Array {
  const columns = model.features.map(({ key }) => table.features.indexOf(key));
  return Float64Array.from({ length: table.rows }, (_, row) => {
    let sum = model.intercept.mean;
    for (const [i, feature] of model.features.entries()) {
      const column = columns[i] ?? -1;
      const value = column < 0 ? undefined : table.values[row * table.features.length + column];
      if (value !== undefined && !Number.isNaN(value)) sum += contributionAt(feature, zOf(feature, value));
    }
    return sum;
  });
}

/** Probabilities of each row by a model as it is stored. */
export const predictWith = (model: ChurnModel, table: FeatureTable): Float64Array =>
  logOddsOf(model, table).map((logOdds) => 1 / (1 + Math.exp(-logOdds)));

/**
 * The expert's opinion in the tenant's own scale: a weight per SD of the expert's book becomes one per SD of this
 * book, and the intercept is the log-odds that the expert gives this book's accounts on average.
 */
export function tenantPrior(
  expert: ChurnModel,
  table: FeatureTable,
  { mean, sd, ranges }: Standardisation,
): ExpertPrior {
  const scaleOf = (column: number): { mean: number; sd: number } =>
    ranges?.[column] ?? { mean: mean[column] ?? 0, sd: sd[column] ?? 1 };
  const weights = table.features.map((name, column) => {
    const feature = expert.features.find(({ key }) => key === name);
    return feature === undefined ? 0 : (feature.weight * scaleOf(column).sd) / feature.sd;
  });
  const logOdds = logOddsOf(expert, table);
  const average =
    table.rows === 0 ? expert.intercept.mean : logOdds.reduce((sum, value) => sum + value / table.rows, 0);
  return { weights, intercept: { mean: average, sd: expert.intercept.sd } };
}

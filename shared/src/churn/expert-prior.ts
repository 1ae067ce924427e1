import { basisOf, designOf, termCount } from "./basis.ts";
import type { FeatureTable } from "./feature-table.ts";
import type { Standardisation } from "./standardisation.ts";

export interface ExpertPrior {
  /** Log-odds per SD, one per feature; 0 = no opinion. */
  weights: readonly number[];
  /** Log-odds of an average account. */
  intercept: { mean: number; sd: number };
}

/**
 * An expert's signs as weights: all of the same size, such that the expert's log-odds spread by 1 SD over the accounts.
 * Signs are no independent witnesses; taken at a fixed size each they would add up to certainty about nearly everybody.
 * @param accounts with or without outcomes; `standardisation` is theirs
 * @param signs one per feature: +1 raises the risk, −1 lowers it, 0 = no opinion
 */
export function expertPriorOf(
  accounts: FeatureTable,
  standardisation: Standardisation,
  signs: readonly number[],
  intercept: ExpertPrior["intercept"],
): ExpertPrior {
  const basis = basisOf(accounts, standardisation);
  const { rows, columns, values } = designOf(basis, accounts);
  const weightOfTerm = new Float64Array(columns);
  let at = 1;
  for (const [column, feature] of basis.entries()) {
    if (feature.isActive) weightOfTerm[at] = signs[column] ?? 0;
    at += termCount(feature);
  }
  let [sum, squares] = [0, 0];
  for (let row = 0; row < rows; row++) {
    let logOdds = 0;
    for (let j = 1; j < columns; j++) logOdds += (weightOfTerm[j] ?? 0) * (values[row * columns + j] ?? 0);
    sum += logOdds / rows;
    squares += logOdds ** 2 / rows;
  }
  const spread = Math.sqrt(Math.max(0, squares - sum ** 2));
  return { weights: signs.map((sign) => (spread > 1e-9 ? sign / spread : 0)), intercept };
}

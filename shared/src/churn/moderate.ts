import { varianceOf } from "./additive-feature.ts";
import { fitMap } from "./fit-map.ts";
import type { Design } from "./weighted-squares.ts";

/** Shift 0, factor 1: the wide prior only holds them where a handful of rows leaves them open. */
const NO_CHANGE = { mean: Float64Array.of(0, 1), sd: Float64Array.of(10, 10) };

/**
 * Coefficients whose probabilities come closest to the average over what the coefficients may be. An average of
 * probabilities is less extreme than the probability at the average, the more so the less is known; one factor on
 * all effects and a shift of the intercept express that and leave the model additive.
 * @param covariance of the coefficients, packed lower triangle
 */
export function moderated(
  design: Design,
  coefficients: Float64Array,
  covariance: ArrayLike<number>,
): Float64Array {
  const { rows, columns, values } = design;
  const logOdds = new Float64Array(rows);
  const target = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const terms = values.subarray(i * columns, (i + 1) * columns);
    const sum = terms.reduce((total, term, j) => total + term * (coefficients[j] ?? 0), 0);
    logOdds[i] = sum;
    // MacKay's approximation of the mean of sigmoid(N(sum, variance))
    target[i] = sigmoid(sum / Math.sqrt(1 + (Math.PI / 8) * varianceOf(covariance, terms)));
  }
  const { shift, factor } = nearestLine(logOdds, target);
  return coefficients.map((value, j) => factor * value + (j === 0 ? shift : 0));
}

/** Logistic regression of the target probabilities on the log-odds. */
function nearestLine(logOdds: Float64Array, target: Float64Array): { shift: number; factor: number } {
  const values = new Float64Array(2 * logOdds.length).fill(1);
  for (const [i, x] of logOdds.entries()) values[2 * i + 1] = x;
  const design = { rows: logOdds.length, columns: 2, values };
  const { coefficients } = fitMap(design, target, NO_CHANGE);
  return { shift: coefficients[0] ?? 0, factor: coefficients[1] ?? 1 };
}

export const sigmoid = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));

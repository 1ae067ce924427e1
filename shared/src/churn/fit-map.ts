import { DomainError } from "../errors.ts";
import { decompose, inverse, logDeterminant, solve } from "./cholesky.ts";
import { type Design, weightedSquares } from "./weighted-squares.ts";

/** Independent normal priors, one per column. */
export interface GaussianPrior {
  mean: Float64Array;
  sd: Float64Array;
}

export interface MapFit {
  coefficients: Float64Array;
  /** Laplace approximation of log p(labels | prior). */
  logEvidence: number;
  /** Of the likelihood at the coefficients, lower triangle: a neighbouring fit starts from it. */
  curvature: Float64Array;
  /** Cholesky root of the posterior precision. */
  root: Float64Array;
  prior: GaussianPrior;
}

interface Problem {
  design: Design;
  labels: Float64Array;
  prior: GaussianPrior;
}

/** Where a fit stands. */
interface Point {
  coefficients: Float64Array;
  /** Log-likelihood plus log prior, without the constants that cancel in the evidence. */
  objective: number;
  gradient: Float64Array;
  /** p(1−p) of every row. */
  weights: Float64Array;
}

const MAX_STEPS = 100;
/** Newton decrement at which a fit stands: the objective is within half of it of its maximum. */
const TOLERANCE = 1e-9;
/** A step that leaves more than this share of the decrement is too slow to go on with an old curvature. */
const SLOW = 0.05;

/**
 * Logistic regression, maximum a posteriori under independent normal priors, by Newton's method. Steps reuse the
 * curvature for as long as they shrink quickly, because working it out costs `columns` times a step.
 * @param labels 0 or 1, or probabilities in between
 * @param start of a fit on the same rows under another prior
 * @throws {DomainError} `model_invalid` when the numbers leave the range of floating point
 */
export function fitMap(
  design: Design,
  labels: ArrayLike<number>,
  prior: GaussianPrior,
  start?: Pick<MapFit, "coefficients" | "curvature">,
): MapFit {
  const problem = { design, labels: Float64Array.from(labels), prior };
  let point = pointAt(problem, start?.coefficients ?? prior.mean);
  let root = start ? rootOf(start.curvature, prior) : null;
  let isFresh = false;
  let last = Infinity;
  for (let step = 0; step < MAX_STEPS; step++) {
    if (root === null) {
      root = rootOf(weightedSquares(design, point.weights), prior);
      isFresh = true;
    }
    const direction = Float64Array.from(point.gradient);
    solve(root, design.columns, direction);
    const decrement = dot(direction, point.gradient);
    if (decrement < TOLERANCE) break;
    const next = stepAlong(problem, point, direction, decrement);
    if (next === null && isFresh) break; // the limit of floating point
    if (next === null || decrement > SLOW * last) root = null;
    if (next === null) continue;
    point = next;
    last = decrement;
    isFresh = false;
  }
  const curvature = weightedSquares(design, point.weights);
  const ending = rootOf(curvature, prior);
  const logEvidence = point.objective - 0.5 * logDeterminant(ending, design.columns);
  return { coefficients: point.coefficients, logEvidence, curvature, root: ending, prior };
}

/** Posterior covariance of the coefficients, both triangles. */
export const covarianceOf = ({ root }: Pick<MapFit, "root">): Float64Array =>
  inverse(root, Math.sqrt(root.length));

function pointAt({ design, labels, prior }: Problem, coefficients: Float64Array): Point {
  const { rows, columns, values } = design;
  const gradient = new Float64Array(columns);
  const weights = new Float64Array(rows);
  let objective = 0;
  for (let i = 0, row = 0; i < rows; i++, row += columns) {
    let logOdds = 0;
    for (let j = 0; j < columns; j++) logOdds += (values[row + j] as number) * (coefficients[j] as number);
    const tail = Math.exp(-Math.abs(logOdds));
    const p = logOdds >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
    const y = labels[i] as number;
    objective -= Math.log1p(tail) + (logOdds >= 0 ? (1 - y) * logOdds : -y * logOdds);
    weights[i] = tail / (1 + tail) ** 2;
    for (let j = 0; j < columns; j++)
      gradient[j] = (gradient[j] as number) + (y - p) * (values[row + j] as number);
  }
  for (let j = 0; j < columns; j++) {
    const scale = prior.sd[j] as number;
    const away = ((coefficients[j] as number) - (prior.mean[j] as number)) / scale;
    objective -= 0.5 * away * away + Math.log(scale);
    gradient[j] = (gradient[j] as number) - away / scale;
  }
  return { coefficients, objective, gradient, weights };
}

/** The first point along the direction, halving the step, at which the objective rises; `null` when there is none. */
function stepAlong(problem: Problem, from: Point, direction: Float64Array, decrement: number): Point | null {
  for (let length = 1; length > 1e-6; length /= 2) {
    const next = pointAt(
      problem,
      from.coefficients.map((value, j) => value + length * (direction[j] as number)),
    );
    if (next.objective >= from.objective + 0.1 * length * decrement) return next;
  }
  return null;
}

/** Of the posterior precision: the likelihood's curvature plus the prior's. */
function rootOf(curvature: Float64Array, { sd }: GaussianPrior): Float64Array {
  const root = Float64Array.from(curvature);
  for (const [j, scale] of sd.entries()) {
    const diagonal = j * sd.length + j;
    root[diagonal] = (root[diagonal] as number) + scale ** -2;
  }
  if (!decompose(root, sd.length))
    throw new DomainError("model_invalid", "The features' numbers are too large or too alike to learn from.");
  return root;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

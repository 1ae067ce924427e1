import { clamp } from "../units.ts";

/** A bend in a feature's effect: weight × (max(z − knot, 0) − mean). */
export interface Hinge {
  /** In SD of the feature, like the mean. */
  knot: number;
  /** What the bend is on average, taken off so that an average account is described by the intercept alone. */
  mean: number;
  weight: number;
}

/** A feature's part of the log-odds, a function of its value alone: contributions add up because nothing else is there. */
export interface AdditiveFeature {
  /** z = (value clamped to [low, high] − mean) ÷ sd. */
  mean: number;
  sd: number;
  clamp: { low: number; high: number };
  /** Change of the log-odds of being lost per SD; negative = protects. */
  weight: number;
  /** Absent or empty for a straight line. */
  hinges?: readonly Hinge[];
}

export const zOf = (feature: AdditiveFeature, value: number): number =>
  (clamp(value, feature.clamp.low, feature.clamp.high) - feature.mean) / feature.sd;

/** The feature's terms at z before their weights: z itself, then the bends. */
export const termsAt = ({ hinges = [] }: Pick<AdditiveFeature, "hinges">, z: number): number[] => [
  z,
  ...hinges.map(({ knot, mean }) => Math.max(0, z - knot) - mean),
];

/** Contribution to the log-odds at z. */
export function contributionAt({ weight, hinges = [] }: AdditiveFeature, z: number): number {
  let sum = weight * z;
  for (const hinge of hinges) sum += hinge.weight * (Math.max(0, z - hinge.knot) - hinge.mean);
  return sum;
}

/** `false` for a feature that moves nothing: a constant column, or all of them after a fall-back to the base rate. */
export const takesPart = ({ weight, hinges = [] }: AdditiveFeature): boolean =>
  weight !== 0 || hinges.some((hinge) => hinge.weight !== 0);

/**
 * termsᵀ · covariance · terms.
 * @param covariance lower triangle row by row, without gaps
 */
export function varianceOf(covariance: ArrayLike<number>, terms: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0, at = 0; i < terms.length; i++) {
    const term = terms[i] ?? 0;
    if (term === 0) {
      at += i + 1;
      continue;
    }
    let row = 0;
    for (let j = 0; j < i; j++) row += (covariance[at++] ?? 0) * (terms[j] ?? 0);
    sum += term * (2 * row + (covariance[at++] ?? 0) * term);
  }
  return Math.max(0, sum);
}

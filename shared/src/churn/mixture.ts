import { type FeatureBasis, termCount } from "./basis.ts";
import type { ExpertPrior } from "./expert-prior.ts";
import { fitMap, type GaussianPrior, type MapFit } from "./fit-map.ts";
import type { Design } from "./weighted-squares.ts";

/** Source of the four constants: docs/decisions/0009-churn-model.md */
export const SCALES = [0, 0.5, 1, 1.5, 2] as const;
/** Prior SD → how likely it is before any outcome, relative to the others. Widest first: the easiest fit to start with. */
export const SPREADS = [
  { priorSd: 1, share: 1 },
  { priorSd: 0.5, share: 1 },
  { priorSd: 0.3, share: 1.5 },
  { priorSd: 0.2, share: 1.5 },
  { priorSd: 0.1, share: 1 },
] as const;
/** A bend is expected to be half as strong as a straight effect. */
export const HINGE_SHARE = 0.5;
/** Probability, before any outcome, that the signals say nothing at all. */
export const BASE_RATE_SHARE = 0.2;

/** SD of the accounts' log-odds under the widest prior. Source: docs/decisions/0009-churn-model.md */
const WIDEST_SPREAD = Math.sqrt(32);
/** The more the accounts' log-odds may spread, the less a rate says about those of the average account. */
const WIDEST_INTERCEPT = 2;

export interface Member {
  /** `null` = the base rate alone. */
  scale: number | null;
  priorSd: number | null;
  fit: MapFit;
  logWeight: number;
  /** After the outcomes; all add up to 1. */
  weight: number;
}

/**
 * Fits under every combination of trust in the expert and of spread around it, and the base rate alone, each weighted
 * by how likely it was before and how well it foretold the outcomes (Laplace evidence). Coefficients of the base
 * rate's member have the full length. Without outcomes nothing speaks against the expert, and the base rate alone is
 * left out: the scales then average to 1.
 */
export function fitMixture(
  basis: readonly FeatureBasis[],
  design: Design,
  labels: Uint8Array,
  prior: ExpertPrior,
): Member[] {
  const scales = prior.weights.some((weight) => weight !== 0) ? SCALES : ([0] as const);
  const total = scales.length * SPREADS.reduce((sum, { share }) => sum + share, 0);
  const baseShare = design.rows === 0 ? 0 : BASE_RATE_SHARE;
  const members: Omit<Member, "weight">[] = [];
  let widest: MapFit | undefined;
  for (const scale of scales) {
    let last = widest;
    for (const { priorSd, share } of SPREADS) {
      last = fitMap(design, labels, priorOf(basis, design.columns, prior, scale, priorSd), last);
      if (priorSd === SPREADS[0].priorSd) widest = last;
      const logWeight = last.logEvidence + Math.log((share / total) * (1 - baseShare));
      members.push({ scale, priorSd, fit: last, logWeight });
    }
  }
  if (baseShare > 0) members.push(baseRateMember(design, labels, prior, Math.log(baseShare)));
  return weighed(members);
}

/**
 * Fits under a prior so wide that the log-odds of the accounts may spread by WIDEST_SPREAD SD, however many signals
 * share it: around nobody's opinion and around the expert's. They take no part in the prediction, only in its interval.
 */
export function fitWidest(
  basis: readonly FeatureBasis[],
  design: Design,
  labels: Uint8Array,
  prior: ExpertPrior,
): Omit<Member, "weight">[] {
  const priorSd = WIDEST_SPREAD / Math.sqrt(spreadPerUnit(basis));
  const { mean, sd } = prior.intercept;
  const wide = { ...prior, intercept: { mean, sd: WIDEST_INTERCEPT * sd } };
  const scales = prior.weights.some((weight) => weight !== 0) ? [0, 1] : [0];
  return scales.map((scale) => {
    const fit = fitMap(design, labels, priorOf(basis, design.columns, wide, scale, priorSd));
    return { scale, priorSd, fit, logWeight: fit.logEvidence - Math.log(scales.length) };
  });
}

/** Variance of the log-odds over the accounts under a prior SD of 1. */
function spreadPerUnit(basis: readonly FeatureBasis[]): number {
  let sum = 0;
  for (const { isActive, hinges, steepness } of basis)
    if (isActive)
      sum += hinges.reduce((total, hinge) => total + hinge.variance * (HINGE_SHARE * steepness) ** 2, 1);
  return Math.max(1, sum);
}

function priorOf(
  basis: readonly FeatureBasis[],
  columns: number,
  { weights, intercept }: ExpertPrior,
  scale: number,
  priorSd: number,
): GaussianPrior {
  const mean = new Float64Array(columns);
  const sd = new Float64Array(columns).fill(priorSd);
  mean[0] = intercept.mean;
  sd[0] = intercept.sd;
  let at = 1;
  for (const [column, feature] of basis.entries()) {
    const terms = termCount(feature);
    if (terms > 0) mean[at] = scale * (weights[column] ?? 0);
    sd.fill(HINGE_SHARE * feature.steepness * priorSd, at + 1, at + terms);
    at += terms;
  }
  return { mean, sd };
}

function baseRateMember(
  design: Design,
  labels: Uint8Array,
  { intercept }: ExpertPrior,
  logShare: number,
): Omit<Member, "weight"> {
  const ones = { rows: design.rows, columns: 1, values: new Float64Array(design.rows).fill(1) };
  const prior = { mean: Float64Array.of(intercept.mean), sd: Float64Array.of(intercept.sd) };
  const fit = fitMap(ones, labels, prior);
  const coefficients = new Float64Array(design.columns);
  coefficients.set(fit.coefficients);
  return {
    scale: null,
    priorSd: null,
    fit: { ...fit, coefficients },
    logWeight: fit.logEvidence + logShare,
  };
}

function weighed(members: readonly Omit<Member, "weight">[]): Member[] {
  const top = Math.max(...members.map(({ logWeight }) => logWeight));
  const total = members.reduce((sum, { logWeight }) => sum + Math.exp(logWeight - top), 0);
  return members.map((member) => ({ ...member, weight: Math.exp(member.logWeight - top) / total }));
}

/** Coefficients averaged by weight: an average of additive models is additive, so contributions still add up. */
export function averaged(members: readonly Member[], columns: number): Float64Array {
  const mean = new Float64Array(columns);
  for (const { weight, fit } of members)
    for (let j = 0; j < columns; j++) mean[j] = (mean[j] ?? 0) + weight * (fit.coefficients[j] ?? 0);
  return mean;
}

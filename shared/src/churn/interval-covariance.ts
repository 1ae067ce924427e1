import { covarianceOf } from "./fit-map.ts";
import type { Member } from "./mixture.ts";

/** Members that weigh less than this share of the heaviest do not change an interval. */
const NEGLIGIBLE = 1e-3;
/** Odds of the widest prior's share without outcomes, and the outcomes that add 1 to them. Source: the decision. */
const WIDE_ODDS = 1;
const WIDE_OUTCOMES = 8;
/** With fewer outcomes evidence counts as if there were so many: it must not narrow the interval of a handful. */
const FEWEST_OUTCOMES = 100;

/**
 * Covariance of the coefficients around `center`: within the members and between them. Both triangles, row-major.
 * @param members at least one; weights need not add up to 1
 */
export function mixtureCovariance(
  members: readonly Pick<Member, "scale" | "fit" | "logWeight">[],
  center: Float64Array,
): Float64Array {
  const size = center.length;
  const top = Math.max(...members.map(({ logWeight }) => logWeight));
  const heavy = members.filter(({ logWeight }) => Math.exp(logWeight - top) > NEGLIGIBLE);
  const total = heavy.reduce((sum, { logWeight }) => sum + Math.exp(logWeight - top), 0);
  const result = new Float64Array(size * size);
  for (const { scale, fit, logWeight } of heavy) {
    const share = Math.exp(logWeight - top) / total;
    const own = covarianceOf(fit);
    const within = scale === null ? null : own;
    const away = fit.coefficients.map((value, j) => value - (center[j] ?? 0));
    for (let i = 0, at = 0; i < size; i++)
      for (let j = 0; j < size; j++, at++)
        result[at] = (result[at] ?? 0) + share * ((within?.[at] ?? 0) + (away[i] ?? 0) * (away[j] ?? 0));
    if (within === null) result[0] = (result[0] ?? 0) + share * (own[0] ?? 0);
  }
  return result;
}

/**
 * What the interval rests on: the mixture's covariance, blended with that of the widest prior. A tight prior is right
 * about the best guess and dishonest about what may be, so the widest takes part for as long as the outcomes do not
 * speak against it. With many signals and outcomes they do, and nothing of it is left.
 * @param center the coefficients that are shown
 * @param separates `false` when they are those of the base rate alone
 */
export function intervalCovariance(
  members: readonly Member[],
  widest: readonly Omit<Member, "weight">[],
  center: Float64Array,
  outcomes: number,
  separates: boolean,
): Float64Array {
  // that the signals may say nothing narrows an interval only where it is believed
  const believed = separates ? members.filter(({ scale }) => scale !== null) : members;
  const mixed = mixtureCovariance(believed, center);
  const wide = mixtureCovariance(widest, center);
  // half a logarithm of the outcomes is what a coefficient too many costs in evidence (Schwarz): so many it would need
  const perCoefficient = Math.log(Math.max(FEWEST_OUTCOMES, outcomes)) / 2;
  const needed = Math.max(0, (logSum(members) - logSum(widest)) / perCoefficient);
  const odds = (WIDE_ODDS + outcomes / WIDE_OUTCOMES) * Math.exp(-needed);
  const share = odds / (1 + odds);
  return mixed.map((value, i) => (1 - share) * value + share * (wide[i] ?? 0));
}

function logSum(members: readonly Pick<Member, "logWeight">[]): number {
  const top = Math.max(...members.map(({ logWeight }) => logWeight));
  return top + Math.log(members.reduce((sum, { logWeight }) => sum + Math.exp(logWeight - top), 0));
}

/** Lower triangle row by row. */
export function packed(matrix: Float64Array, size: number): number[] {
  return Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, i * size + i + 1)]).flat();
}

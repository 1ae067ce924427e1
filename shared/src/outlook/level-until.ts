import type { ChurnModel } from "../scoring/churn-model.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { measureScore, type Scale } from "../scoring/measures.ts";
import { isPastLimit, RED_FLAGS, type RedFlagRule } from "../scoring/red-flags.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { daysCounted, logOddsBetween, type Terms } from "./moving-terms.ts";

type Limit = RedFlagRule["signs"][number]["limit"];

/** What moves of a result while its facts stand still, and the lines beyond which a reader would call it another. */
export interface MovingParts {
  /** Signals that count days, with what is made of them. */
  counts: readonly { since: number; scales: readonly Scale[]; limits: readonly Limit[] }[];
  /** `null` = the model abstained. */
  churn: {
    terms: Terms;
    features: ChurnModel["features"];
    /** Log-odds of all that stands still. */
    rest: number;
    /** Half-open; probabilities between which everything stays as it is said. */
    from: number;
    below: number;
  } | null;
}

export function movingParts(
  { churnRisk, atRisk }: HealthResult,
  scorecard: Scorecard,
  { features, intercept, bands }: ChurnModel,
  terms: Terms,
): MovingParts {
  const counts = terms.counting.map(([signal, since]) => ({
    since,
    scales: scorecard.dimensions.flatMap(({ measures }) =>
      measures.filter((measure) => measure.signal === signal).map(({ scale }) => scale),
    ),
    limits: RED_FLAGS.flatMap(({ signs }) =>
      signs.filter((sign) => sign.signal === signal).map(({ limit }) => limit),
    ),
  }));
  const { probability, reasons } = churnRisk;
  if (probability === null) return { counts, churn: null };
  const moving = new Set<string>(["tenure", ...terms.counting.map(([key]) => key)]);
  let rest = intercept.mean;
  for (const { logOdds, feature } of reasons) {
    const from = features.find(({ key }) => key === feature)?.from;
    if (from !== undefined && !moving.has(from)) rest += logOdds;
  }
  const shown = Math.round(Number(probability.toFixed(3)) * 1000);
  const line = atRisk.isAtRisk ? scorecard.atRisk.leaveBelow : scorecard.atRisk.enterAt;
  let [from, below] = [(shown - 0.5) / 1000, (shown + 0.5) / 1000];
  for (const limit of [bands.medium, bands.high, line]) {
    if (probability >= limit) from = Math.max(from, limit);
    else below = Math.min(below, limit);
  }
  return { counts, churn: { terms, features, rest, from, below } };
}

/**
 * The first instant at which the result may say something else: every moment between now and then says the same, so
 * nothing that moves there and back is overlooked. Rather too early than too late.
 * @param until at most; it is what is found where nothing moves
 */
export function levelUntil(parts: MovingParts, nowMs: number, until: number): number {
  if (isLevel(parts, nowMs, until - 1)) return until;
  let [level, moved] = [nowMs, until - 1];
  while (moved - level > 1) {
    const middle = Math.floor((level + moved) / 2);
    if (isLevel(parts, nowMs, middle)) level = middle;
    else moved = middle;
  }
  return moved;
}

/** Once it is no longer level, it is not level for any later end. */
const isLevel = ({ counts, churn }: MovingParts, nowMs: number, endMs: number): boolean =>
  countsAreLevel(counts, nowMs, endMs) && (churn === null || churnIsLevel(churn, nowMs, endMs));

/** Days counted only grow, and scales are monotone: the same at both ends is the same between them. */
function countsAreLevel(counts: MovingParts["counts"], nowMs: number, endMs: number): boolean {
  for (const { since, scales, limits } of counts) {
    const [first, last] = [daysCounted(since, nowMs), daysCounted(since, endMs)];
    for (const scale of scales) if (measureScore(scale, first) !== measureScore(scale, last)) return false;
    for (const limit of limits) if (isPastLimit(limit, first) !== isPastLimit(limit, last)) return false;
  }
  return true;
}

/** Probabilities are rounded to six decimals, and sums in another order differ in the last bits. */
const DOUBT = 2e-6;

function churnIsLevel(
  { terms, features, rest, from, below }: NonNullable<MovingParts["churn"]>,
  nowMs: number,
  endMs: number,
): boolean {
  let [least, most] = [rest, rest];
  for (const feature of features) {
    const [low, high] = logOddsBetween(feature, terms, nowMs, endMs);
    least += low;
    most += high;
  }
  const probability = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds));
  return probability(least) - DOUBT >= from && probability(most) + DOUBT < below;
}

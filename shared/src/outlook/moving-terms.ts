import { contributionAt, zOf } from "../churn/additive-feature.ts";
import type { ChurnFeature } from "../scoring/churn-model.ts";
import type { MeasureKey } from "../scoring/signals/signal.ts";
import { DAY_MS, roundTo } from "../units.ts";

/** What moves by itself, in milliseconds. */
export interface Terms {
  /** When the relation with the customer began. */
  since: number;
  /** Signals that count the days since an instant, with that instant. */
  counting: readonly (readonly [MeasureKey, number])[];
}

export const daysCounted = (since: number, nowMs: number): number => Math.max(0, nowMs - since) / DAY_MS;

const STANDS_STILL: readonly [number, number] = [0, 0];

/** The least and the most that one feature adds to the log-odds between two instants; 0 where it stands still. */
export function logOddsBetween(
  feature: ChurnFeature,
  { since, counting }: Terms,
  nowMs: number,
  endMs: number,
): readonly [number, number] {
  if (feature.from === "tenure") {
    const tenure = (ms: number): number => roundTo(Math.log1p(Math.floor(daysCounted(since, ms))), 6);
    return contributionsBetween(feature, tenure(nowMs), tenure(endMs));
  }
  for (const [signal, from] of counting)
    if (signal === feature.from)
      return contributionsBetween(feature, daysCounted(from, nowMs), daysCounted(from, endMs));
  return STANDS_STILL;
}

/** A straight line between its knots: the extremes are at the ends or at a knot between them. */
function contributionsBetween(feature: ChurnFeature, first: number, last: number): [number, number] {
  const [from, to] = [zOf(feature, first), zOf(feature, last)];
  const ends = [contributionAt(feature, from), contributionAt(feature, to)] as const;
  let [low, high] = [Math.min(...ends), Math.max(...ends)];
  for (const { knot } of feature.hinges ?? []) {
    if (knot <= from || knot >= to) continue;
    const bend = contributionAt(feature, knot);
    [low, high] = [Math.min(low, bend), Math.max(high, bend)];
  }
  return [low, high];
}

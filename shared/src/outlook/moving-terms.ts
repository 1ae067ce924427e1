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

/** The part of the log-odds that one feature has at a time; 0 where it stands still. */
export function movingLogOdds(feature: ChurnFeature, { since, counting }: Terms, nowMs: number): number {
  if (feature.from === "tenure") {
    const ageDays = Math.floor(daysCounted(since, nowMs));
    return contributionAt(feature, zOf(feature, roundTo(Math.log1p(ageDays), 6)));
  }
  for (const [signal, from] of counting)
    if (signal === feature.from) return contributionAt(feature, zOf(feature, daysCounted(from, nowMs)));
  return 0;
}

import type { Band } from "../api/account-health.ts";
import { isoText } from "../iso-text.ts";
import { DAY_MS, HOUR_MS } from "../units.ts";
import type { BandMemory } from "./health-result.ts";
import type { Scorecard } from "./scorecard.ts";

type BandRules = Scorecard["bands"];
type BandPart = Pick<BandMemory, "band" | "evaluationsBelow" | "lastEvaluatedAt" | "aboveSince">;

const ORDER = ["red", "yellow", "green"] as const satisfies readonly Band[];
const rank = (band: Band): number => ORDER.indexOf(band);
const lowerLine = (rules: BandRules, band: Band): number =>
  band === "green" ? rules.greenFrom : band === "yellow" ? rules.yellowFrom : 0;

export const lowerBand = (a: Band, b: Band): Band => (rank(a) <= rank(b) ? a : b);
export const higherBand = (a: Band, b: Band): Band => (rank(a) >= rank(b) ? a : b);

/** The band of a score without a past. */
export const bandOf = (rules: BandRules, score: number): Band =>
  score >= rules.greenFrom ? "green" : score >= rules.yellowFrom ? "yellow" : "red";

/**
 * The band after one more evaluation. It falls at once when the score is far enough under its line, else after
 * two evaluations; it rises, one band at a time, after the score stood far enough above the next line for days.
 * A cap is a rule and no noise: a band above the cap's falls at once. Without a score there is no band, and the
 * next score sets it directly.
 * @param cap lowest limit of the caps in force; `null` = none
 */
export function nextBand(
  rules: BandRules,
  memory: BandMemory | null,
  score: number | null,
  cap: number | null,
  now: Date,
): BandPart {
  const at = isoText(now.getTime());
  if (score === null) return { band: null, evaluationsBelow: 0, lastEvaluatedAt: at, aboveSince: null };
  const from = memory?.band ?? null;
  if (memory === null || from === null)
    return { band: bandOf(rules, score), evaluationsBelow: 0, lastEvaluatedAt: at, aboveSince: null };
  const highest = cap === null ? "green" : bandOf(rules, cap);
  if (rank(from) > rank(highest))
    return settle(
      rules,
      { band: highest, evaluationsBelow: 0, lastEvaluatedAt: null, aboveSince: null },
      score,
      now,
    );
  return settle(rules, { ...memory, band: from }, score, now);
}

function settle(rules: BandRules, memory: BandPart & { band: Band }, score: number, now: Date): BandPart {
  const line = lowerLine(rules, memory.band);
  if (score < line) return fall(rules, memory, score, now);
  return rise(rules, memory, score, now);
}

const SECOND_EVALUATION = 2;

function fall(rules: BandRules, memory: BandPart & { band: Band }, score: number, now: Date): BandPart {
  const isCounted = hasPassed(memory.lastEvaluatedAt, rules.evaluationGapHours * HOUR_MS, now);
  // the first one under the line always counts; further ones only after the gap
  const isFirst = memory.evaluationsBelow === 0;
  const evaluationsBelow = memory.evaluationsBelow + (isFirst || isCounted ? 1 : 0);
  const isFar = score <= lowerLine(rules, memory.band) - rules.fallAtOnce;
  if (isFar || evaluationsBelow >= SECOND_EVALUATION) {
    const band = ORDER[rank(memory.band) - 1] ?? "red";
    const fallen = { band, evaluationsBelow: 0, lastEvaluatedAt: isoText(now.getTime()), aboveSince: null };
    return settle(rules, fallen, score, now);
  }
  const lastEvaluatedAt = isFirst || isCounted ? isoText(now.getTime()) : memory.lastEvaluatedAt;
  return { band: memory.band, evaluationsBelow, lastEvaluatedAt, aboveSince: null };
}

function rise(rules: BandRules, memory: BandPart & { band: Band }, score: number, now: Date): BandPart {
  const at = isoText(now.getTime());
  const next = ORDER[rank(memory.band) + 1];
  const steady = { band: memory.band, evaluationsBelow: 0, lastEvaluatedAt: at, aboveSince: null };
  if (next === undefined || score < lowerLine(rules, next) + rules.riseMargin) return steady;
  const aboveSince = memory.aboveSince ?? at;
  if (!hasPassed(aboveSince, rules.riseAfterDays * DAY_MS, now)) return { ...steady, aboveSince };
  // the line after the next begins its own days now: how long the score stood above that one is not known
  const isAboveNext = ORDER[rank(next) + 1] !== undefined && score >= rules.greenFrom + rules.riseMargin;
  return { ...steady, band: next, aboveSince: isAboveNext ? at : null };
}

const hasPassed = (since: string | null, ms: number, now: Date): boolean =>
  since !== null && now.getTime() - Date.parse(since) >= ms;

import type { AccountHealthView, Contribution } from "../api/account-health.ts";
import type { HealthResult } from "./health-result.ts";

type Change = NonNullable<AccountHealthView["changes"]>["items"][number];

/**
 * What moved the calculated score between two results, measure by measure, the largest first. The points sum to
 * the difference of the calculated scores; without a score at one of the times there is nothing to compare.
 */
export function explainChange(
  earlier: HealthResult,
  later: HealthResult,
): { points: number; items: Change[] } {
  if (earlier.calculatedScore === null || later.calculatedScore === null) return { points: 0, items: [] };
  const cause =
    earlier.scorecardVersion === later.scorecardVersion ? "other data came or went" : "the scorecard changed";
  const before = new Map(earlier.contributions.map((c) => [c.measure, c]));
  const after = new Map(later.contributions.map((c) => [c.measure, c]));
  const found = [...new Set([...after.keys(), ...before.keys()])].flatMap((measure) =>
    changeOf(measure, cause, before.get(measure), after.get(measure)),
  );
  return { points: later.calculatedScore - earlier.calculatedScore, items: withoutRounding(found) };
}

interface Moved extends Change {
  /** The measure and its weight stayed: what moved is the rounding of the score to one decimal. */
  isRounding: boolean;
}

function changeOf(
  measure: string,
  cause: string,
  before: Contribution | undefined,
  after: Contribution | undefined,
): Moved[] {
  const points = (after?.points ?? 0) - (before?.points ?? 0);
  const now = after ?? before;
  if (points === 0 || now === undefined) return [];
  const isRounding =
    before?.measureScore === after?.measureScore &&
    Math.abs((before?.maxPoints ?? 0) - (after?.maxPoints ?? 0)) < 1e-9;
  return [{ sentence: sentenceOf(now, cause, before, after), points, measure, isRounding }];
}

/** Largest first; the points of rounding go with the largest, where there is one. */
function withoutRounding(found: readonly Moved[]): Change[] {
  const real = found.filter((item) => !item.isRounding);
  const counted = (real.length > 0 ? real : found).toSorted(
    (a, b) => Math.abs(b.points) - Math.abs(a.points),
  );
  const rounding = real.length > 0 ? sumOf(found) - sumOf(real) : 0;
  return counted.map(({ sentence, points, measure }, index) => ({
    sentence,
    points: index === 0 ? points + rounding : points,
    measure,
  }));
}

const sumOf = (items: readonly Change[]): number => items.reduce((sum, item) => sum + item.points, 0);

/** @param cause why a weight changed where the measure did not */
function sentenceOf(now: Contribution, cause: string, before?: Contribution, after?: Contribution): string {
  const was = before?.measureScore ?? null;
  const is = after?.measureScore ?? null;
  if (was === null) return `${now.label}: known now. ${now.sentence}`;
  if (is === null) return `${now.label}: no longer known. ${now.sentence}`;
  if (was === is) return `${now.label}: unchanged, but its weight is, because ${cause}.`;
  return before?.sentence === after?.sentence
    ? `${now.label}: ${now.sentence}`
    : `${now.label}: ${now.sentence} Before: ${before?.sentence ?? ""}`;
}

/** Points within which a change over 30 days is called flat. Source: design, section 6. */
export const FLAT_POINTS = 3;

/** @param change points over 30 days; `null` = there was no score then */
export function trendDirection(change: number | null): AccountHealthView["trend"]["direction"] {
  if (change === null) return "unknown";
  if (Math.abs(change) <= FLAT_POINTS) return "flat";
  return change > 0 ? "up" : "down";
}

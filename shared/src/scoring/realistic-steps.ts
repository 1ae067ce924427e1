import type { Contribution } from "../api/account-health.ts";
import { roundTo } from "../units.ts";
import { measureScore, type Scale } from "./measures.ts";
import type { SignalText } from "./signals/signal.ts";
import { decimal } from "./words.ts";

/**
 * How much of the way from where a measure stands to its best people cover within 30 days. What is settled by an act
 * of the own team (a ticket closed, a call made) can be done in full; what many people at the customer have to do, or
 * what is counted over a window that the past is part of, moves half-way at most. Expert judgement, to be tested.
 */
const IN_FULL = 1;
export const HALF_WAY = 0.5;

export const reachOf = ({ source, window, unit }: Pick<SignalText, "source" | "window" | "unit">): number =>
  (source === "crm" || source === "tickets") && window === "now" && !unit.startsWith("percent")
    ? IN_FULL
    : HALF_WAY;

/** A change of one measure that may be made: from where it stands to `value`, for `points` of the score. */
export interface Step {
  measure: string;
  label: string;
  /** In the signal's unit; `from` `null` = somewhere beyond the end of the scale. */
  from: number | null;
  value: number;
  /** Decimals that both are told with. */
  digits: number;
  points: number;
  /** Share of the realistic way, above 0 and at most 1. */
  effort: number;
}

/** A measure that can be changed, with everything that is realistic. */
export interface Lever {
  furthest: Step;
  /** The smallest realistic step worth so many points; `null` = none is. */
  stepWorth(points: number): Step | null;
}

type Text = Pick<SignalText, "source" | "window" | "unit">;

/** @returns `null` where the measure has no part in the score, or stands at its best already */
export function leverOf(contribution: Contribution, scale: Scale, text: Text): Lever | null {
  const { measureScore: score, maxPoints } = contribution;
  if (score === null || maxPoints <= 0) return null;
  const values =
    scale.kind === "ramp" ? rampValues(scale, score, text) : tierValues(scale, score, reachOf(text));
  const from = standsAt(scale, score);
  const digits = scale.kind === "ramp" ? digitsOf(scale, text.unit) : MOST_DIGITS;
  const steps = values.map((value): Step => {
    const points = (maxPoints * (measureScore(scale, value) - score)) / 100;
    return {
      measure: contribution.measure,
      label: contribution.label,
      from,
      value,
      digits,
      points,
      effort: 0,
    };
  });
  const worthwhile = steps.filter((step) => step.points > 0);
  const counted = worthwhile.map((step, index) => ({ ...step, effort: (index + 1) / worthwhile.length }));
  const furthest = counted.at(-1);
  if (furthest === undefined) return null;
  return { furthest, stepWorth: (points) => counted.find((step) => step.points >= points) ?? null };
}

type Ramp = Extract<Scale, { kind: "ramp" }>;
type Tiers = Extract<Scale, { kind: "tiers" }>;

const isRising = (scores: readonly { score: number }[]): boolean =>
  (scores.at(-1)?.score ?? 0) > (scores[0]?.score ?? 0);

/** Values that can be said in words, from the next better one to the furthest realistic one. */
function rampValues(scale: Ramp, score: number, { unit, ...text }: Text): number[] {
  const sign = isRising(scale.points) ? 1 : -1;
  const best = edge(scale, sign, (at) => at >= Math.max(...scale.points.map((p) => p.score)));
  const here = edge(scale, sign, (at) => at >= score);
  const digits = digitsOf(scale, unit);
  const grid = 10 ** -digits;
  const furthest = here + (best - here) * reachOf({ unit, ...text });
  const values: number[] = [];
  for (let step = Math.floor((sign * here) / grid + NEARLY) + 1; ; step++) {
    const value = roundTo(sign * step * grid, digits);
    if (sign * value > sign * furthest + NEARLY * grid) return values;
    values.push(value);
  }
}

const NEARLY = 1e-9;

/** The least change at which a ramp reaches a score, going in the direction that is better. */
function edge({ points }: Ramp, sign: 1 | -1, isReached: (score: number) => boolean): number {
  const way = sign > 0 ? points : points.toReversed();
  const at = way.findIndex((point) => isReached(point.score));
  const [after, before] = [way[at] ?? way.at(-1), way[at - 1]];
  if (after === undefined) return 0;
  if (before === undefined) return after.value;
  return bisected(before, after, isReached);
}

/** Between two neighbouring points the score is a straight line; where on it the claim becomes true. */
function bisected(
  before: Ramp["points"][number],
  after: Ramp["points"][number],
  isReached: (score: number) => boolean,
): number {
  let [low, high] = [0, 1];
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (isReached(before.score + middle * (after.score - before.score))) high = middle;
    else low = middle;
  }
  return before.value + high * (after.value - before.value);
}

/** As exact as people say such a quantity: ten to a hundred steps over the whole scale. */
function digitsOf({ points }: Ramp, unit: string): number {
  const span = Math.abs((points.at(-1)?.value ?? 0) - (points[0]?.value ?? 0));
  const digits = 1 - Math.floor(Math.log10(span)) + (unit.startsWith("share") ? 1 : 0);
  return Math.min(MOST_DIGITS, digits);
}
const MOST_DIGITS = 2;

/** More of something comes one tier at a time; less of it can be settled down to nothing. */
function tierValues({ tiers }: Tiers, score: number, reach: number): number[] {
  const better = tiers.flatMap((tier, index) =>
    tier.score > score ? [{ tier, next: tiers[index + 1] }] : [],
  );
  if (isRising(tiers)) return better.slice(0, 1).map(({ tier }) => tier.from);
  const values = better.map(({ tier, next }) =>
    next === undefined ? tier.from : lastIn(tier.from, next.from),
  );
  return reach === IN_FULL ? values.toReversed() : values.toReversed().slice(0, 1);
}

const lastIn = (from: number, next: number): number =>
  Number.isInteger(from) && Number.isInteger(next) ? next - 1 : from;

/** `null` where the score leaves it open: beyond the ends of the scale, or inside a wide tier. */
function standsAt(scale: Scale, score: number): number | null {
  if (scale.kind === "tiers") {
    const index = scale.tiers.findIndex((tier) => tier.score === score);
    const [tier, next] = [scale.tiers[index], scale.tiers[index + 1]];
    const isOne = tier !== undefined && next !== undefined && next.from - tier.from === 1;
    return isOne ? tier.from : null;
  }
  const ends = [scale.points[0]?.score, scale.points.at(-1)?.score];
  if (ends.includes(score)) return null;
  return edge(scale, isRising(scale.points) ? 1 : -1, (at) => at >= score);
}

/** "Bring seats in use from 45% to 62%.", or "Champion: present instead of not present." and what would help. */
export function stepSentence(
  { label, from, value, digits }: Step,
  { unit, advice }: Pick<SignalText, "unit" | "advice">,
): string {
  const codes = codesOf(unit);
  const word = codes.get(value);
  if (word !== undefined) {
    const before = from === null ? undefined : codes.get(from);
    return `${label}: ${word}${before === undefined ? "" : ` instead of ${before}`}. ${advice ?? ""}`.trim();
  }
  const name = /^[A-Z][a-z]/.test(label) ? `${label.slice(0, 1).toLowerCase()}${label.slice(1)}` : label;
  const of = unitAfter(unit);
  const now = from === null ? null : roundTo(from, digits);
  const start = now === null || now === value ? "" : ` from ${told(now, unit)}`;
  return `Bring ${name}${start} to ${told(value, unit)}${of === "" || of === name ? "" : ` ${of}`}.`;
}

/** "1 = present, 0 = not" in words by value; empty for a quantity. */
function codesOf(unit: string): ReadonlyMap<number, string> {
  const parts = [...unit.matchAll(/([\d.]+) = (\w+)/g)].map(
    ([, code, word = ""]) => [Number(code), word] as const,
  );
  const first = parts[0]?.[1] ?? "";
  return new Map(parts.map(([code, word]) => [code, word === "not" ? `not ${first}` : word]));
}

function told(quantity: number, unit: string): string {
  if (unit.startsWith("share")) return `${decimal(quantity * 100, 0)}%`;
  return unit.startsWith("percent") ? `${decimal(quantity, 1)}%` : decimal(quantity, 2);
}

/** What stands behind the number: "points, −100 to 100" says its range, too; a percent sign says enough. */
function unitAfter(unit: string): string {
  if (unit.startsWith("share") || unit.startsWith("percent") || unit === "ratio") return "";
  return unit === "days since" ? "days" : (unit.split(",")[0]?.trim() ?? "");
}

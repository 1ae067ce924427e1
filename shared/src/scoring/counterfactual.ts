import type { Band, Counterfactual } from "../api/account-health.ts";
import { roundTo } from "../units.ts";
import { capLabel, capLift } from "./cap-words.ts";
import type { HealthResult } from "./health-result.ts";
import type { Scale } from "./measures.ts";
import { type Lever, leverOf, type Step, stepSentence } from "./realistic-steps.ts";
import type { Scorecard } from "./scorecard.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import type { SignalText } from "./signals/signal.ts";
import { counted, decimal } from "./words.ts";

type Option = Counterfactual["options"][number];
type Result = Pick<
  HealthResult,
  "band" | "calculatedScore" | "contributions" | "caps" | "bandMemory" | "override" | "lostAt"
>;

export const MOST_OPTIONS = 3;
const EFFECT = "An effect on the score, not a promise about the customer.";

/**
 * The smallest realistic changes of what people can influence that lift the calculated score to where the next band
 * begins for good: its line and the margin of the hysteresis. One change if one is enough, else the fewest together,
 * at most three. A cap that holds the score has to end first, which is then a step of every option. Never by way of
 * deals or seats: an expansion is no cure.
 * @param scorecard of the version that the result was calculated with
 * @param mayUse whether the reader may be told of a measure
 */
export function counterfactualOf(
  result: Result,
  scorecard: Pick<Scorecard, "dimensions" | "bands">,
  mayUse: (measure: string) => boolean,
): Counterfactual | null {
  const { calculatedScore, lostAt, bandMemory } = result;
  const target =
    calculatedScore === null || lostAt !== null ? null : targetOf(scorecard.bands, bandMemory.band);
  if (calculatedScore === null || target === null || result.band === "green") return null;
  const holding = result.caps.filter((cap) => cap.limit < target.score);
  const held = Math.min(calculatedScore, holding[0]?.limit ?? 100);
  const raw = result.contributions.reduce((sum, c) => sum + (c.maxPoints * (c.measureScore ?? 0)) / 100, 0);
  const isEnough = (points: number): boolean => roundTo(raw + points, 1) >= target.score;
  const levers = leversOf(result, scorecard, mayUse);
  const changes = isEnough(0) ? [[]] : changesReaching(levers, target.score - raw, isEnough);
  // a cap that allows the target holds what goes beyond it
  const ceiling = result.caps.find((cap) => cap.limit >= target.score)?.limit ?? 100;
  const hold = { caps: holding, from: held, to: Math.min(calculatedScore, ceiling), ceiling };
  const options = holding.length === 0 && isEnough(0) ? [] : changes.map((steps) => optionOf(steps, hold));
  return {
    targetBand: target.band,
    targetScore: target.score,
    neededPoints: Math.max(0, roundTo(target.score - held, 1)),
    options,
    note: noteFor(result, scorecard.bands, target, {
      hasOptions: options.length > 0,
      isThere: isEnough(0) && holding.length === 0,
      most: sumOf(furthest(strongest(levers).slice(0, MOST_STEPS))),
    }),
  };
}

interface Target {
  band: Band;
  score: number;
}

function targetOf(
  { yellowFrom, greenFrom, riseMargin }: Scorecard["bands"],
  from: Band | null,
): Target | null {
  if (from === "red") return { band: "yellow", score: Math.min(100, yellowFrom + riseMargin) };
  if (from === "yellow") return { band: "green", score: Math.min(100, greenFrom + riseMargin) };
  return null;
}

const textOf = (measure: string): SignalText | null =>
  Object.hasOwn(SIGNALS, measure) ? SIGNALS[measure as keyof typeof SIGNALS] : null;

/**
 * Facts that nobody changes by wanting to, and the team's own judgement, which would move nothing but the score. What
 * was answered stays answered until its window has passed.
 */
const NO_LEVERS: ReadonlySet<string> = new Set([
  "champion_change",
  "contract_status",
  "csm_judgement",
  "negative_feedback",
]);

function leversOf(
  { contributions }: Result,
  { dimensions }: Pick<Scorecard, "dimensions">,
  mayUse: (measure: string) => boolean,
): Lever[] {
  const scales = new Map<string, Scale>(
    dimensions.flatMap((d) => d.measures.map((m) => [m.signal, m.scale] as const)),
  );
  return contributions.flatMap((contribution) => {
    const [text, scale] = [textOf(contribution.measure), scales.get(contribution.measure)];
    if (text === null || text.advice === null || text.isFinancial || scale === undefined) return [];
    if (NO_LEVERS.has(contribution.measure)) return [];
    const lever = mayUse(contribution.measure) ? leverOf(contribution, scale, text) : null;
    return lever === null ? [] : [lever];
  });
}

/** Single steps that are enough, the easiest first; where none is, pairs, and where no pair is, three together. */
function changesReaching(
  levers: readonly Lever[],
  needed: number,
  isEnough: (points: number) => boolean,
): Step[][] {
  const far = strongest(levers).slice(0, MOST_LEVERS);
  for (const size of [1, 2, 3]) {
    const found = combinations(far, size)
      .filter((group) => isEnough(sumOf(furthest(group))))
      .map((group) => smallest(group, needed, isEnough))
      .toSorted((a, b) => effortOf(a) - effortOf(b));
    if (found.length > 0) return found.slice(0, MOST_OPTIONS);
  }
  return [];
}

/** The strongest are enough to look through: 220 groups of three. */
const MOST_LEVERS = 12;
const MOST_STEPS = 3;

const furthest = (levers: readonly Lever[]): Step[] => levers.map((lever) => lever.furthest);
const strongest = (levers: readonly Lever[]): Lever[] =>
  levers.toSorted(
    (a, b) => b.furthest.points - a.furthest.points || (a.furthest.measure < b.furthest.measure ? -1 : 1),
  );

const sumOf = (steps: readonly { points: number }[]): number =>
  steps.reduce((sum, step) => sum + step.points, 0);
const effortOf = (steps: readonly Step[]): number => steps.reduce((sum, step) => sum + step.effort, 0);

function combinations<T>(items: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    combinations(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}

/**
 * Everybody of a group does the same share of what is realistic, as little as is enough; then each step in turn gives
 * back what the others make needless by their rounding.
 */
function smallest(group: readonly Lever[], needed: number, isEnough: (points: number) => boolean): Step[] {
  const share = Math.min(1, needed / sumOf(furthest(group)));
  let steps = group.map((lever) => lever.stepWorth(lever.furthest.points * share) ?? lever.furthest);
  if (!isEnough(sumOf(steps))) steps = furthest(group);
  group.forEach((lever, index) => {
    const others = sumOf(steps.filter((_, other) => other !== index));
    const less = lever.stepWorth(needed - ROUNDING - others);
    const shorter = steps.with(index, less ?? lever.furthest);
    if (less !== null && less.points < (steps[index]?.points ?? 0) && isEnough(sumOf(shorter)))
      steps = shorter;
  });
  return steps;
}

/** The score is rounded to one decimal, so that half of the last place is given. */
const ROUNDING = 0.05;

/** What holds the score: from where to where it rises when the caps end, and how far at most. */
interface Hold {
  caps: Result["caps"];
  from: number;
  to: number;
  ceiling: number;
}

function optionOf(steps: readonly Step[], hold: Hold): Option {
  const changes = steps.map((step) => {
    const text = textOf(step.measure) ?? { unit: "", advice: null };
    const { measure, label, points } = step;
    return { measure, label, sentence: stepSentence(step, text), points };
  });
  const caps = hold.caps.map((cap, index) => ({
    measure: cap.cap,
    label: capLabel(cap),
    sentence: capLift(cap),
    // several caps hold one score: it rises with the last of them
    points: index === hold.caps.length - 1 ? hold.to - hold.from : 0,
  }));
  const all = [...caps, ...changes];
  return { steps: all, points: Math.min(sumOf(all), hold.ceiling - hold.from) };
}

interface Found {
  hasOptions: boolean;
  isThere: boolean;
  /** Points of the strongest changes that would go together. */
  most: number;
}

function noteFor(
  { override }: Result,
  { riseAfterDays }: Scorecard["bands"],
  { band, score }: Target,
  { hasOptions, isThere, most }: Found,
): string {
  const days = counted(riseAfterDays, "day");
  const hold = riseAfterDays > 0 ? ` and hold it for ${days}` : "";
  const tooLittle = `No change that is realistic within 30 days, and no ${MOST_STEPS} of them together, reach ${band} (${decimal(score)}).`;
  const way = isThere
    ? `The score is high enough: ${band} follows when it holds for ${days}.`
    : hasOptions
      ? `For ${band}, reach ${decimal(score)}${hold}.`
      : `${tooLittle} The strongest bring ${counted(roundTo(most, 1), "point")}.`;
  const from = override === null ? "" : " Counted from the calculated score, without the override.";
  return `${way}${from} ${EFFECT}`;
}

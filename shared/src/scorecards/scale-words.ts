import type { Scale } from "../scoring/measures.ts";

/** A number as written in the definition: rounded only where the machine's own arithmetic shows. */
export const exact = (value: number): string => String(Number(value.toPrecision(12)));

const YES_NO = /^1 = (.+), 0 = (.+)$/;
/** Several words for numbers, as in "1 = active, 0.5 = paused, 0 = ended". */
const WORDED = /^[\d.]+ = /;

function wordFor(unit: string, value: number): string | null {
  if (!WORDED.test(unit)) return null;
  const words = new Map(
    unit
      .split(", ")
      .map((part) => part.split(" = "))
      .map(([number, word]) => [Number(number), word]),
  );
  const word = words.get(value);
  return word === undefined ? exact(value) : word === "not" ? `not ${words.get(1)}` : word;
}

/** A value of a signal as people say it: "80%", "2 days", "present". @param unit as in the catalogue of signals */
export function withUnit(unit: string, value: number): string {
  const word = wordFor(unit, value);
  if (word !== null) return word;
  if (unit.startsWith("share")) return `${exact(value * 100)}%`;
  if (unit.startsWith("percent")) return `${exact(value)}%`;
  if (unit === "ratio") return `${exact(value)}×`;
  if (unit === "days since") return withUnit("days", value);
  if (/^(points|number|\d|$)/.test(unit)) return exact(value);
  return `${exact(value)} ${value === 1 ? unit.replace(/^(open )?([a-z]+?)s\b/, "$1$2") : unit}`;
}

export interface Step {
  /** In the signal's unit. */
  at: number;
  score: number;
}
export const stepsOf = (scale: Scale): Step[] =>
  scale.kind === "ramp"
    ? scale.points.map(({ value, score }) => ({ at: value, score }))
    : scale.tiers.map(({ from, score }) => ({ at: from, score }));

/** "0 points up to 20%, rising evenly to 100 at 80%", "40 points below 1 deal, 85 from 1 deal", "100 points if present, else 0". */
export function scaleWords(scale: Scale, unit: string): string {
  const steps = stepsOf(scale);
  const [first, ...rest] = steps;
  if (first === undefined) return "";
  const [yes] = YES_NO.exec(unit)?.slice(1) ?? [];
  if (scale.kind === "tiers" && yes && rest.length === 1 && rest[0]?.at === 1)
    return `${exact(rest[0].score)} points if ${yes}, else ${exact(first.score)}`;
  if (scale.kind === "tiers")
    return [
      `${exact(first.score)} points below ${withUnit(unit, rest[0]?.at ?? first.at)}`,
      ...rest.map((step) => `${exact(step.score)} from ${withUnit(unit, step.at)}`),
    ].join(", ");
  return [
    `${exact(first.score)} points up to ${withUnit(unit, first.at)}`,
    ...rest.map((step, i) => {
      const way = evenly(steps[i]?.score ?? step.score, step.score);
      return `${way} ${exact(step.score)} at ${withUnit(unit, step.at)}`;
    }),
  ].join(", ");
}

const evenly = (from: number, to: number): string =>
  to === from ? "level at" : to > from ? "rising evenly to" : "falling evenly to";

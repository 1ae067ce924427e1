import { z } from "zod";

const score = z.number().min(0).max(100);

/** Straight lines between the points; level before the first and after the last. */
const rampSchema = z.object({
  kind: z.literal("ramp"),
  points: z.array(z.object({ value: z.number(), score })).min(2),
});
/** Steps: a tier holds in the half-open interval from its own lower limit to the next one's. The first holds below, too. */
const tiersSchema = z.object({
  kind: z.literal("tiers"),
  tiers: z.array(z.object({ from: z.number(), score })).min(2),
});

/** How a signal's value becomes a measure of 0–100. Monotone: more is always better, or always worse. */
export const scaleSchema = z.discriminatedUnion("kind", [rampSchema, tiersSchema]);
export type Scale = z.infer<typeof scaleSchema>;

/** `[value, score]` pairs, by rising value. */
export const ramp = (...points: readonly (readonly [number, number])[]): Scale => ({
  kind: "ramp",
  points: points.map(([value, at]) => ({ value, score: at })),
});
/** `[lower limit, score]` pairs, by rising limit. */
export const tiers = (...steps: readonly (readonly [number, number])[]): Scale => ({
  kind: "tiers",
  tiers: steps.map(([from, at]) => ({ from, score: at })),
});

/** @returns 0–100 */
export function measureScore(scale: Scale, value: number): number {
  return scale.kind === "ramp" ? onRamp(scale.points, value) : onTier(scale.tiers, value);
}

function onRamp(points: readonly { value: number; score: number }[], value: number): number {
  let before: { value: number; score: number } | undefined;
  for (const point of points) {
    if (value < point.value) {
      if (before === undefined) return point.score;
      const share = (value - before.value) / (point.value - before.value);
      return before.score + share * (point.score - before.score);
    }
    before = point;
  }
  return before?.score ?? 0;
}

function onTier(steps: readonly { from: number; score: number }[], value: number): number {
  let found = steps[0]?.score ?? 0;
  for (const step of steps) if (value >= step.from) found = step.score;
  return found;
}

/** Why a scale is not one; `null` = it is. */
export function scaleTrouble(scale: Scale): string | null {
  const steps =
    scale.kind === "ramp"
      ? scale.points.map((p) => [p.value, p.score] as const)
      : scale.tiers.map((t) => [t.from, t.score] as const);
  const pairs = steps.slice(1).map((step, i) => [steps[i] ?? step, step] as const);
  if (pairs.some(([a, b]) => a[0] >= b[0])) return "its values have to rise.";
  const isRising = pairs.every(([a, b]) => a[1] <= b[1]);
  const isFalling = pairs.every(([a, b]) => a[1] >= b[1]);
  return isRising || isFalling ? null : "its scores have to rise or to fall throughout.";
}

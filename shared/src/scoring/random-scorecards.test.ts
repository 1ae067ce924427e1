import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measureScore, type Scale } from "./measures.ts";
import { parseScorecard, type Scorecard } from "./scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import type { CustomSignal } from "./signals/custom-signal.ts";
import { type MeasureKey, type SignalReading, signalKeys } from "./signals/signal.ts";
import { type WeighedScore, weighMeasures } from "./weigh-measures.ts";

const SEGMENTS = ["new", "growing", "established"] as const;
const OWN = ["goal", "tier", "vip"] as const;
const MEASURES: readonly MeasureKey[] = [...signalKeys, ...OWN.map((key) => `custom.${key}` as const)];

const own = (key: string, isFinancial: boolean): CustomSignal => ({
  key,
  label: `Own ${key}`,
  unit: "points",
  definition: "Made for the test.",
  source: "zendesk",
  kind: "number",
  staleAfterDays: null,
  isFinancial,
});

/** Shares that sum to 100 to the last bit: whole percents, what is left over going to the last. */
function percents(weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b, 0);
  const parts = weights.slice(0, -1).map((weight) => Math.floor((weight / total) * 100));
  return [...parts, 100 - parts.reduce((a, b) => a + b, 0)];
}

/** Rising values, and scores that rise or fall throughout. */
const scaleArb: fc.Arbitrary<Scale> = fc
  .record({
    isRamp: fc.boolean(),
    isRising: fc.boolean(),
    values: fc.uniqueArray(fc.integer({ min: -200, max: 200 }), { minLength: 2, maxLength: 4 }),
    scores: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ isRamp, isRising, values, scores }) => {
    const ordered = values.toSorted((a, b) => a - b);
    const chosen = scores.slice(0, ordered.length).sort((a, b) => (isRising ? a - b : b - a));
    const steps = ordered.map((value, i) => ({ value: value / 4, score: chosen[i] ?? 0 }));
    return isRamp
      ? { kind: "ramp", points: steps }
      : { kind: "tiers", tiers: steps.map(({ value, score }) => ({ from: value, score })) };
  });

const cardArb: fc.Arbitrary<Scorecard> = fc
  .record({
    measures: fc.shuffledSubarray([...MEASURES], { minLength: 1, maxLength: 14 }),
    dimensions: fc.integer({ min: 1, max: 5 }),
    weights: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 20, maxLength: 20 }),
    scales: fc.array(scaleArb, { minLength: 14, maxLength: 14 }),
    irrelevant: fc.array(fc.subarray([...SEGMENTS]), { minLength: 5, maxLength: 5 }),
    coverageFloor: fc.integer({ min: 1, max: 100 }).map((n) => n / 100),
    isFinancial: fc.boolean(),
  })
  .map(({ measures, dimensions, weights, scales, irrelevant, coverageFloor, isFinancial }) => {
    const count = Math.min(dimensions, measures.length);
    const groups = Array.from({ length: count }, (_, d) => measures.filter((_m, i) => i % count === d));
    const shares = percents(weights.slice(0, count));
    return parseScorecard({
      ...SCORECARD_DEFAULT_V1,
      version: "random-1",
      coverageFloor,
      customSignals: OWN.map((key) => own(key, isFinancial)),
      dimensions: groups.map((group, d) => {
        const parts = percents(weights.slice(5, 5 + group.length));
        return {
          key: `d_${"abcde"[d]}`,
          label: `Dimension ${d}`,
          weight: shares[d],
          notApplicableTo: irrelevant[d],
          measures: group.map((signal, i) => ({
            signal,
            weight: parts[i],
            scale: scales[measures.indexOf(signal)],
            source: "Made for the test",
          })),
        };
      }),
    });
  });

/** Values and states for every measure; `null` values are missing or not applicable. */
const readingsArb = fc.array(
  fc.record({
    state: fc.constantFrom(
      "measured" as const,
      "stale" as const,
      "missing" as const,
      "not_applicable" as const,
    ),
    value: fc.integer({ min: -300, max: 300 }).map((n) => n / 5),
  }),
  { minLength: MEASURES.length, maxLength: MEASURES.length },
);
type Drawn = (typeof readingsArb extends fc.Arbitrary<infer T> ? T : never)[number];

function readingOf(signal: MeasureKey, { state, value }: Drawn): SignalReading {
  const isKnown = state === "measured" || state === "stale";
  return { signal, state, value: isKnown ? value : null, sentence: "", observedAt: null, evidence: [] };
}

/** A value at which the scale gives at least as much as at `value`. */
function betterValue(scale: Scale, value: number, step: number): number {
  const up = value + step;
  return measureScore(scale, up) >= measureScore(scale, value) ? up : value - step;
}

/** Weight with data ÷ weight that could have data, worked out in another way than the product does. */
function coverageOf(
  card: Scorecard,
  readings: ReadonlyMap<MeasureKey, SignalReading>,
  segment: string,
): number {
  let [has, could] = [0, 0];
  for (const { weight, notApplicableTo, measures } of card.dimensions)
    for (const measure of measures) {
      const reading = readings.get(measure.signal);
      if (notApplicableTo.some((s) => s === segment) || reading?.state === "not_applicable") continue;
      could += weight * measure.weight;
      if (reading?.value !== null) has += weight * measure.weight;
    }
  return could === 0 ? 0 : has / could;
}

const pointsOf = ({ contributions }: WeighedScore): number =>
  contributions.reduce((sum, c) => sum + c.points, 0);

describe("ten thousand random scorecards", () => {
  it("add up, stay within 0–100, never fall when a measure gets better, and are silent below the floor", () => {
    const seen = { scored: 0, silent: 0, compared: 0 };
    fc.assert(
      fc.property(
        cardArb,
        readingsArb,
        fc.constantFrom(...SEGMENTS),
        fc.nat(),
        fc.integer({ min: 1, max: 400 }),
        (card, drawn, segment, pick, step) => {
          const readings = new Map(
            MEASURES.map(
              (key, i) => [key, readingOf(key, drawn[i] ?? { state: "missing", value: 0 })] as const,
            ),
          );
          const found = weighMeasures(card, readings, segment);

          const coverage = coverageOf(card, readings, segment);
          expect(Math.abs(found.coverage - coverage)).toBeLessThan(1e-6);
          if (Math.abs(coverage - card.coverageFloor) > 1e-6)
            expect(found.score === null).toBe(coverage < card.coverageFloor);
          expect(found.score === null).toBe(found.coverage < card.coverageFloor);
          expect(Math.abs(pointsOf(found) - (found.score ?? 0))).toBeLessThan(1e-9);
          for (const { points, maxPoints } of found.contributions) {
            expect(points).toBeGreaterThanOrEqual(0);
            expect(points).toBeLessThanOrEqual(maxPoints);
          }
          if (found.score === null) {
            seen.silent += 1;
            return;
          }
          seen.scored += 1;
          expect(found.score).toBeGreaterThanOrEqual(0);
          expect(found.score).toBeLessThanOrEqual(100);
          const best = found.contributions.reduce((sum, c) => sum + c.maxPoints, 0);
          expect(Math.abs(best - 100)).toBeLessThan(1e-9);

          const measures = card.dimensions.flatMap((d) => d.measures);
          const measure = measures[pick % measures.length];
          const reading = measure && readings.get(measure.signal);
          if (measure === undefined || reading === undefined || reading.value === null) return;
          const value = betterValue(measure.scale, reading.value, step / 4);
          const better = weighMeasures(
            card,
            new Map(readings).set(measure.signal, { ...reading, value }),
            segment,
          );
          expect(better.score ?? -1).toBeGreaterThanOrEqual(found.score);
          if (better.score !== found.score) seen.compared += 1;
        },
      ),
      { numRuns: 10_000, seed: 20_261_121, endOnFailure: true },
    );
    // the drawing has to reach all of it, or the above says little
    expect(Math.min(seen.scored, seen.silent, seen.compared)).toBeGreaterThan(500);
  });
});

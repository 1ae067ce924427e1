import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatePredictions } from "./evaluate-predictions.ts";
import { normalQuantile, normalShareBelow } from "./normal-quantile.ts";
import { seededRandom } from "./random.ts";
import { aucOf, liftOf } from "./ranking.ts";

const evaluate = (p: readonly number[], y: readonly number[]) =>
  evaluatePredictions(Float64Array.from(p), Uint8Array.from(y), seededRandom(7));

describe("evaluating predictions", () => {
  it("counts pairs in the right order, ties half", () => {
    expect(evaluate([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1]).auc?.value).toBe(0.75);
    expect(evaluate([0.5, 0.5, 0.5], [0, 1, 0]).auc?.value).toBe(0.5);
    expect(evaluate([0.5, 0.6], [1, 1]).auc).toBeNull();
  });

  it("is the AUC of the definition, for any predictions", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.constantFrom(0, 1)), { minLength: 1 });
    fc.assert(
      fc.property(rows, (pairs) => {
        const [lost, kept] = [1, 0].map((kind) => pairs.filter(([, y]) => y === kind).map(([p]) => p));
        if (!lost?.length || !kept?.length) return;
        const wins = lost.flatMap((a) => kept.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        const found = aucOf(
          Float64Array.from(pairs, ([p]) => p / 10),
          Uint8Array.from(pairs, ([, y]) => y),
        );
        const mean = wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
        expect(found?.value).toBeCloseTo(mean, 12);
      }),
    );
  });

  it.each([
    [100, 0.49, 0.91],
    [300, 0.58, 0.82],
  ])("says how little an AUC of 0.70 means on %i accounts with 8%% churn", (n, low, high) => {
    const lost = Math.round(0.08 * n);
    // every lost account stands above 70% of the kept ones
    const p = Array.from({ length: n }, (_, i) => (i < lost ? 0.7 : (i - lost + 0.5) / (n - lost)));
    const y = Array.from({ length: n }, (_, i) => (i < lost ? 1 : 0));
    const { auc } = evaluate(p, y);
    expect(auc?.value).toBeCloseTo(0.7, 1);
    expect(Math.abs((auc?.low95 ?? 0) - low)).toBeLessThan(0.015);
    expect(Math.abs((auc?.high95 ?? 0) - high)).toBeLessThan(0.015);
  });

  it("compares with predicting the base rate for all", () => {
    const result = evaluate([0.25, 0.25, 0.25, 0.25], [0, 1, 0, 0]);
    expect(result).toMatchObject({
      n: 4,
      events: 1,
      baseRate: 0.25,
      brier: 0.1875,
      baseBrier: 0.1875,
      ece: 0,
    });
    expect(evaluate([0, 1], [1, 0]).logLoss).toBeLessThan(40);
  });

  it("finds calibrated predictions as good as chance lets it, and others worse", () => {
    const random = seededRandom(3);
    const p = Float64Array.from({ length: 4000 }, () => random());
    const y = Uint8Array.from(p, (value) => (random() < value ? 1 : 0));
    expect(evaluatePredictions(p, y, random).eceRatio).toBeLessThan(1.8);
    const sure = p.map((value) => (value > 0.5 ? 0.95 : 0.05));
    expect(evaluatePredictions(sure, y, random).eceRatio).toBeGreaterThan(5);
  });

  it("takes the riskiest tenth, ties in proportion", () => {
    const y = Uint8Array.from({ length: 20 }, (_, i) => (i < 2 ? 1 : 0));
    expect(
      liftOf(
        Float64Array.from({ length: 20 }, (_, i) => 1 - i / 20),
        y,
        0.1,
      ),
    ).toBe(10);
    expect(liftOf(new Float64Array(20).fill(0.3), y, 0.1)).toBeCloseTo(1, 12);
    expect(liftOf(new Float64Array(20), new Uint8Array(20), 0.1)).toBeNull();
  });

  it("has a bin for every prediction, with an interval around what was seen", () => {
    const { reliability } = evaluate([0, 0.05, 0.999, 1], [0, 1, 1, 1]);
    expect(reliability.map(({ n }) => n)).toEqual([2, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
    expect(reliability[0]).toMatchObject({ from: 0, to: 0.1, meanPredicted: 0.025, observed: 0.5 });
    expect(reliability[1]).toMatchObject({ meanPredicted: null, observed: null, low95: null });
    for (const { observed, low95, high95 } of reliability)
      if (observed !== null) expect((low95 ?? 1) <= observed && observed <= (high95 ?? 0)).toBe(true);
  });

  it("says nothing of nothing", () => {
    expect(evaluate([], [])).toMatchObject({ n: 0, auc: null, brier: 0, ece: 0, eceRatio: null, lift: null });
  });
});

describe("the normal distribution", () => {
  it.each([
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.95, 1.6448536269514722],
    [0.975, 1.959963984540054],
    [0.9999, 3.719016485455709],
  ])("has its %d quantile at %d", (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 8);
    expect(normalShareBelow(-z)).toBeCloseTo(1 - p, 8);
  });
});

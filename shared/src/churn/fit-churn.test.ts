import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluatePredictions } from "./evaluate-predictions.ts";
import { expertPriorOf } from "./expert-prior.ts";
import type { FeatureTable } from "./feature-table.ts";
import { fitChurn } from "./fit-churn.ts";
import { logOddsContributions, predictChurn, predictChurnIntervals } from "./predict-churn.ts";
import { seededRandom } from "./random.ts";
import { standardisationOf } from "./standardisation.ts";

const INTERCEPT = { mean: Math.log(0.2 / 0.8), sd: 1 };
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const logit = (p: number): number => Math.log(p / (1 - p));

interface Example {
  table: FeatureTable;
  labels: Uint8Array;
}

/** Features are uniform in [−2, 2]; labels follow the given log-odds. */
function examples(
  rows: number,
  width: number,
  seed: number,
  logOdds: (x: readonly number[]) => number,
): Example {
  const random = seededRandom(seed);
  const values = Float64Array.from({ length: rows * width }, () => 4 * random() - 2);
  const labels = Uint8Array.from({ length: rows }, (_, row) =>
    random() < sigmoid(logOdds([...values.subarray(row * width, (row + 1) * width)])) ? 1 : 0,
  );
  return { table: { features: Array.from({ length: width }, (_, j) => `f${j}`), rows, values }, labels };
}

const noOpinion = (width: number) => ({ weights: new Array<number>(width).fill(0), intercept: INTERCEPT });

function scoreOn({ table, labels }: Example, fitted: ReturnType<typeof fitChurn>) {
  return evaluatePredictions(predictChurn(fitted, table), labels, seededRandom(1));
}

describe("learning from outcomes", () => {
  it("without any is the expert alone, with room for the expert to be wrong", () => {
    const { table } = examples(50, 2, 1, () => 0);
    const standardisation = standardisationOf(table);
    const prior = { weights: [0.8, -0.4], intercept: INTERCEPT };
    const none = { features: table.features, rows: 0, values: new Float64Array() };
    const fitted = fitChurn({ table: none, labels: new Uint8Array(), prior, standardisation });
    const [mean = 0, sd = 1] = [standardisation.ranges?.[0]?.mean, standardisation.ranges?.[0]?.sd];
    const one = { features: table.features, rows: 1, values: Float64Array.of(mean + sd, Number.NaN) };
    expect(logit(predictChurn(fitted, one)[0] ?? 0)).toBeCloseTo(INTERCEPT.mean + 0.8, 9);
    const { low, high } = predictChurnIntervals(fitted, one, 0.8);
    expect(logit(high[0] ?? 0) - logit(low[0] ?? 0)).toBeGreaterThan(2 * 1.28);
    expect(fitted).toMatchObject({ rows: 0, events: 0, baseRate: null, separates: true });
  });

  it("adds up: intercept and contributions are the log-odds, whatever is missing, wild or constant", () => {
    const cell = fc.oneof(
      { weight: 8, arbitrary: fc.double({ min: -3, max: 3, noNaN: true }).map((x) => x + 0) },
      fc.constantFrom(Number.NaN, 0, 1, 1e6, -1e6),
    );
    const arbitrary = fc
      .record({ width: fc.integer({ min: 1, max: 4 }), rows: fc.integer({ min: 0, max: 25 }) })
      .chain(({ width, rows }) =>
        fc.record({
          width: fc.constant(width),
          rows: fc.constant(rows),
          values: fc.array(cell, { minLength: rows * width, maxLength: rows * width }),
          labels: fc.array(fc.constantFrom(0, 1), { minLength: rows, maxLength: rows }),
          weights: fc.array(fc.constantFrom(-0.5, 0, 1), { minLength: width, maxLength: width }),
        }),
      );
    fc.assert(
      fc.property(arbitrary, ({ width, rows, values, labels, weights }) => {
        const features = Array.from({ length: width }, (_, j) => `f${j}`);
        const table = { features, rows, values: Float64Array.from(values) };
        const fitted = fitChurn({
          table,
          labels: Uint8Array.from(labels),
          prior: { weights, intercept: INTERCEPT },
        });
        expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted);
        const p = predictChurn(fitted, table);
        const { low, high } = predictChurnIntervals(fitted, table, 0.9);
        for (let row = 0; row < rows; row++) {
          const sum = logOddsContributions(fitted, table, row).reduce((a, b) => a + b, fitted.intercept);
          expect(Math.abs(logit(p[row] ?? 0) - sum)).toBeLessThan(
            1e-9 * Math.max(1, Math.exp(Math.abs(sum))),
          );
          expect((low[row] ?? 1) <= (p[row] ?? 0) && (p[row] ?? 1) <= (high[row] ?? 0)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is the same after it was stored, with values next to nothing too", () => {
    const tiny = -5e-324; // minus the mean of such values it rounds to -0, which JSON does not know
    const values = [1e6, 3, 0, 0, 0, -1e6, -3, 0, 0, 0, -1e6, tiny, tiny, 0, tiny, 0, 1e6];
    const fitted = fitChurn({
      table: { features: ["f"], rows: values.length, values: Float64Array.from(values) },
      labels: new Uint8Array(values.length),
      prior: noOpinion(1),
    });
    expect(JSON.parse(JSON.stringify(fitted))).toEqual(fitted);
  });

  it("gives the same bits for the same outcomes", () => {
    const { table, labels } = examples(80, 3, 5, ([a = 0]) => a);
    const prior = noOpinion(3);
    expect(fitChurn({ table, labels, prior })).toEqual(fitChurn({ table, labels, prior }));
  });

  it("outlearns an expert whose every sign is wrong", () => {
    const logOdds = ([a = 0, b = 0]: readonly number[]): number => 1.2 * a - b - 1;
    const learned = examples(300, 3, 11, logOdds);
    const tested = examples(2000, 3, 12, logOdds);
    const standardisation = standardisationOf(learned.table);
    const prior = expertPriorOf(learned.table, standardisation, [-1, 1, 1], INTERCEPT);
    const fitted = fitChurn({ ...learned, prior, standardisation });
    const right = fitChurn({ ...learned, prior: noOpinion(3), standardisation });
    expect(scoreOn(tested, fitted).auc?.value).toBeGreaterThan(0.8);
    expect(scoreOn(tested, fitted).brier).toBeLessThan(1.03 * scoreOn(tested, right).brier);
  });

  it("follows a bend that a straight line misses", () => {
    const logOdds = ([a = 0]: readonly number[]): number => 2.5 * Math.abs(a) - 3;
    const learned = examples(1500, 2, 21, logOdds);
    const tested = examples(2000, 2, 22, logOdds);
    expect(scoreOn(tested, fitChurn({ ...learned, prior: noOpinion(2) })).auc?.value).toBeGreaterThan(0.75);
  });

  it.each([0, 20, 60, 200, 1000])(
    "on average loses nothing to the base rate on noise: %i outcomes",
    (rows) => {
      const tested = examples(2000, 8, 32, () => -1);
      const ratios = Array.from({ length: 12 }, (_, seed) => {
        const learned = examples(rows, 8, 100 + seed, () => -1);
        const fitted = fitChurn({ ...learned, prior: noOpinion(8) });
        const rate = rows === 0 ? 0.2 : learned.labels.reduce((a, b) => a + b, 0) / rows;
        const base = tested.labels.reduce((sum: number, y) => sum + (y - rate) ** 2 / 2000, 0);
        return scoreOn(tested, fitted).brier / base;
      });
      expect(ratios.reduce((sum, ratio) => sum + ratio / 12, 0)).toBeLessThan(1.03);
    },
  );

  it("says that the signals do not separate, and predicts the base rate for all", () => {
    const learned = examples(1500, 6, 33, () => -1);
    const fitted = fitChurn({ ...learned, prior: noOpinion(6) });
    expect(fitted.separates).toBe(false);
    const p = predictChurn(fitted, learned.table);
    expect(new Set(p).size).toBe(1);
    expect(p[0]).toBeCloseTo(fitted.baseRate ?? 0, 2);
  });

  it.each([
    [0, 1],
    [1, 30],
    [30, 30],
  ])("stays sensible with %i lost of %i", (lost, rows) => {
    const { table } = examples(rows, 3, 41, () => 0);
    const labels = Uint8Array.from({ length: rows }, (_, i) => (i < lost ? 1 : 0));
    const p = predictChurn(fitChurn({ table, labels, prior: noOpinion(3) }), table);
    expect(Math.min(...p)).toBeGreaterThan(0.001);
    expect(Math.max(...p)).toBeLessThan(0.999);
  });

  it("keeps a rare flag usable, and a wild value from stretching the scale", () => {
    const random = seededRandom(51);
    const values = new Float64Array(2 * 3000);
    const labels = new Uint8Array(3000);
    for (let row = 0; row < 3000; row++) {
      const flag = random() < 0.006 ? 1 : 0;
      const x = 4 * random() - 2;
      values.set([flag, row % 700 === 3 ? 1e6 : x], 2 * row);
      labels[row] = random() < sigmoid(-2 + 4 * flag + x) ? 1 : 0;
    }
    const fitted = fitChurn({
      table: { features: ["flag", "x"], rows: 3000, values },
      labels,
      prior: noOpinion(2),
    });
    const rows = { features: ["flag", "x"], rows: 3, values: Float64Array.of(0, 0, 1, 0, 0, 1.5) };
    const [plain = 0, flagged = 0, high = 0] = predictChurn(fitted, rows);
    expect(flagged).toBeGreaterThan(3 * plain);
    expect(high).toBeGreaterThan(2 * plain);
  });

  it("is wider where a value is not known, and narrower with more outcomes", () => {
    const logOdds = ([a = 0]: readonly number[]): number => a;
    const width = (rows: number, value: number): number => {
      const learned = examples(rows, 2, 61, logOdds);
      const fitted = fitChurn({ ...learned, prior: noOpinion(2) });
      const one = { features: ["f0", "f1"], rows: 1, values: Float64Array.of(value, 0.1) };
      const { low, high } = predictChurnIntervals(fitted, one, 0.8);
      return logit(high[0] ?? 0) - logit(low[0] ?? 0);
    };
    expect(width(400, Number.NaN)).toBeGreaterThan(width(400, 0));
    expect(width(40, 1)).toBeGreaterThan(width(800, 1));
  });

  // widest to narrowest: an interval must hold as much with few and strong signals as with many weak or hardly a loss
  it.each<[name: string, width: number, outcomes: number, logOdds: (x: readonly number[]) => number]>([
    ["three signals with steep bends", 3, 200, ([a = 0, b = 0]) => 3 * Math.max(0, a - 1) - 2 * Math.abs(b)],
    ["strong signals", 6, 100, ([a = 0, b = 0, c = 0]) => 2 * a - 1.5 * b + c - 0.5],
    ["forty weak signals", 40, 200, (x) => x.reduce((sum, value, j) => sum + 0.12 * value * (-1) ** j, -1)],
    ["hardly a loss", 8, 200, ([a = 0, b = 0]) => 0.9 * a - 0.9 * b - 3.6],
  ])("shows intervals that hold what they say: %s", (_, width, outcomes, logOdds) => {
    const accounts = examples(1500, width, 91, logOdds);
    const prior = noOpinion(width);
    const truth = predictChurn(fitChurn({ ...accounts, prior }), accounts.table);
    const standardisation = standardisationOf(accounts.table);
    const random = seededRandom(92);
    const shares = Array.from({ length: 6 }, (_draw, k) => {
      const values = accounts.table.values.subarray(k * 200 * width, (k * 200 + outcomes) * width);
      const table = { ...accounts.table, rows: outcomes, values };
      const labels = Uint8Array.from({ length: outcomes }, (_row, i) =>
        random() < (truth[k * 200 + i] ?? 0) ? 1 : 0,
      );
      const fitted = fitChurn({ table, labels, prior, standardisation });
      const { low, high } = predictChurnIntervals(fitted, accounts.table, 0.8);
      return truth.filter((p, i) => p >= (low[i] ?? 1) && p <= (high[i] ?? 0)).length / truth.length;
    });
    const mean = shares.reduce((sum, share) => sum + share / shares.length, 0);
    expect(mean).toBeGreaterThan(0.72);
    expect(mean).toBeLessThan(0.96);
  });

  it("without outcomes allows for a loss rate far from the expert's", () => {
    const { table } = examples(400, 4, 95, () => 0);
    const standardisation = standardisationOf(table);
    const prior = { weights: [0.5, 0.5, -0.5, 0], intercept: INTERCEPT };
    const none = { features: table.features, rows: 0, values: new Float64Array() };
    const fitted = fitChurn({ table: none, labels: new Uint8Array(), prior, standardisation });
    const { low, high } = predictChurnIntervals(fitted, table, 0.8);
    for (const rate of [0.03, 0.7]) {
      const held = low.filter((value, i) => {
        const sum = [0.5, 0.5, -0.5].reduce((s, w, j) => s + w * (table.values[i * 4 + j] ?? 0), logit(rate));
        return value <= sigmoid(sum) && sigmoid(sum) <= (high[i] ?? 0);
      });
      expect(held.length / table.rows).toBeGreaterThan(0.8);
    }
  });

  it("holds the base rate where nothing separates, without an interval as wide as if all were open", () => {
    const learned = examples(1500, 6, 33, () => -1);
    const fitted = fitChurn({ ...learned, prior: noOpinion(6) });
    const { low, high } = predictChurnIntervals(fitted, learned.table, 0.8);
    expect(fitted.separates).toBe(false);
    const widths = high.map((value, i) => value - (low[i] ?? 0));
    expect(widths.reduce((sum, width) => sum + width / widths.length, 0)).toBeLessThan(0.12);
  });

  it("bears columns that say the same, hardly vary or are empty", () => {
    const { table, labels } = examples(120, 1, 97, ([a = 0]) => 2 * a);
    const features = ["a", "again", "shifted", "empty", "once", "huge", "wild"];
    const values = Float64Array.from(
      [...table.values].flatMap((a, i) => [
        a,
        a,
        2 * a + 1,
        Number.NaN,
        i === 3 ? 1 : 0,
        1e12 * a,
        i % 60 === 5 ? 1e6 : a,
      ]),
    );
    const wide = { features, rows: 120, values };
    const fitted = fitChurn({ table: wide, labels, prior: noOpinion(7) });
    const { low, high } = predictChurnIntervals(fitted, wide, 0.8);
    expect([...low, ...high].every((p) => p > 0 && p < 1)).toBe(true);
    expect(scoreOn({ table: wide, labels }, fitted).auc?.value).toBeGreaterThan(0.8);
  });

  it("keeps one bend a feature where there are many features", () => {
    const { table, labels } = examples(60, 60, 81, ([a = 0]) => a);
    const fitted = fitChurn({ table, labels, prior: noOpinion(60) });
    expect(fitted.features.map(({ hinges }) => hinges.length)).toEqual(new Array<number>(60).fill(1));
    expect(fitted.covariance).toHaveLength((121 * 122) / 2);
  });

  it("finds its features by name, in any order", () => {
    const { table, labels } = examples(100, 2, 71, ([a = 0]) => 2 * a);
    const fitted = fitChurn({ table, labels, prior: noOpinion(2) });
    const swapped = { features: ["f1", "f0"], rows: 1, values: Float64Array.of(0.3, 1.5) };
    const straight = { features: ["f0", "f1"], rows: 1, values: Float64Array.of(1.5, 0.3) };
    expect(predictChurn(fitted, swapped)).toEqual(predictChurn(fitted, straight));
    const lacking = { features: ["f1"], rows: 1, values: Float64Array.of(1) };
    expect(() => predictChurn(fitted, lacking)).toThrow(/lacks the model's feature f0/);
  });

  it("names what is wrong with what it is given", () => {
    const table = { features: ["a", "b"], rows: 1, values: Float64Array.of(1, 2) };
    const good = { table, labels: Uint8Array.of(1), prior: noOpinion(2) };
    const refused =
      (change: object): (() => unknown) =>
      () =>
        fitChurn({ ...good, ...change });
    expect(refused({ labels: Uint8Array.of(1, 0) })).toThrow(/1 rows need as many outcomes, not 2/);
    expect(refused({ labels: Uint8Array.of(7) })).toThrow(/row 0 is 7/);
    expect(refused({ prior: noOpinion(3) })).toThrow(/2 features need as many weights/);
    expect(refused({ prior: { weights: [1, Number.NaN], intercept: INTERCEPT } })).toThrow(/weight of b/);
    expect(refused({ prior: { weights: [1, 1], intercept: { mean: 0, sd: 0 } } })).toThrow(/intercept/);
    expect(refused({ standardisation: { mean: [0], sd: [1] } })).toThrow(/not of these 2 features/);
    expect(refused({ standardisation: { mean: [0, 0], sd: [1, 0] } })).toThrow(/standardisation of b/);
    expect(refused({ table: { ...table, rows: 2 } })).toThrow(/cannot hold 2 values/);
    expect(refused({ table: { ...table, features: ["a", "a"] } })).toThrow(/a stands twice/);
    expect(refused({ table: { ...table, values: Float64Array.of(1, Infinity) } })).toThrow(/b is too large/);
  });
});

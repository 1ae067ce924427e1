import { describe, expect, it } from "vitest";
import { quantile, standardisationOf } from "./standardisation.ts";

const column = (values: readonly number[]) => ({
  features: ["x"],
  rows: values.length,
  values: Float64Array.from(values),
});
const rangeOfColumn = (values: readonly number[]) => standardisationOf(column(values)).ranges?.[0];

describe("standardisation", () => {
  it("is mean and population SD of what is known", () => {
    expect(standardisationOf(column([1, Number.NaN, 3]))).toMatchObject({ mean: [2], sd: [1] });
  });

  it("gives a constant or unknown column SD 1 and no range", () => {
    expect(standardisationOf(column([5, 5]))).toEqual({ mean: [5], sd: [1], ranges: [null] });
    expect(standardisationOf(column([Number.NaN]))).toEqual({ mean: [0], sd: [1], ranges: [null] });
    expect(standardisationOf(column([0.1, 0.1 + 1e-17]))).toMatchObject({ sd: [1], ranges: [null] });
  });

  it("leaves ranges open without rows", () => {
    expect(standardisationOf(column([]))).toEqual({ mean: [0], sd: [1] });
  });

  it("holds values within the middle 98%, with bends at the quartiles", () => {
    const range = rangeOfColumn(Array.from({ length: 101 }, (_, i) => i));
    expect(range).toMatchObject({ low: 1, high: 99, steepness: 1 });
    expect(range?.knots.map(({ at }) => at)).toEqual([25, 50, 75]);
    expect(range?.knots[1]?.meanExcess).toBeCloseTo((1225 + 49) / 101, 9);
  });

  it("lets a rare flag vary, without a bend", () => {
    const flags = Array.from({ length: 1000 }, (_, i) => (i === 7 ? 1 : 0));
    expect(rangeOfColumn(flags)).toMatchObject({ low: 0, high: 1, knots: [] });
    const counts = Array.from({ length: 1000 }, (_, i) => (i < 3 ? i : 0));
    expect(rangeOfColumn(counts)).toMatchObject({ low: 0 });
    expect(rangeOfColumn(counts)?.high).toBeGreaterThan(0);
  });

  it("keeps a bend only where values lie on both sides, once", () => {
    const scores = Array.from({ length: 200 }, (_, i) => (i < 160 ? 0 : i < 190 ? 1 : 2));
    expect(rangeOfColumn(scores)?.knots).toEqual([]);
    const answers = Array.from({ length: 200 }, (_, i) => (i < 20 ? 0 : i < 180 ? 1 : 2));
    expect(rangeOfColumn(answers)?.knots.map(({ at }) => at)).toEqual([1]);
  });

  it("is not stretched by a wild value, and allows steep bends in a crowd", () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i === 3 ? 1e6 : i / 1000));
    expect(rangeOfColumn(values)?.sd).toBeLessThan(0.5);
    const skewed = Array.from({ length: 1000 }, (_, i) => Math.exp((i - 500) / 80));
    expect(rangeOfColumn(skewed)?.steepness).toBeGreaterThan(2);
    expect(rangeOfColumn(skewed)?.knots).toHaveLength(4);
  });

  it("takes quantiles between the nearest ranks", () => {
    expect(quantile(Float64Array.of(1, 2, 4), 0.75)).toBe(3);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimate, wilson } from "./estimate.ts";

const words = { what: "customers", did: "were lost", tooLittle: null };

describe("the interval of a share", () => {
  it.each([
    [10, 100, 0.0552, 0.1744],
    [0, 10, 0, 0.2775],
    [10, 10, 0.7225, 1],
    [1, 2, 0.0945, 0.9055],
  ])("of %i of %i goes from %d to %d", (count, n, low95, high95) => {
    expect(wilson(count, n)).toEqual({ low95, high95 });
  });

  it("holds the share itself, and is wider where the same customers are counted again", () => {
    const pairArb = fc
      .integer({ min: 1, max: 500 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(pairArb, fc.double({ min: 1, max: 13, noNaN: true }), ([count, n], overlap) => {
        const once = wilson(count, n);
        const again = wilson(count, n, overlap);
        expect(once.low95).toBeLessThanOrEqual(count / n + 1e-4);
        expect(once.high95).toBeGreaterThanOrEqual(count / n - 1e-4);
        expect(again.low95).toBeLessThanOrEqual(once.low95);
        expect(again.high95).toBeGreaterThanOrEqual(once.high95);
      }),
    );
  });
});

describe("an estimate in words", () => {
  it("names count, number and interval", () => {
    expect(estimate(10, 100, words).sentence).toBe(
      "10 of 100 customers were lost: 10%, in all likelihood between 5.5% and 17%.",
    );
  });
  it("has counts alone where there is too little", () => {
    expect(estimate(1, 2, { ...words, tooLittle: "That is too little." })).toEqual({
      count: 1,
      n: 2,
      rate: null,
      low95: null,
      high95: null,
      sentence: "1 of 2 customers were lost. That is too little.",
    });
    expect(estimate(0, 0, words).sentence).toBe("There were no customers, so nothing can be said.");
  });
});

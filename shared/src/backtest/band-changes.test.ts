import { describe, expect, it } from "vitest";
import { healthResult } from "../../../tests/support/health-result.ts";
import type { Band } from "../api/account-health.ts";
import { type ChangeTally, countChange, MOST_CHANGES, mostImportant } from "./band-changes.ts";

const result = (band: Band | null, healthScore: number | null = 50) =>
  healthResult({ band, healthScore, calculatedScore: healthScore });

describe("customers who change band", () => {
  it("come with falls before rises, wider moves first, and equal ones by id", () => {
    const tally: ChangeTally = { total: 0, items: [] };
    const change = (id: string, from: [Band | null, number | null], to: [Band | null, number | null]) =>
      countChange(tally, { id, name: id }, result(...from), result(...to));
    change("gains a score", [null, null], ["green", 90]);
    change("rises", ["yellow", 60], ["green", 90]);
    change("rises by two", ["red", 60], ["green", 62]);
    change("loses its score", ["green", 90], [null, null]);
    change("falls a little", ["green", 76], ["yellow", 70]);
    change("b falls", ["green", 80], ["yellow", 60]);
    change("a falls", ["yellow", 60], ["red", 40]);
    change("falls by two", ["green", 80], ["red", 79]);
    change("stays", ["green", 80], ["green", 90]);
    expect(mostImportant(tally).map((item) => item.accountId)).toEqual([
      "falls by two",
      "a falls",
      "b falls",
      "falls a little",
      "loses its score",
      "rises by two",
      "rises",
      "gains a score",
    ]);
    expect(tally.total).toBe(8);
  });

  it("are all counted, and the most important kept, in whatever order they come", () => {
    const many = Array.from({ length: 2 * MOST_CHANGES + 5 }, (_, n) => n);
    const kept = (order: readonly number[]) => {
      const tally: ChangeTally = { total: 0, items: [] };
      for (const n of order)
        countChange(tally, { id: `${n}`, name: "" }, result("green", 80), result("yellow", 80 - n / 100));
      expect(tally.total).toBe(many.length);
      expect(tally.items.length).toBeLessThan(2 * MOST_CHANGES);
      return mostImportant(tally).map((item) => item.points);
    };
    const points = kept(many);
    expect(points).toHaveLength(MOST_CHANGES);
    expect(points).toEqual(points.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(kept(many.toReversed())).toEqual(points);
  });
});

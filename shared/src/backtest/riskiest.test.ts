import { expect, it } from "vitest";
import { daysAgo } from "../../../tests/support/account-facts.ts";
import { healthResult } from "../../../tests/support/health-result.ts";
import type { Stay } from "./looks.ts";
import { countMonths, newMonths, riskiestOf } from "./riskiest.ts";

const stay = (healthScore: number | null, isAtRisk: boolean, lostAt: Date | null = null): Stay => {
  const current = healthResult({ healthScore, atRisk: { isAtRisk, since: null, sentences: [] } });
  return { looks: [{ week: 13, at: daysAgo(91), current, candidate: current }], lostAt };
};

it("lists those at risk first, then the lowest scores, equal ones by id, and nobody of whom nothing is known", () => {
  const [month] = newMonths(13);
  if (month === undefined) throw new Error("there is one month");
  const add = (id: string, one: Stay) => countMonths([month], "current", one, { id, capacity: 4 });
  add("unknown", stay(null, false));
  add("low", stay(10, false));
  add("z at risk", stay(70, true));
  add("a at risk", stay(70, true));
  add("at risk without a score", stay(null, true));
  add("worst", stay(20, true, daysAgo(30)));
  add("high", stay(99, false));
  add("middle", stay(50, false));
  add("another", stay(50, false));
  expect(riskiestOf(month, 5).map(({ id }) => id)).toEqual([
    "worst",
    "a at risk",
    "z at risk",
    "at risk without a score",
  ]);
  expect(month).toMatchObject({ looks: 9, lost: 1 });
  expect(month.listed.length).toBeLessThan(8);
});

it("has a list for every fourth week of which the outcome is known", () => {
  expect(newMonths(26).map(({ week }) => week)).toEqual([13, 17, 21, 25]);
  expect(newMonths(12)).toEqual([]);
});

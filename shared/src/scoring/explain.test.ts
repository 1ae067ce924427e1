import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo, failingFacts, healthyFacts, NOW } from "../../../tests/support/account-facts.ts";
import { foldAsOf, foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import { explainChange, trendDirection } from "./explain.ts";
import type { HealthResult } from "./health-result.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const scoreAt = (facts: readonly Observation[], now: Date): HealthResult =>
  scoreAccount({
    state: now === NOW ? foldObservations(facts) : foldAsOf(facts, now),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now,
    sources: { crm: now, tickets: now },
    previous: null,
  });

describe("what changed", () => {
  it("adds up exactly to the difference of the calculated scores", () => {
    const facts = fc.subarray([...healthyFacts(), ...failingFacts()]);
    fc.assert(
      fc.property(facts, facts, fc.nat(60), (before, after, days) => {
        const [earlier, later] = [scoreAt(before, daysAgo(days)), scoreAt(after, NOW)];
        const { points, items } = explainChange(earlier, later);
        const sum = items.reduce((total, item) => total + item.points, 0);
        expect(Math.abs(sum - points)).toBeLessThan(1e-9);
        if (earlier.calculatedScore === null || later.calculatedScore === null) expect(items).toEqual([]);
        else expect(points).toBe(later.calculatedScore - earlier.calculatedScore);
      }),
    );
  });

  it("says what it was before, what is new, and what is no longer known", () => {
    const week = scoreAt(healthyFacts(), daysAgo(14));
    const { items, points } = explainChange(week, scoreAt(failingFacts(), NOW));
    expect(points).toBeLessThan(-20);
    expect(items.find((i) => i.measure === "champion")?.sentence).toBe(
      "Champion: The champion left 12 days ago, and nobody has taken the part. Before: A champion is present.",
    );
    const blind = scoreAt(
      healthyFacts().filter((o) => o.kind !== "usage"),
      NOW,
    );
    const lost = explainChange(scoreAt(healthyFacts(), NOW), blind).items.find(
      (i) => i.measure === "seats_used",
    );
    expect(lost?.sentence).toBe("Seats in use: no longer known. Active users are not recorded.");
  });

  it("leaves out measures that stand where they stood", () => {
    const touched = healthyFacts().map((o) =>
      o.kind === "touch" && o.key === "company" ? { ...o, at: daysAgo(30).toISOString() } : o,
    );
    const fewer = touched.filter((o) => !(o.kind === "touch" && o.key === "contact:11"));
    const { items } = explainChange(scoreAt(healthyFacts(), NOW), scoreAt(fewer, NOW));
    expect(items.map((i) => i.measure)).toEqual(["days_since_contact", "contacts_engaged"]);
  });

  it("is nothing between a result and itself", () => {
    const result = scoreAt(healthyFacts(), NOW);
    expect(explainChange(result, result)).toEqual({ points: 0, items: [] });
  });
});

describe("trend", () => {
  it.each([
    [null, "unknown"],
    [3, "flat"],
    [-3, "flat"],
    [3.1, "up"],
    [-3.1, "down"],
  ])("of %s is %s", (change, direction) => expect(trendDirection(change)).toBe(direction));
});

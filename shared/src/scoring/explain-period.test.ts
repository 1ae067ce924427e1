import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo, failingFacts, healthyFacts, NOW } from "../../../tests/support/account-facts.ts";
import { changeExplanation } from "../api/account-health.ts";
import { foldAsOf } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import { explainPeriod, type Waypoint } from "./explain-period.ts";
import type { HealthResult } from "./health-result.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const PLACES = { portalId: "123", subdomain: "larkspur" };
const scoreAt = (facts: readonly Observation[], now: Date): HealthResult =>
  scoreAccount({
    state: foldAsOf(facts, now),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now,
    sources: { crm: now, tickets: now },
    previous: null,
  });
const waypoint = ({ scoredAt, calculatedScore, contributions }: HealthResult): Waypoint => ({
  at: scoredAt,
  points: calculatedScore === null ? null : new Map(contributions.map((c) => [c.measure, c.points])),
});
/** The explanation of what happened from the first of these days to the last, with a score stored on each. */
function explained(results: readonly HealthResult[]) {
  const [earlier, ...rest] = results;
  const later = results.at(-1);
  if (earlier === undefined || later === undefined) throw new Error("a period has two ends");
  return explainPeriod({
    from: new Date(earlier.scoredAt),
    to: new Date(later.scoredAt),
    earlier,
    later,
    between: rest.map(waypoint),
    places: PLACES,
  });
}
const anyFacts = fc.subarray([...healthyFacts(), ...failingFacts()]);

describe("the explanation of a period", () => {
  it("adds up to the difference of the calculated scores, between any two days", () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, fc.nat(60), (before, after, days) => {
        const [earlier, later] = [scoreAt(before, daysAgo(days)), scoreAt(after, NOW)];
        const found = explained([earlier, later]);
        expect(changeExplanation.safeParse(found).error?.message).toBeUndefined();
        const sum = found.items.reduce((all, item) => all + item.points, 0);
        if (earlier.calculatedScore === null || later.calculatedScore === null)
          expect([found.points, found.items]).toEqual([null, []]);
        else {
          expect(found.points).toBe(later.calculatedScore - earlier.calculatedScore);
          expect(Math.abs(sum - (found.points ?? Number.NaN))).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("says since when: from that day on the measure stood on the side where it stands now", () => {
    fc.assert(
      fc.property(fc.array(anyFacts, { minLength: 2, maxLength: 7 }), (histories) => {
        const results = histories.map((facts, i) => scoreAt(facts, daysAgo(histories.length - 1 - i)));
        const [earlier, later] = [results[0], results.at(-1)];
        const pointsOf = (result: HealthResult | undefined, measure: string): number =>
          result?.contributions.find((c) => c.measure === measure)?.points ?? 0;
        for (const { measure, since } of explained(results).items) {
          const change = Math.sign(pointsOf(later, measure) - pointsOf(earlier, measure));
          if (since === null) continue;
          const scored = results.filter((r) => r.calculatedScore !== null);
          const on = (result: HealthResult): boolean =>
            (pointsOf(result, measure) - pointsOf(earlier, measure)) * change > 0;
          const at = scored.findIndex((r) => r.scoredAt === since);
          expect(scored.slice(at).every(on)).toBe(true);
          const before = scored[at - 1];
          if (before !== undefined && before !== earlier)
            expect((pointsOf(before, measure) - pointsOf(earlier, measure)) * change).toBeLessThanOrEqual(
              0.0501,
            );
        }
      }),
      { numRuns: 100 },
    );
  });

  it("names the day of a movement that came and stayed, not of one that came and went", () => {
    const point = (days: number, points: number): Waypoint => ({
      at: daysAgo(days).toISOString(),
      points: new Map([["nps", points]]),
    });
    const base = scoreAt(healthyFacts(), NOW);
    const withPoints = (points: number): HealthResult => ({
      ...base,
      calculatedScore: 50 + points,
      contributions: base.contributions
        .filter((c) => c.measure === "nps")
        .map((c) => ({ ...c, points, measureScore: points * 10 })),
    });
    const between = [point(9, 3), point(8, 8), point(7, 2), point(5, 3.02), point(4, 6), point(2, 5)];
    const found = explainPeriod({
      from: daysAgo(10),
      to: NOW,
      earlier: withPoints(3),
      later: withPoints(5),
      between,
      places: PLACES,
    });
    expect(found.items).toMatchObject([{ measure: "nps", points: 2, since: daysAgo(4).toISOString() }]);
  });

  it("tells of caps, overrides and versions that came or went, and of what is not known", () => {
    const cap = { cap: "low_csat", limit: 74, sentence: "Held at 74.", since: null, expiresAt: null };
    const plain = scoreAt(healthyFacts(), daysAgo(9));
    const override = {
      correctionId: "c1",
      kind: "points" as const,
      band: null,
      points: -5,
      reason: "r",
      by: "Ada",
      at: daysAgo(1).toISOString(),
      expiresAt: "2026-12-03T09:00:00.000Z",
      sentence: "s",
    };
    const changed: HealthResult = {
      ...scoreAt(healthyFacts(), NOW),
      caps: [cap],
      override,
      scorecardVersion: "ours-2",
      lostAt: "2026-11-18T00:00:00.000Z",
    };
    expect(explained([plain, changed]).notes).toEqual([
      "Held at 74.",
      "Ada set 5 points less, until 3 December 2026.",
      "The scorecard changed from default-1 to ours-2: part of the difference is its weights and scales, not the customer.",
      "This customer was lost on 18 November 2026; everything stands as on that day.",
    ]);
    expect(explained([{ ...changed, lostAt: null }, plain]).notes.slice(0, 2)).toEqual([
      "Ticket ratings: no longer holds the score at 74 at most.",
      "What Ada had set (5 points less) no longer holds.",
    ]);
    expect(explained([scoreAt([], daysAgo(3)), plain]).notes).toContain(
      "On 17 November 2026 there was not enough data for a score.",
    );
    const none = { from: daysAgo(9), to: NOW, between: [], places: PLACES };
    expect(explainPeriod({ ...none, earlier: null, later: plain }).notes).toEqual([
      "There is no score from 11 November 2026 or before.",
    ]);
  });

  it("gives the weights to the scorecard, where that is another one", () => {
    const facts = healthyFacts().filter((o) => o.kind !== "rating");
    const [before, after] = [scoreAt(facts, daysAgo(1)), scoreAt(healthyFacts(), daysAgo(1))];
    const sentences = (version: string): string =>
      explained([before, { ...after, scorecardVersion: version }])
        .items.map((i) => i.sentence)
        .join(" ");
    expect(sentences("default-1")).toContain("because other data came or went");
    expect(sentences("ours-2")).toContain("because the scorecard changed");
  });
});

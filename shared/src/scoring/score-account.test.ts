import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  daysAgo,
  daysAgoText,
  failingFacts,
  healthyFacts,
  NOW,
  profile,
  rating,
  ticket,
  touch,
  usage,
} from "../../../tests/support/account-facts.ts";
import { foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import type { HealthResult } from "./health-result.ts";
import { type ScoreInput, scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const score = (facts: readonly Observation[], of: Partial<ScoreInput> = {}): HealthResult =>
  scoreAccount({
    state: foldObservations(facts),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now: NOW,
    sources: { crm: NOW, tickets: NOW },
    previous: null,
    ...of,
  });
const total = (result: HealthResult): number => result.contributions.reduce((sum, c) => sum + c.points, 0);
const of = (result: HealthResult, measure: string) => result.contributions.find((c) => c.measure === measure);

/** Any part of two customers' facts, with numbers that nobody would expect. */
const factsArb = fc
  .tuple(
    fc.subarray([...healthyFacts(), ...failingFacts()]),
    fc.array(
      fc.oneof(
        fc.integer({ min: -5, max: 400 }).map((v) => usage("activeUsers", v, 1)),
        fc.integer({ min: -5, max: 400 }).map((v) => usage("seats", v, 1)),
        fc.double({ min: 0, max: 1e6, noNaN: true }).map((v) => usage("logins", v, 1)),
        fc.integer({ min: -10, max: 900 }).map((d) => profile("becameCustomerAt", daysAgoText(d), 0)),
        fc.integer({ min: -3, max: 12 }).map((v) => rating("x", "nps", v, 3)),
        fc.integer({ min: -50, max: 300 }).map((v) => profile("onboardingProgress", v, 1)),
        fc.boolean().map((v) => profile("noticeOfNonRenewal", v, 2)),
      ),
      { maxLength: 5 },
    ),
  )
  .map(([some, odd]) => [...some, ...odd]);
const sourcesArb = fc.record({
  crm: fc.constantFrom(NOW, daysAgo(5), null),
  tickets: fc.constantFrom(NOW, daysAgo(5), null),
});

describe("the score", () => {
  it("is the sum of its contributions, each between 0 and its best", () => {
    fc.assert(
      fc.property(factsArb, sourcesArb, (facts, sources) => {
        const result = score(facts, { sources });
        expect(Math.abs(total(result) - (result.calculatedScore ?? 0))).toBeLessThan(1e-9);
        for (const c of result.contributions) {
          expect(c.points).toBeGreaterThanOrEqual(0);
          expect(c.points).toBeLessThanOrEqual(c.maxPoints);
        }
        const best = result.contributions.reduce((sum, c) => sum + c.maxPoints, 0);
        expect(Math.abs(best - (result.calculatedScore === null ? 0 : 100))).toBeLessThan(1e-9);
      }),
    );
  });

  it("lies between 0 and 100 with one decimal, and is null exactly below the coverage floor", () => {
    fc.assert(
      fc.property(factsArb, sourcesArb, (facts, sources) => {
        const { healthScore, calculatedScore, coverage, status, band, churnRisk } = score(facts, { sources });
        expect(healthScore === null).toBe(coverage < SCORECARD_DEFAULT_V1.coverageFloor);
        expect(
          [healthScore, calculatedScore, band, churnRisk.probability].filter((v) => v === null),
        ).toHaveLength(status === "scored" ? 0 : 4);
        if (healthScore === null || calculatedScore === null) return;
        expect(healthScore).toBeGreaterThanOrEqual(0);
        expect(calculatedScore).toBeLessThanOrEqual(100);
        expect(healthScore).toBeLessThanOrEqual(calculatedScore);
        expect(Math.abs(calculatedScore * 10 - Math.round(calculatedScore * 10))).toBeLessThan(1e-9);
      }),
    );
  });

  it("is the same to the last bit for the same facts in another order", () => {
    fc.assert(
      fc.property(factsArb, (facts) => {
        expect(JSON.stringify(score(facts.toReversed()))).toBe(JSON.stringify(score(facts)));
      }),
    );
  });

  it("never falls when one measure gets better", () => {
    const better: [string, (v: number) => Observation][] = [
      ["logins", (v) => usage("logins", 100 + v * 10, 0)],
      ["active users", (v) => usage("activeUsers", v, 0)],
      ["features", (v) => usage("featuresActivated", v / 2, 0)],
      ["NPS", (v) => rating("n9", "nps", Math.min(10, Math.floor(v / 2)), 1)],
      ["contact", (v) => touch("contact:13", 60 - v * 3)],
      ["referrals", (v) => profile("referrals", Math.floor(v / 5), 0)],
    ];
    for (const [name, change] of better) {
      // depth of use is logins per active user: more active users alone make it thinner
      const facts =
        name === "active users" ? failingFacts().filter((o) => o.key !== "logins") : failingFacts();
      const scores = Array.from({ length: 20 }, (_, v) => score([...facts, change(v)]).calculatedScore ?? 0);
      expect(scores, name).toEqual(scores.toSorted((a, b) => a - b));
    }
  });

  it("tells a healthy customer from one on the way out", () => {
    const [healthy, failing] = [score(healthyFacts()), score(failingFacts())];
    expect(healthy).toMatchObject({
      band: "green",
      confidence: "high",
      coverage: 1,
      atRisk: { isAtRisk: false },
    });
    expect(failing).toMatchObject({ band: "red", atRisk: { isAtRisk: true }, churnBand: "high" });
    expect((healthy.healthScore ?? 0) - (failing.healthScore ?? 0)).toBeGreaterThan(30);
  });
});

describe("missing data", () => {
  it("is no score and a list of what to connect, with nothing known", () => {
    const result = score([], { sources: { crm: null, tickets: null } });
    expect(result).toMatchObject({
      status: "not_enough_data",
      confidence: "low",
      coverage: 0,
      reasons: [],
      freshness: [],
    });
    expect(result.missing.length).toBeGreaterThan(12);
    expect(result.nextStep).toBe(result.missing[0]?.remedy);
  });

  it("shares the weight within the dimension first, then over the dimensions", () => {
    const without = (kinds: string[]) => healthyFacts().filter((o) => !kinds.includes(o.kind));
    const noNps = score(
      healthyFacts().filter((o) => !(o.kind === "rating" && o.key.startsWith("zendesk:n"))),
    );
    const satisfaction = noNps.dimensions.find((d) => d.dimension === "satisfaction");
    expect(satisfaction?.effectiveWeight).toBeCloseTo(25, 9);
    expect(of(noNps, "csat")?.maxPoints).toBeGreaterThan(of(score(healthyFacts()), "csat")?.maxPoints ?? 0);
    const noUsage = score(without(["usage"]));
    expect(noUsage.dimensions.map((d) => [d.dimension, d.state])).toEqual([
      ["engagement", "measured"],
      ["adoption", "missing"],
      ["satisfaction", "measured"],
      ["growth", "measured"],
    ]);
    expect(noUsage.dimensions.reduce((sum, d) => sum + d.effectiveWeight, 0)).toBeCloseTo(100, 9);
    expect(noUsage.coverage).toBeLessThan(0.7);
  });

  it("takes silence of an unconnected help desk as missing, of a connected one as no tickets", () => {
    const facts = healthyFacts().filter((o) => o.kind !== "ticket");
    expect(of(score(facts, { sources: { crm: NOW, tickets: null } }), "urgent_open")?.state).toBe("missing");
    expect(of(score(facts), "urgent_open")).toMatchObject({ state: "measured", measureScore: 100 });
    const unmatched = facts.filter((o) => o.subject.startsWith("hubspot"));
    const sources = { crm: NOW, tickets: NOW, ticketsFrom: "zendesk" as const };
    expect(of(score(unmatched, { sources }), "urgent_open")?.state).toBe("missing");
  });

  it("does not count growth for new customers, and lowers no coverage by it", () => {
    const facts = [
      ...healthyFacts(),
      profile("customerSince", daysAgoText(30), 30),
      profile("onboardingProgress", 80, 1),
    ];
    const result = score(facts);
    expect(result.segment).toBe("new");
    expect(result.dimensions.at(-1)).toMatchObject({
      dimension: "growth",
      state: "not_applicable",
      effectiveWeight: 0,
    });
    expect(result.missing.some((m) => m.measure === "open_expansion")).toBe(false);
    expect(result.coverage).toBe(1);
  });

  it("is stale, still counted, and no longer of high confidence, when a source was not read in time", () => {
    const result = score(healthyFacts(), { sources: { crm: NOW, tickets: daysAgo(1) } });
    expect(of(result, "urgent_open")?.state).toBe("stale");
    expect(result).toMatchObject({ coverage: 1, confidence: "medium" });
    expect(result.freshness.find((f) => f.source === "tickets")).toMatchObject({
      isStale: true,
      limitHours: 1,
    });
  });

  it("lists every measure once, in one of the four states", () => {
    const { contributions } = score(healthyFacts());
    const measures = SCORECARD_DEFAULT_V1.dimensions.flatMap((d) =>
      d.measures.map((m) => m.signal as string),
    );
    expect(contributions.map((c) => c.measure).toSorted()).toEqual(measures.toSorted());
  });
});

describe("caps", () => {
  const urgent = (hours: number) => ticket("950", hours / 24, { priority: "urgent" });

  it("hold the score at 49 once an urgent ticket is open for more than 48 hours, and the band falls at once", () => {
    const before = score([...healthyFacts(), urgent(48)]);
    expect(before).toMatchObject({ caps: [], band: "green" });
    const after = score([...healthyFacts(), urgent(53)], { previous: before });
    expect(after).toMatchObject({ healthScore: 49, band: "red", atRisk: { isAtRisk: true } });
    expect(after.calculatedScore).toBeGreaterThan(75);
    expect(after.caps[0]).toMatchObject({ cap: "urgent_ticket", since: daysAgoText(5 / 24) });
    expect(of(after, "urgent_open")?.sentence).toBe("1 urgent ticket open for 53 hours.");
    expect(after.nextStep).toContain("urgent ticket");
  });

  it("hold it at 25 after a notice of non-renewal", () => {
    const result = score([...healthyFacts(), profile("noticeOfNonRenewal", true, 3)]);
    expect(result).toMatchObject({ healthScore: 25, band: "red", churnBand: "high" });
    expect(result.caps[0]?.since).toBe(daysAgoText(3));
  });

  it("hold it at 74 while fewer than 85% are satisfied, until it is well over the line again", () => {
    const ratings = (good: number, all: number) => [
      ...healthyFacts().filter((o) => o.kind !== "rating"),
      ...Array.from({ length: all }, (_, i) => rating(`c${i}`, "csat", i < good ? 100 : 0, i + 1)),
    ];
    const low = score(ratings(4, 5));
    expect(low.caps).toMatchObject([{ cap: "low_csat", limit: 74, expiresAt: daysAgoText(5 - 90) }]);
    expect(low.healthScore).toBe(74);
    expect(score(ratings(6, 7)).caps).toEqual([]);
    expect(score(ratings(6, 7), { previous: low }).caps).toHaveLength(1);
    expect(score(ratings(9, 10), { previous: low }).caps).toEqual([]);
    expect(score(ratings(0, 4)).caps).toEqual([]);
  });

  it("are facts: they hold without a score, too", () => {
    const result = score([urgent(60)], { sources: { crm: null, tickets: NOW } });
    expect(result).toMatchObject({ healthScore: null, band: null, atRisk: { isAtRisk: true } });
  });
});

describe("at risk", () => {
  it("begins once, is remembered, and is left only below the lower threshold", () => {
    const previous = score(failingFacts(), { now: daysAgo(1) });
    const still = score(failingFacts(), { previous });
    expect(still.atRisk.since).toBe(previous.atRisk.since);
    const { enterAt, leaveBelow } = SCORECARD_DEFAULT_V1.atRisk;
    expect(leaveBelow).toBeLessThan(enterAt);
    expect(
      score(healthyFacts(), {
        previous: { ...previous, bandMemory: { ...previous.bandMemory, band: "green" } },
      }).atRisk,
    ).toMatchObject({ isAtRisk: false, since: null });
  });
});

describe("what to do", () => {
  it("names the measure that costs most and that somebody can change", () => {
    const facts = healthyFacts().filter((o) => o.key !== "nextActivityAt");
    const { nextStep, reasons } = score(facts.filter((o) => o.kind !== "touch"));
    expect(nextStep).not.toContain("expansion");
    expect(reasons.every((r) => (r.direction === "hurts") === r.points < 0)).toBe(true);
    expect(score(failingFacts()).reasons[0]?.direction).toBe("hurts");
  });
});

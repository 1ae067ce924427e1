import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  daysAgo,
  daysAgoText,
  failingFacts,
  healthyFacts,
  NOW,
  profile,
} from "../../../tests/support/account-facts.ts";
import type { Band } from "../api/account-health.ts";
import { type DatedOverride, OVERRIDE_LIMIT_POINTS, type Override } from "../corrections/correction.ts";
import { foldAsOf } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import type { HealthResult } from "./health-result.ts";
import { overriddenScore, overrideInForce, withOverrides } from "./override.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const RANK: Record<Band, number> = { red: 0, yellow: 1, green: 2 };
const anyOverride: fc.Arbitrary<Override> = fc.oneof(
  fc.record({ kind: fc.constant("band" as const), band: fc.constantFrom<Band>("red", "yellow", "green") }),
  fc.record({
    kind: fc.constant("points" as const),
    points: fc.double({ min: -OVERRIDE_LIMIT_POINTS, max: OVERRIDE_LIMIT_POINTS, noNaN: true }),
  }),
);
const dated = (override: Override, fromDaysAgo: number, days: number, id = "c1"): DatedOverride => ({
  ...override,
  correctionId: id,
  reason: "They told us.",
  by: "Ada",
  at: daysAgoText(fromDaysAgo),
  expiresAt: daysAgoText(fromDaysAgo - days),
});
const anyDated = (from: number, most = 30): fc.Arbitrary<DatedOverride> =>
  fc
    .record({
      override: anyOverride,
      ago: fc.integer({ min: 0, max: from }),
      days: fc.integer({ min: 1, max: most }),
      id: fc.uuid(),
    })
    .map(({ override, ago, days, id }) => dated(override, ago, days, id));
const anyFacts = fc.subarray([...healthyFacts(), ...failingFacts()]);
/** Enough of both kinds for a score somewhere in the middle. */
const mixedFacts = fc.subarray([...healthyFacts(), ...failingFacts()], { minLength: 30 });

const scored = (
  facts: readonly Observation[],
  now: Date,
  previous: HealthResult | null,
  overrides: readonly DatedOverride[] = [],
): HealthResult =>
  scoreAccount({
    state: foldAsOf(facts, now),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now,
    sources: { crm: now, tickets: now },
    previous,
    overrides,
  });

describe("an override", () => {
  it("leaves no trace once it is over", () => {
    let moved = 0;
    fc.assert(
      fc.property(mixedFacts, anyOverride, anyOverride, (facts, first, second) => {
        const over = [dated(first, 60, 30, "c1"), dated(second, 40, 31, "c2")];
        const history = (overrides: readonly DatedOverride[]): (HealthResult | null)[] => {
          const results: (HealthResult | null)[] = [];
          for (const day of [70, 58, 57, 39, 38, 9, 1])
            results.push(scored(facts, daysAgo(day), results.at(-1) ?? null, overrides));
          return results;
        };
        const [plain, overridden] = [history([]), history(over)];
        if (overridden[2]?.band !== plain[2]?.band) moved += 1;
        expect(JSON.stringify(overridden.slice(-2))).toBe(JSON.stringify(plain.slice(-2)));
        expect(overridden.map((result) => result?.bandMemory)).toEqual(
          plain.map((result) => result?.bandMemory),
        );
      }),
      { numRuns: 100 },
    );
    expect(moved).toBeGreaterThan(10);
  });

  it("is shown by a stored result as the next calculation shows it, and gone likewise", () => {
    fc.assert(
      fc.property(anyFacts, anyDated(0), fc.boolean(), (facts, override, wasThere) => {
        const before = scored(facts, NOW, null, wasThere ? [override] : []);
        const overrides = wasThere ? [] : [override];
        expect(withOverrides(before, SCORECARD_DEFAULT_V1, overrides, NOW)).toEqual(
          scored(facts, NOW, before, overrides),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("keeps within its bounds, keeps the calculated score, and lifts no cap", () => {
    fc.assert(
      fc.property(anyFacts, anyDated(0), fc.boolean(), (facts, override, hasNotice) => {
        const all = hasNotice ? [...facts, profile("noticeOfNonRenewal", true, 3)] : facts;
        const [plain, result] = [scored(all, NOW, null), scored(all, NOW, null, [override])];
        expect(result.calculatedScore).toBe(plain.calculatedScore);
        expect(result.contributions).toEqual(plain.contributions);
        expect(result.churnRisk).toEqual(plain.churnRisk);
        expect(result.override?.correctionId).toBe(override.correctionId);
        const { healthScore, calculatedScore } = result;
        if (healthScore !== null && calculatedScore !== null) {
          expect(healthScore).toBeGreaterThanOrEqual(0);
          expect(healthScore).toBeLessThanOrEqual(result.caps[0]?.limit ?? 100);
          if (result.caps.length === 0)
            expect(Math.abs(healthScore - calculatedScore)).toBeLessThanOrEqual(OVERRIDE_LIMIT_POINTS + 0.05);
        }
        if (hasNotice) expect(result.band ?? "red").toBe("red");
        if (override.kind === "band" && result.caps.length === 0) expect(result.band).toBe(override.band);
        if (override.kind === "points" && plain.band !== null && result.band !== null)
          expect(
            Math.sign(RANK[result.band] - RANK[plain.band]) * Math.sign(override.points),
          ).toBeGreaterThanOrEqual(0);
        if (result.band === "red") expect(result.atRisk.isAtRisk).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("counts from its time up to, but not at, its expiry", () => {
    const override = dated({ kind: "points", points: 5 }, 10, 4);
    const at = (text: string): boolean => overrideInForce([override], new Date(text)) !== null;
    const justBefore = (text: string): string => new Date(Date.parse(text) - 1).toISOString();
    expect([at(justBefore(override.at)), at(override.at)]).toEqual([false, true]);
    expect([at(justBefore(override.expiresAt)), at(override.expiresAt)]).toEqual([true, false]);
  });

  it("is one at a time: the newest, in whatever order they come, which an older one does not outlive", () => {
    fc.assert(
      fc.property(fc.array(anyDated(40), { maxLength: 5 }), (overrides) => {
        const found = overrideInForce(overrides, NOW);
        expect(overrideInForce(overrides.toReversed(), NOW)).toEqual(found);
        const newest = overrides
          .map((each) => each.at)
          .toSorted()
          .at(-1);
        if (found !== null) expect(found.at).toBe(newest);
      }),
    );
    const short = dated({ kind: "band", band: "red" }, 5, 1, "newer");
    const long = dated({ kind: "band", band: "green" }, 9, 30, "older");
    expect(overrideInForce([long, short], NOW)).toBeNull();
    expect(overrideInForce([long, short], daysAgo(7))).toBe(long);
  });

  it("has no score to change where there is none", () => {
    expect(overriddenScore(null, dated({ kind: "points", points: 9 }, 1, 2))).toBeNull();
    expect(overriddenScore(98, dated({ kind: "points", points: 9 }, 1, 2))).toBe(100);
    expect(overriddenScore(61.2, dated({ kind: "points", points: -7.25 }, 1, 2))).toBe(54);
    expect(scored([], NOW, null, [dated({ kind: "band", band: "red" }, 1, 2)])).toMatchObject({
      healthScore: null,
      band: "red",
      override: { sentence: "Set by Ada. Calculated: there is not enough data for a score." },
    });
  });

  it("does not move a lost customer", () => {
    const result = { ...scored(healthyFacts(), NOW, null), lostAt: daysAgoText(1) };
    const override = dated({ kind: "band", band: "red" }, 2, 9);
    expect(withOverrides(result, SCORECARD_DEFAULT_V1, [override], NOW)).toBe(result);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo, failingFacts, healthyFacts, NOW, profile } from "../../../tests/support/account-facts.ts";
import { type Counterfactual, counterfactualSchema } from "../api/account-health.ts";
import { foldAsOf } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import { counterfactualOf } from "./counterfactual.ts";
import type { HealthResult } from "./health-result.ts";
import { measureScore, ramp, tiers } from "./measures.ts";
import { leverOf, reachOf, stepSentence } from "./realistic-steps.ts";
import { scoreAccount } from "./score-account.ts";
import type { Scorecard } from "./scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "./scorecard-six-v1.ts";
import { SIGNALS } from "./signals/catalogue.ts";
import { type SignalKey, type SignalReading, signalKeys } from "./signals/signal.ts";
import { signalContext } from "./signals/signal-context.ts";
import { weighMeasures } from "./weigh-measures.ts";

const SCALES = new Map(
  SCORECARD_DEFAULT_V1.dimensions.flatMap((d) =>
    d.measures.map((m) => [m.signal as string, m.scale] as const),
  ),
);
const everything = (): boolean => true;
const resultOf = (facts: readonly Observation[], scorecard: Scorecard = SCORECARD_DEFAULT_V1): HealthResult =>
  scoreAccount({
    state: foldAsOf(facts, NOW),
    createdAt: daysAgo(800),
    scorecard,
    churnModel: CHURN_PRIOR_V1,
    now: NOW,
    sources: { crm: NOW, tickets: NOW },
    previous: null,
  });
const readingsOf = (facts: readonly Observation[]): Map<SignalKey, SignalReading> => {
  const context = signalContext(
    foldAsOf(facts, NOW),
    NOW,
    { crm: NOW, tickets: NOW },
    { createdAt: daysAgo(800) },
  );
  return new Map(signalKeys.map((key) => [key, SIGNALS[key].readIn(context)]));
};
const anyFacts = fc.subarray([...healthyFacts(), ...failingFacts()], { minLength: 20 });
type Step = Counterfactual["options"][number]["steps"][number];

const isKey = (measure: string): measure is SignalKey => signalKeys.some((key) => key === measure);
const isCap = ({ measure }: Step): boolean => !isKey(measure);

/** The value that the sentence names. */
function toldValue({ sentence }: Step): number {
  if (/^[^.]* instead of /.test(sentence)) return 1;
  const found = / to (-?\d+(?:\.\d+)?)/.exec(sentence);
  if (found === null) throw new Error(sentence);
  return Number(found[1]);
}
/** The score of the account with exactly what the sentences say changed. */
function scoreWith(
  facts: readonly Observation[],
  scorecard: Scorecard,
  result: HealthResult,
  steps: readonly Step[],
): number {
  const readings = readingsOf(facts);
  for (const step of steps) {
    if (!isKey(step.measure)) continue;
    const before = readings.get(step.measure);
    const value = SIGNALS[step.measure].unit.startsWith("share") ? toldValue(step) / 100 : toldValue(step);
    if (before !== undefined) readings.set(step.measure, { ...before, value });
  }
  return weighMeasures(scorecard, readings, result.segment).score ?? Number.NaN;
}

describe("the counterfactual", () => {
  it("reaches the target by what its sentences say, and not without any one of its steps", () => {
    let seen = 0;
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(SCORECARD_DEFAULT_V1, SCORECARD_SIX_V1), (facts, scorecard) => {
        const result = resultOf(facts, scorecard);
        const found = counterfactualOf(result, scorecard, everything);
        if (found === null) return;
        expect(counterfactualSchema.safeParse(found).success).toBe(true);
        const held = (steps: readonly Step[]): number => {
          const gone = new Set(steps.filter(isCap).map((step) => step.measure));
          const left = result.caps.filter((cap) => !gone.has(cap.cap));
          return Math.min(scoreWith(facts, scorecard, result, steps), ...left.map((cap) => cap.limit));
        };
        for (const { steps, points } of found.options) {
          seen += 1;
          expect(held(steps)).toBeGreaterThanOrEqual(found.targetScore);
          for (const step of steps)
            expect(held(steps.filter((other) => other !== step))).toBeLessThan(found.targetScore);
          // exact but for the rounding of the two scores to one decimal
          expect(Math.abs(held(steps) - (result.healthScore ?? 0) - points)).toBeLessThan(0.11);
          expect(steps.filter((step) => !isCap(step)).length).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 200 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it("names only what people can influence, never deals or seats, and nothing the reader may not know", () => {
    fc.assert(
      fc.property(anyFacts, fc.subarray([...signalKeys]), (facts, hidden) => {
        const mayUse = (measure: string): boolean => !hidden.some((key) => key === measure);
        const result = resultOf(facts, SCORECARD_SIX_V1);
        const found = counterfactualOf(result, SCORECARD_SIX_V1, mayUse);
        for (const { measure } of found?.options.flatMap((option) => option.steps) ?? []) {
          if (!isKey(measure)) continue;
          expect(SIGNALS[measure].advice).not.toBeNull();
          expect(SIGNALS[measure].isFinancial).toBe(false);
          expect(["champion_change", "contract_status", "csm_judgement"]).not.toContain(measure);
          expect(hidden).not.toContain(measure);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("stays within what is realistic in 30 days, in steps that the scale still rewards", () => {
    fc.assert(
      fc.property(fc.constantFrom(...signalKeys), fc.double({ min: -1, max: 1, noNaN: true }), (key, at) => {
        const scale = SCALES.get(key);
        if (scale === undefined) return;
        const values =
          scale.kind === "ramp" ? scale.points.map((p) => p.value) : scale.tiers.map((t) => t.from);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const value = low + ((high - low) * (at + 1)) / 2;
        const score = measureScore(scale, value);
        const lever = leverOf(
          { ...EMPTY, measure: key, measureScore: score, maxPoints: 8 },
          scale,
          SIGNALS[key],
        );
        if (lever === null) return;
        expect(lever.furthest.points).toBeGreaterThan(0);
        expect(lever.furthest.value).toBeGreaterThanOrEqual(low);
        expect(lever.furthest.value).toBeLessThanOrEqual(high);
        if (scale.kind === "ramp") {
          const best = measureScore(scale, high) >= measureScore(scale, low) ? high : low;
          const share = Math.abs(lever.furthest.value - value) / Math.abs(best - value);
          expect(share).toBeLessThanOrEqual(reachOf(SIGNALS[key]) + 1e-6);
        }
        expect(lever.stepWorth(lever.furthest.points)).toEqual(lever.furthest);
        expect(lever.stepWorth(lever.furthest.points + 1)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("aims at where the next band begins for good, and says for how long to hold it", () => {
    const found = counterfactualOf(resultOf(failingFacts()), SCORECARD_DEFAULT_V1, everything);
    expect(found).toMatchObject({ targetBand: "yellow", targetScore: 55 });
    expect(found?.note).toMatch(/hold it for 3 days|No change that is realistic/);
    expect(found?.note).toMatch(/not a promise about the customer/);
  });

  it("has the end of a cap as a step, and nothing more where the score is high enough without it", () => {
    const result = resultOf([...healthyFacts(), profile("noticeOfNonRenewal", true, 3)]);
    expect(result).toMatchObject({ healthScore: 25, band: "red" });
    const found = counterfactualOf(result, SCORECARD_DEFAULT_V1, everything);
    expect(found?.options).toMatchObject([
      {
        steps: [{ measure: "notice_of_non_renewal", sentence: expect.stringContaining("takes its notice") }],
      },
    ]);
    expect(found?.neededPoints).toBe(30);
    expect(found?.options[0]?.points).toBeCloseTo((result.calculatedScore ?? 0) - 25, 9);
  });

  it("says so where the days alone are missing", () => {
    const result = { ...resultOf(healthyFacts()), band: "yellow" as const };
    const memory = { ...result.bandMemory, band: "yellow" as const };
    const found = counterfactualOf(
      { ...result, calculatedScore: 88, bandMemory: memory },
      SCORECARD_DEFAULT_V1,
      everything,
    );
    expect(found).toMatchObject({
      neededPoints: 0,
      options: [],
      note: expect.stringContaining("high enough"),
    });
  });

  it("is silent in green, without a score, and for a lost customer", () => {
    const red = resultOf(failingFacts());
    for (const result of [
      resultOf(healthyFacts()),
      resultOf([]),
      { ...red, band: "green" as const },
      { ...red, lostAt: NOW.toISOString() },
    ])
      expect(counterfactualOf(result, SCORECARD_DEFAULT_V1, everything)).toBeNull();
  });
});

const EMPTY = {
  label: "x",
  dimension: "d",
  state: "measured" as const,
  points: 0,
  sentence: "",
  observedAt: null,
  evidence: [],
};

describe("a step in words", () => {
  const told = (scale: ReturnType<typeof ramp>, score: number, key: SignalKey): string => {
    const contribution = {
      ...EMPTY,
      measure: key,
      label: SIGNALS[key].label,
      measureScore: score,
      maxPoints: 10,
    };
    const lever = leverOf(contribution, scale, SIGNALS[key]);
    return lever === null ? "" : stepSentence(lever.furthest, SIGNALS[key]);
  };
  it("has the unit, and where it starts only if that is known", () => {
    expect(told(ramp([0.2, 0], [0.8, 100]), 50, "seats_used")).toBe("Bring seats in use from 50% to 65%.");
    expect(told(ramp([0, 0], [8, 100]), 26.51, "login_frequency")).toMatch(
      /from 2\.1 to 5 logins per seat\.$/,
    );
    expect(told(ramp([0.2, 0], [0.8, 100]), 0, "seats_used")).toBe("Bring seats in use to 50%.");
    expect(told(ramp([-50, 0], [50, 100]), 40, "nps")).toMatch(/^Bring NPS from -10 to 20 points\.$/);
    expect(told(ramp([2, 100], [30, 0]), 0, "oldest_open_ticket")).toMatch(/to 2 days\.$/);
    expect(told(tiers([0, 100], [1, 20], [2, 5], [3, 0]), 5, "urgent_open")).toMatch(
      /from 2 to 0 open tickets\.$/,
    );
    expect(told(ramp([0, 100], [60, 0]), 50, "last_seen")).toMatch(/from 30 to 15 days\.$/);
    expect(told(tiers([0, 0], [1, 100]), 0, "champion")).toMatch(
      /^Champion: present instead of not present\. Find a new champion/,
    );
    expect(told(tiers([0, 40], [1, 85], [2, 100]), 40, "referrals")).toMatch(/from 0 to 1\.$/);
  });
});

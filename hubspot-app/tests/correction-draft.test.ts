import { correctionEntry } from "@bellwether/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HEALTH_VIEWS, healthyView } from "../../tests/support/health-views.ts";
import {
  type CorrectionDraft,
  correctionTargets,
  EMPTY_DRAFT,
  entryOf,
  troubleOf,
} from "../src/app/cards/correction-draft.ts";

const draftArb: fc.Arbitrary<CorrectionDraft> = fc.record({
  target: fc.constantFrom("score", "churn_risk", "segment", "logins"),
  direction: fc.constantFrom("too_high", "too_low", "wrong"),
  reason: fc.oneof(fc.string(), fc.string({ minLength: 1_990, maxLength: 2_010 })),
  evidence: fc.oneof(fc.string(), fc.string({ minLength: 1_990, maxLength: 2_010 })),
  days: fc.oneof(fc.integer({ min: -5, max: 400 }), fc.constant(Number.NaN), fc.constant(1.5)),
  override: fc.constantFrom("none", "band", "points"),
  band: fc.constantFrom("red", "yellow", "green"),
  points: fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constant(Number.NaN)),
});

it("never sends what the server would refuse", () => {
  fc.assert(
    fc.property(draftArb, fc.boolean(), (draft, canOverride) => {
      const isSent = Object.keys(troubleOf(draft, canOverride)).length === 0;
      return !isSent || correctionEntry.safeParse(entryOf(draft, canOverride)).success;
    }),
  );
});

describe("troubleOf", () => {
  const draft = { ...EMPTY_DRAFT, reason: "They signed." };

  it.each<[string, Partial<CorrectionDraft>, string[]]>([
    ["nothing when all is well", {}, []],
    ["an empty reason", { reason: "  " }, ["reason"]],
    ["more than a year", { days: 366 }, ["days"]],
    ["more than 30 days of an override", { override: "band", days: 31 }, ["days"]],
    ["no points to add", { override: "points", points: 0 }, ["points"]],
    ["more than 15 points", { override: "points", points: 16 }, ["points"]],
    ["points against one's own words", { override: "points", points: -5 }, ["points"]],
    ["a cleared number", { days: Number.NaN }, ["days"]],
  ])("finds %s", (_name, change, fields) => {
    expect(Object.keys(troubleOf({ ...draft, ...change }, true))).toEqual(fields);
  });

  it("does not judge an override that cannot be sent", () => {
    expect(troubleOf({ ...draft, override: "points", points: 99 }, false)).toEqual({});
    expect(entryOf({ ...draft, override: "band" }, false).override).toBeNull();
  });
});

it("offers only what is shown and has a name, the score first", () => {
  for (const view of Object.values(HEALTH_VIEWS)) {
    for (const { value, label } of correctionTargets(view)) {
      expect(value).toMatch(/^[a-z][a-z0-9_.]{0,80}$/);
      expect(label).not.toBe("");
    }
  }
  expect(correctionTargets(healthyView)[0]).toEqual({ value: "score", label: "Health score" });
});

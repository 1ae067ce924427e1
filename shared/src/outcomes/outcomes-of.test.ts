import fc from "fast-check";
import { expect, it } from "vitest";
import type { Observation } from "../observation.ts";
import { DEFAULT_OUTCOME_SETTINGS, outcomeSettingsOf } from "./outcome-settings.ts";
import { outcomesOf } from "./outcomes-of.ts";

const at = (day: string): string => `${day}T00:00:00.000Z`;
const subject = "hubspot:company:1";
const profile = (day: string, key: string, value: string | null): Observation => ({
  kind: "profile",
  key,
  value,
  subject,
  source: "hubspot",
  at: at(day),
});
const stage = (day: string, value: string | null): Observation => profile(day, "lifecycleStage", value);
const deal = (
  day: string,
  status: "open" | "won" | "lost",
  dealType: "new" | "renewal" | "expansion" = "renewal",
  id = "7",
): Observation => ({
  kind: "deal",
  key: `hubspot:${id}`,
  value: { dealType, status },
  subject,
  source: "hubspot",
  at: at(day),
});
const told = (observations: Observation[], settings = DEFAULT_OUTCOME_SETTINGS) =>
  outcomesOf(observations, settings).map((o) => [
    o.kind,
    o.at.toISOString().slice(0, 10),
    o.source,
    o.sourceKey,
  ]);

it("takes a customer who is moved to a lost stage for lost, and for won back when moved again", () => {
  expect(
    told([stage("2025-01-01", "customer"), stage("2025-06-01", "churned"), stage("2025-09-01", "customer")]),
  ).toEqual([
    ["churned", "2025-06-01", "lifecycle", "hubspot:company:1:lifecycle_stage:2025-06-01"],
    ["renewed", "2025-09-01", "lifecycle", "hubspot:company:1:lifecycle_stage:2025-09-01"],
  ]);
});

it("claims no loss of a company that was never seen as a customer, or that went to a stage nobody mapped", () => {
  expect(told([stage("2025-01-01", "lead"), stage("2025-06-01", "churned")])).toEqual([]);
  expect(told([stage("2025-01-01", "customer"), stage("2025-06-01", "opportunity")])).toEqual([]);
  expect(told([stage("2025-06-01", "churned")])).toEqual([]);
});

it("uses the admin's own stages", () => {
  const settings = outcomeSettingsOf({ customerStages: ["4711"], lostStages: ["4712"] });
  const moved = [stage("2025-01-01", "4711"), stage("2025-06-01", "4712")];
  expect(told(moved, settings).map(([kind]) => kind)).toEqual(["churned"]);
  expect(told(moved)).toEqual([]);
  expect(outcomeSettingsOf({ horizonDays: "soon" })).toEqual(DEFAULT_OUTCOME_SETTINGS);
});

it("dates a closed deal by its closing, not by a later repetition of its present", () => {
  const history = [deal("2025-01-01", "open"), deal("2025-03-01", "lost"), deal("2025-08-01", "lost")];
  expect(told(history)).toEqual([["churned", "2025-03-01", "deal", "hubspot:deal:7"]]);
  expect(told([...history, deal("2025-09-01", "open")])).toEqual([]);
  expect(told([deal("2025-03-01", "won")])[0]?.[0]).toBe("renewed");
  expect(told([deal("2025-03-01", "won", "expansion")])[0]?.[0]).toBe("expanded");
  expect(told([deal("2025-03-01", "lost", "new"), deal("2025-03-01", "lost", "expansion", "8")])).toEqual([]);
  expect(told(history, { ...DEFAULT_OUTCOME_SETTINGS, lostRenewalIsChurn: false })).toEqual([]);
});

it("reads the mapped date of loss and its reason; the newest value counts, an emptied one is none", () => {
  const lost = [
    profile("2025-05-01", "churnedAt", "2025-05-01"),
    profile("2025-05-02", "churnReason", "Missing feature"),
  ];
  expect(outcomesOf(lost, DEFAULT_OUTCOME_SETTINGS)).toEqual([
    {
      kind: "churned",
      at: new Date("2025-05-01"),
      source: "property",
      sourceKey: "hubspot:company:1:churned_at",
      reason: "missing_feature",
      note: null,
    },
  ]);
  const corrected = [...lost, profile("2025-06-01", "churnedAt", "2025-04-30")];
  expect(told(corrected)).toEqual([["churned", "2025-04-30", "property", "hubspot:company:1:churned_at"]]);
  expect(told([...lost, profile("2025-06-01", "churnedAt", null)])).toEqual([]);
  expect(told([profile("2025-05-01", "churnedAt", "soon")])).toEqual([]);
  const [other] = outcomesOf(
    [...lost, profile("2025-06-01", "churnReason", "Moon phase")],
    DEFAULT_OUTCOME_SETTINGS,
  );
  expect([other?.reason, other?.note]).toEqual(["other", "Moon phase"]);
});

const anyObservation = fc.oneof(
  fc
    .tuple(fc.integer({ min: 10, max: 28 }), fc.constantFrom("customer", "churned", "lead", null))
    .map(([day, value]) => stage(`2025-01-${day}`, value)),
  fc
    .tuple(
      fc.integer({ min: 10, max: 28 }),
      fc.constantFrom("open", "won", "lost"),
      fc.constantFrom("7", "8"),
      fc.constantFrom("new", "renewal", "expansion"),
    )
    .map(([day, status, id, type]) => deal(`2025-01-${day}`, status, type, id)),
  fc
    .tuple(fc.integer({ min: 10, max: 28 }), fc.constantFrom("2025-01-05", "2025-01-07", null))
    .map(([day, value]) => profile(`2025-01-${day}`, "churnedAt", value)),
);

it("does not depend on the order of arrival, nor on repetitions", () => {
  fc.assert(
    fc.property(
      fc.array(anyObservation, { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (given, numbers) => {
        const keyed = given.map((o) => [numbers.next().value ?? 0, o] as const);
        const shuffled = keyed.toSorted(([a], [b]) => a - b).map(([, o]) => o);
        expect(told([...shuffled, ...given])).toEqual(told(given));
      },
    ),
  );
});

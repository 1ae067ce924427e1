import { describe, expect, it } from "vitest";
import { daysAgo, daysAgoText, failingFacts, healthyFacts, NOW } from "../../tests/support/account-facts.ts";
import { foldObservations } from "./fold-observations.ts";
import type { Observation } from "./observation.ts";
import { CHURN_PRIOR_V1 } from "./scoring/churn-prior-v1.ts";
import type { HealthResult } from "./scoring/health-result.ts";
import { scoreAccount } from "./scoring/score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scoring/scorecard-default-v1.ts";
import { WRITE_BACK_FIELDS } from "./write-back.ts";
import { sameDesired, writeBackValues, zendeskFieldJson, zendeskFieldValues } from "./write-back-values.ts";

const resultOf = (facts: readonly Observation[]): HealthResult =>
  scoreAccount({
    state: foldObservations(facts),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now: NOW,
    sources: { crm: NOW, tickets: NOW },
    previous: null,
  });
const ALL = { change30d: -12.34, onboardingProgress: 55.55, keys: WRITE_BACK_FIELDS.map((f) => f.key) };
const DEFAULTS = { ...ALL, keys: null };

describe("values for HubSpot", () => {
  it("are text in the published forms", () => {
    const values = writeBackValues(resultOf(failingFacts()), ALL);
    expect(Object.keys(values)).toEqual(ALL.keys);
    expect(values).toMatchObject({
      bellwether_health_band: "red",
      bellwether_segment: "established",
      bellwether_at_risk: "true",
      bellwether_churn_band: "high",
      bellwether_trend_30d: "-12.3",
      bellwether_onboarding_progress: "55.6",
      bellwether_scored_at: NOW.toISOString(),
      bellwether_scorecard_version: "default-1",
    });
    expect(values["bellwether_health_score"]).toMatch(/^\d{1,3}(\.\d)?$/);
    expect(values["bellwether_churn_risk"]).toMatch(/^0\.\d{1,3}$/);
    expect(values["bellwether_reasons"]?.split("\n")[0]).toContain("urgent ticket");
  });

  it("are the default selection unless the admin chose, and then only what was chosen", () => {
    expect(Object.keys(writeBackValues(resultOf(healthyFacts()), DEFAULTS)).toSorted()).toEqual(
      WRITE_BACK_FIELDS.filter((f) => f.isDefault)
        .map((f) => f.key)
        .toSorted(),
    );
    const one = writeBackValues(resultOf(healthyFacts()), { ...ALL, keys: ["bellwether_growth", "unknown"] });
    expect(Object.keys(one)).toEqual(["bellwether_growth"]);
  });

  it("clear score and band, and say low confidence, without enough data", () => {
    expect(
      writeBackValues(resultOf([]), { ...ALL, change30d: null, onboardingProgress: null }),
    ).toMatchObject({
      bellwether_health_score: "",
      bellwether_health_band: "",
      bellwether_engagement: "",
      bellwether_churn_risk: "",
      bellwether_churn_band: "unknown",
      bellwether_confidence: "low",
      bellwether_at_risk: "false",
      bellwether_trend_30d: "",
      bellwether_onboarding_progress: "",
    });
  });
});

describe("values for Zendesk", () => {
  it("carry the prefix in drop-downs, and become JSON's own types", () => {
    const values = zendeskFieldValues(resultOf(failingFacts()), DEFAULTS);
    expect(values).toMatchObject({
      bellwether_health_band: "bellwether_org_health_band_red",
      bellwether_segment: "bellwether_org_segment_established",
      bellwether_at_risk: "true",
    });
    const json = zendeskFieldJson(values);
    expect(json["bellwether_health_score"]).toBe(Number(values["bellwether_health_score"]));
    expect(json).toMatchObject({ bellwether_at_risk: true, bellwether_scorecard_version: "default-1" });
    expect(zendeskFieldJson(zendeskFieldValues(resultOf([]), DEFAULTS))).toMatchObject({
      bellwether_health_score: null,
      bellwether_health_band: null,
      bellwether_at_risk: false,
    });
  });

  it("tell agents nothing that financial measures could be worked out from", () => {
    const values = zendeskFieldValues(resultOf(healthyFacts()), ALL);
    for (const key of ["engagement", "adoption", "satisfaction", "growth"])
      expect(values[`bellwether_${key}`]).toBe("");
    expect(values["bellwether_reasons"]).not.toMatch(/expansion|seats/);
    const open = zendeskFieldValues(
      resultOf(healthyFacts().filter((o) => o.kind !== "deal" && o.key !== "seats")),
      ALL,
    );
    expect(open["bellwether_engagement"]).not.toBe("");
    expect(open["bellwether_growth"]).toBe("");
  });
});

describe("the same desired values", () => {
  const values = writeBackValues(resultOf(healthyFacts()), ALL);
  it("are the same when only their time differs", () => {
    expect(sameDesired(values, { ...values, bellwether_scored_at: daysAgoText(1) })).toBe(true);
    const { bellwether_scored_at: _, ...untimed } = values;
    expect(sameDesired(untimed, values)).toBe(true);
  });
  it("are others when a value or a field differs", () => {
    expect(sameDesired(values, { ...values, bellwether_health_band: "red" })).toBe(false);
    expect(sameDesired(values, { ...values, bellwether_extra: "" })).toBe(false);
  });
});

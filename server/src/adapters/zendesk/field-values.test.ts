import { describe, expect, it } from "vitest";
import { fieldValues, showsValue } from "./field-values.ts";

describe("values for Zendesk's organization fields", () => {
  it.each([
    ["bellwether_health_score", "41.5", 41.5],
    ["bellwether_health_score", "0", 0],
    ["bellwether_health_score", "", null],
    ["bellwether_health_score", "many", null],
    ["bellwether_churn_risk", "0.123", 0.123],
    ["bellwether_trend_30d", "-4", -4],
    ["bellwether_health_band", "red", "bellwether_org_health_band_red"],
    ["bellwether_health_band", "bellwether_org_health_band_red", "bellwether_org_health_band_red"],
    ["bellwether_health_band", "", null],
    ["bellwether_at_risk", "true", true],
    ["bellwether_at_risk", "false", false],
    ["bellwether_at_risk", "", null],
    ["bellwether_reasons", "3 of 20 seats 🪑", "3 of 20 seats 🪑"],
    ["bellwether_scored_at", "2026-11-21T08:00:00.000Z", "2026-11-21"],
    ["bellwether_scored_at", "", null],
  ])("%s %j is %j", (key, text, expected) => {
    expect(fieldValues({ [key]: text })).toEqual({ [key]: expected });
  });

  it("leave out every key that is not ours", () => {
    expect(fieldValues({ plan: "gold", name: "x", ["__proto__"]: "y" })).toEqual({});
  });
});

describe("a field shows a value", () => {
  it.each([
    ["41.5", 41.5],
    [41.5, 41.5],
    ["2026-11-21T00:00:00+00:00", "2026-11-21"],
    [null, ""],
    [undefined, null],
    [null, false],
    ["", null],
    [true, true],
  ])("%j as %j", (current, wanted) => {
    expect(showsValue(current, wanted)).toBe(true);
  });

  it.each([
    ["41", 41.5],
    [null, 0],
    ["red", ""],
    [null, "red"],
    [false, true],
    ["2026-11-20", "2026-11-21"],
  ])("not %j as %j", (current, wanted) => {
    expect(showsValue(current, wanted)).toBe(false);
  });
});

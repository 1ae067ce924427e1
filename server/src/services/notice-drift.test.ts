import { describe, expect, it } from "vitest";
import { showsSame } from "./notice-drift.ts";

describe("a value that a platform gives back", () => {
  it.each([
    ["bellwether_health_score", "82.5", "82.50"],
    ["bellwether_health_score", "80", "80.0"],
    ["bellwether_churn_risk", "0.1", "1e-1"],
    ["bellwether_health_band", "red", "bellwether_org_health_band_red"],
    ["bellwether_health_band", "bellwether_band_red", "red"],
    ["bellwether_at_risk", "false", ""],
    ["bellwether_scored_at", "2026-03-01T10:00:00.000Z", "2026-03-01"],
    ["bellwether_reasons", "one\ntwo", "one\r\ntwo "],
    ["bellwether_health_score", "", ""],
  ])("%s %j is ours in the form %j", (key, ours, theirs) => {
    expect(showsSame(key, ours, theirs)).toBe(true);
  });

  it.each([
    ["bellwether_health_score", "82.5", "82.4"],
    ["bellwether_health_score", "0", ""],
    ["bellwether_health_score", "", "0"],
    ["bellwether_health_score", "50", "fifty"],
    ["bellwether_health_band", "red", "bellwether_org_health_band_green"],
    ["bellwether_at_risk", "true", ""],
    ["bellwether_reasons", "one", "two"],
    ["bellwether_next_step", "Call", ""],
  ])("%s %j is somebody else's when it is %j", (key, ours, theirs) => {
    expect(showsSame(key, ours, theirs)).toBe(false);
  });
});

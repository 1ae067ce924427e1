import { describe, expect, it } from "vitest";
import { daysAgo, daysAgoText, deal, NOW, profile } from "../../../tests/support/account-facts.ts";
import { foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { accountAge } from "./account-age.ts";

const ageOf = (facts: readonly Observation[]) => accountAge(foldObservations(facts), daysAgo(10), NOW);

describe("age of an account", () => {
  it("begins at the mapped date, else as a customer, else with the first won deal, else at creation", () => {
    const created = profile("createdAt", daysAgoText(900), 900);
    const deals = [
      deal("1", "new", "won", 300),
      deal("2", "expansion", "won", 100),
      deal("3", "new", "lost", 500),
    ];
    const became = profile("becameCustomerAt", daysAgoText(200), 200);
    const mapped = profile("customerSince", "2026-08-01", 50);
    expect(ageOf([]).ageDays).toBe(10);
    expect(ageOf([created]).ageDays).toBe(900);
    expect(ageOf([created, ...deals]).ageDays).toBe(300);
    expect(ageOf([created, ...deals, became]).ageDays).toBe(200);
    expect(ageOf([created, ...deals, became, mapped]).ageDays).toBe(111);
  });

  it.each([
    [0, "new"],
    [89.99, "new"],
    [90, "growing"],
    [179.99, "growing"],
    [180, "established"],
    [5_000, "established"],
  ])("of %s days is %s", (days, segment) => {
    expect(ageOf([profile("becameCustomerAt", daysAgoText(days), 0)]).segment).toBe(segment);
  });

  it("is 0 for a start that lies ahead, and falls back when the date cannot be read", () => {
    expect(ageOf([profile("customerSince", daysAgoText(-20), 0)])).toEqual({ ageDays: 0, segment: "new" });
    expect(ageOf([profile("customerSince", "soon", 0)]).ageDays).toBe(10);
  });
});

import { describe, expect, it } from "vitest";
import { healthResult } from "../../../tests/support/health-result.ts";
import type { Contribution } from "../api/account-health.ts";
import { mainReason } from "./main-reason.ts";

const contribution = (measure: string, points: number, maxPoints = 30): Contribution => ({
  measure,
  label: `The measure ${measure}`,
  dimension: "engagement",
  state: "measured",
  points,
  maxPoints,
  measureScore: (points / maxPoints) * 100,
  sentence: `What is known of ${measure}: 17 of 20.`,
  observedAt: null,
  evidence: [],
});
const scored = (calculatedScore: number, ...contributions: Contribution[]) =>
  healthResult({ calculatedScore, healthScore: calculatedScore, contributions });
const cap = { cap: "urgent_ticket" as const, limit: 49, sentence: "Held at 49.", since: "", expiresAt: null };

describe("why two versions see a customer differently", () => {
  it("names the measure that moves most, with its points and what is known", () => {
    const before = scored(40, contribution("nps", 20), contribution("csat", 20));
    const after = scored(25, contribution("nps", 3, 5), contribution("csat", 22));
    expect(mainReason(before, after)).toBe(
      "The measure nps: 3 of 5 points. Before: 20 of 30 points. What is known of nps: 17 of 20.",
    );
  });

  it("says that a measure came or went", () => {
    const [without, withNps] = [scored(20, contribution("csat", 20)), scored(5, contribution("nps", 5))];
    expect(mainReason(without, withNps)).toBe("The measure csat no longer counts. Before: 20 of 30 points.");
    expect(mainReason(scored(0), withNps)).toBe("The measure nps counts now: 5 of 30 points.");
  });

  it("tells no number of a financial measure, and no number of seats", () => {
    const financial = mainReason(scored(20, contribution("won_expansion", 20)), scored(0));
    expect(financial).toBe("The measure won_expansion counts differently.");
    const seats = mainReason(
      scored(20, contribution("seats_used", 20)),
      scored(5, contribution("seats_used", 5)),
    );
    expect(seats).not.toContain("17 of 20");
  });

  it("puts a cap before the measures, and its end too", () => {
    const free = scored(60, contribution("nps", 25));
    const held = { ...scored(55, contribution("nps", 20)), healthScore: 49, caps: [cap] };
    expect(mainReason(free, held)).toBe("Held at 49.");
    expect(mainReason(held, free)).toBe("This no longer holds the score down: Held at 49.");
    expect(mainReason(held, { ...held, band: "red" })).toMatch(/^The score is the same/);
  });

  it("says that too little is known, or enough", () => {
    const blind = healthResult({ calculatedScore: null, healthScore: null, band: null });
    expect(mainReason(scored(60), blind)).toMatch(/^Too little/);
    expect(mainReason(blind, scored(60))).toMatch(/^Enough/);
  });
});

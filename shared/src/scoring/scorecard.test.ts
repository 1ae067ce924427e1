import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../errors.ts";
import { measureScore, ramp, scaleTrouble, tiers } from "./measures.ts";
import { parseScorecard, type Scorecard } from "./scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "./scorecard-six-v1.ts";
import { measureTextOf } from "./signals/measure-text.ts";

const changed = (change: (card: Scorecard) => void): Scorecard => {
  const copy = JSON.parse(JSON.stringify(SCORECARD_DEFAULT_V1)) as Scorecard;
  change(copy);
  return copy;
};
const troubleOf = (value: unknown): DomainError => {
  try {
    parseScorecard(value);
  } catch (error) {
    if (error instanceof DomainError) return error;
  }
  throw new Error("the scorecard was accepted");
};

describe("scorecards", () => {
  it.each([
    [SCORECARD_DEFAULT_V1, { engagement: 30, adoption: 25, satisfaction: 25, growth: 20 }],
    [
      SCORECARD_SIX_V1,
      {
        product_usage: 25,
        support: 20,
        engagement: 15,
        stakeholders: 15,
        business_outcomes: 15,
        relationship: 10,
      },
    ],
  ])("have the published weights, each signal once, and a source for every scale", (card, weights) => {
    expect(Object.fromEntries(card.dimensions.map((d) => [d.key, d.weight]))).toEqual(weights);
    const measures = card.dimensions.flatMap((d) => d.measures);
    expect(new Set(measures.map((m) => m.signal)).size).toBe(measures.length);
    for (const { source, signal } of measures) expect([signal, source.length > 10]).toEqual([signal, true]);
  });

  it("of the six dimensions need no financial grant", () => {
    for (const { signal } of SCORECARD_SIX_V1.dimensions.flatMap((d) => d.measures))
      expect([signal, measureTextOf([], signal).isFinancial]).toEqual([signal, false]);
  });

  it("from before signals of one's own are read as having none", () => {
    const { customSignals: _, ...old } = SCORECARD_DEFAULT_V1;
    expect(parseScorecard(old)).toEqual(SCORECARD_DEFAULT_V1);
  });

  describe("with signals of their own", () => {
    const goal = {
      key: "goal",
      label: "Goal score",
      unit: "of 10",
      definition: "How the customer scores its own goal.",
      source: "hubspot",
      kind: "number",
      staleAfterDays: 90,
      isFinancial: false,
    };
    const using = (signal: string, customSignals: unknown[]) => ({
      ...changed((c) => {
        const first = c.dimensions[0]?.measures[0];
        if (first) Object.assign(first, { signal });
      }),
      customSignals,
    });

    it("are taken when all that they use is defined", () => {
      expect(parseScorecard(using("custom.goal", [goal])).customSignals).toEqual([goal]);
    });

    it.each([
      ["custom.goals", [goal], "custom.goals is not defined"],
      ["custom.goal", [goal, goal], "custom.goal is defined twice"],
      ["custom.goal", [{ ...goal, kind: "choice" }], "choice needs at least one choice"],
      ["custom.goal", [{ ...goal, key: "Goal!" }], "customSignals[0].key"],
      ["custom.Goal!", [goal], "signal"],
      ["unheard_of", [goal], "signal"],
    ])("are refused by name: %s of %j", (signal, customSignals, message) => {
      expect(troubleOf(using(signal, customSignals)).message).toContain(message);
    });
  });

  it("are refused with the sum when weights do not add up to 100", () => {
    const dimensions = changed((card) => {
      const [first] = card.dimensions;
      if (first) first.weight = 25;
    });
    expect(troubleOf(dimensions)).toMatchObject({
      code: "weights_invalid",
      message: "The weights of the dimensions sum to 95, they have to sum to 100.",
    });
    const measures = changed((card) => {
      const first = card.dimensions[1]?.measures[0];
      if (first) first.weight = 35.5;
    });
    expect(troubleOf(measures).message).toContain("Adoption sum to 100.5");
  });

  it("are refused with the measure's name when its scale goes up and down", () => {
    const card = changed((c) => {
      const first = c.dimensions[0]?.measures[0];
      if (first) first.scale = ramp([0, 0], [5, 100], [9, 50]);
    });
    expect(troubleOf(card)).toMatchObject({
      code: "measure_invalid",
      message: expect.stringContaining("login_frequency"),
    });
  });

  it("are refused when a measure is there twice, a band order is wrong, or a field is missing", () => {
    const twice = changed((c) => {
      for (const m of c.dimensions[0]?.measures.slice(0, 2) ?? []) m.signal = "nps";
    });
    expect(troubleOf(twice).message).toContain("nps is there twice");
    expect(
      troubleOf({ ...SCORECARD_DEFAULT_V1, bands: { ...SCORECARD_DEFAULT_V1.bands, yellowFrom: 80 } })
        .message,
    ).toContain("yellow");
    expect(troubleOf({ ...SCORECARD_DEFAULT_V1, caps: undefined }).message).toContain("caps");
    expect(troubleOf(null).code).toBe("scorecard_invalid");
  });
});

describe("scales", () => {
  it("draws straight lines between a ramp's points, level outside", () => {
    const up = ramp([0, 0], [10, 100]);
    expect([-5, 0, 2.5, 10, 99].map((v) => measureScore(up, v))).toEqual([0, 0, 25, 100, 100]);
  });

  it("takes a tier from its lower limit on", () => {
    const steps = tiers([0, 100], [1, 20], [2, 0]);
    expect([-1, 0, 0.99, 1, 1.99, 2, 50].map((v) => measureScore(steps, v))).toEqual([
      100, 100, 100, 20, 20, 0, 0,
    ]);
  });

  it("is monotone and within 0–100 for every measure of both templates", () => {
    const value = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const dimensions = [...SCORECARD_DEFAULT_V1.dimensions, ...SCORECARD_SIX_V1.dimensions];
    for (const { signal, scale } of dimensions.flatMap((d) => d.measures)) {
      const isRising = measureScore(scale, 1e4) > measureScore(scale, -1e4);
      fc.assert(
        fc.property(value, value, (a, b) => {
          const [low, high] = [measureScore(scale, Math.min(a, b)), measureScore(scale, Math.max(a, b))];
          return (
            Math.min(low, high) >= 0 && Math.max(low, high) <= 100 && (isRising ? low <= high : low >= high)
          );
        }),
        { numRuns: 50 },
      );
      expect(scaleTrouble(scale), signal).toBeNull();
    }
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo } from "../../../tests/support/account-facts.ts";
import { bandOf, nextBand } from "./band-hysteresis.ts";
import type { BandMemory } from "./health-result.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const rules = SCORECARD_DEFAULT_V1.bands;
const noRisk = { isAtRisk: false, atRiskSince: null };

/** Bands after evaluations at the given days before now. */
function bands(
  steps: readonly (readonly [days: number, score: number | null, cap?: number])[],
): (string | null)[] {
  let memory: BandMemory | null = null;
  return steps.map(([days, score, cap]) => {
    memory = { ...nextBand(rules, memory, score, cap ?? null, daysAgo(days)), ...noRisk };
    return memory.band;
  });
}

describe("bands", () => {
  it.each([
    [0, "red"],
    [49.9, "red"],
    [50, "yellow"],
    [74.9, "yellow"],
    [75, "green"],
    [100, "green"],
  ])("are half-open: %s is %s", (score, band) => expect(bandOf(rules, score)).toBe(band));

  it("are set directly by the first evaluation", () => {
    expect(bands([[1, 51]])).toEqual(["yellow"]);
  });

  it("fall after two evaluations under the line", () => {
    expect(
      bands([
        [9, 80],
        [8, 74],
        [7, 76],
        [6, 74],
        [5, 73],
      ]),
    ).toEqual(["green", "green", "green", "green", "yellow"]);
  });

  it("count evaluations within hours as one, also when they never pause", () => {
    const hourly = Array.from({ length: 8 }, (_, hour) => [1 - hour / 24, 74] as const);
    expect(bands([[2, 80], ...hourly])).toEqual([
      ...Array.from({ length: 7 }, () => "green"),
      "yellow",
      "yellow",
    ]);
  });

  it("fall at once when the score is 5 under the line, over as many bands as that is true for", () => {
    expect(
      bands([
        [2, 80],
        [1, 70],
      ]),
    ).toEqual(["green", "yellow"]);
    expect(
      bands([
        [2, 80],
        [1, 70.1],
      ]),
    ).toEqual(["green", "green"]);
    expect(
      bands([
        [2, 80],
        [1, 45],
      ]),
    ).toEqual(["green", "red"]);
    expect(
      bands([
        [2, 80],
        [1, 48],
        [0, 48],
      ]),
    ).toEqual(["green", "yellow", "red"]);
  });

  it("rise after three days at 5 above the line, without a day below", () => {
    expect(
      bands([
        [9, 70],
        [8, 80],
        [6, 81],
        [5, 80],
      ]),
    ).toEqual(["yellow", "yellow", "yellow", "green"]);
    expect(
      bands([
        [9, 70],
        [8, 80],
        [6, 79.9],
        [5, 80],
        [3, 80],
      ]),
    ).toEqual(Array.from({ length: 5 }, () => "yellow"));
  });

  it("rise one band at a time", () => {
    expect(
      bands([
        [9, 20],
        [8, 95],
        [5, 95],
        [2, 95],
      ]),
    ).toEqual(["red", "red", "yellow", "green"]);
  });

  it("fall at once under a cap, and rise with patience when it is lifted", () => {
    expect(
      bands([
        [9, 90],
        [8, 49, 49],
        [7, 90],
        [4, 90],
        [1, 90],
      ]),
    ).toEqual(["green", "red", "red", "yellow", "green"]);
  });

  it("end without a score, and begin anew with the next one", () => {
    expect(
      bands([
        [3, 90],
        [2, null],
        [1, 76],
      ]),
    ).toEqual(["green", null, "green"]);
  });

  it("do not change when the same moment is evaluated again", () => {
    const stepArb = fc.tuple(fc.nat(30), fc.double({ min: 0, max: 100, noNaN: true }));
    fc.assert(
      fc.property(fc.array(stepArb, { minLength: 1, maxLength: 12 }), (steps) => {
        const ordered = steps.toSorted((a, b) => b[0] - a[0]);
        const last = ordered.at(-1);
        const once = bands(ordered);
        return last === undefined || bands([...ordered, last]).at(-1) === once.at(-1);
      }),
    );
  });

  it("are never better than a steady score's own band, and never stay above it for long", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (first, then) => {
          const end = bands([
            [20, first],
            ...Array.from({ length: 15 }, (_, i) => [15 - i, then] as const),
          ]).at(-1);
          const own = bandOf(rules, then);
          const isInMargin = [50, 75].some((line) => then >= line && then < line + 5);
          return end === own || (isInMargin && then > first);
        },
      ),
    );
  });
});

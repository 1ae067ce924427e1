import { describe, expect, it } from "vitest";
import { everywhere, plainCard, planOf } from "../../../tests/support/backtest-book.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { tellsOfMoney } from "./financial-part.ts";

const changed = (
  change: (dimension: Scorecard["dimensions"][number]) => Partial<Scorecard["dimensions"][number]>,
) => ({
  ...SCORECARD_DEFAULT_V1,
  version: "other-1",
  dimensions: SCORECARD_DEFAULT_V1.dimensions.map((dimension) => ({ ...dimension, ...change(dimension) })),
});
const tells = (candidate: Scorecard) => tellsOfMoney(planOf(SCORECARD_DEFAULT_V1, candidate));

describe("whether single customers need the financial grant", () => {
  it("no, where deals and seats count as they do now, or not at all", () => {
    expect(tells({ ...SCORECARD_DEFAULT_V1, version: "other-1" })).toBe(false);
    const bands = { ...SCORECARD_DEFAULT_V1.bands, greenFrom: 80 };
    expect(tells({ ...SCORECARD_DEFAULT_V1, version: "other-1", bands })).toBe(false);
    expect(tells(plainCard("plain-1"))).toBe(false);
    // what moves between the others tells nothing
    expect(
      tells(
        changed(({ key, weight }) => ({
          weight: key === "engagement" ? weight - 5 : key === "adoption" ? weight + 5 : weight,
        })),
      ),
    ).toBe(false);
  });

  it("yes, where another weight, another neighbour or a new measure tells them apart", () => {
    expect(tells(changed(({ key, weight }) => (key === "growth" ? { weight: weight + 5 } : {})))).toBe(true);
    expect(
      tells(changed(({ key, measures }) => (key === "growth" ? { measures: measures.slice(1) } : {}))),
    ).toBe(true);
    expect(tellsOfMoney(planOf(plainCard("plain-1"), SCORECARD_DEFAULT_V1))).toBe(true);
  });

  it("asks for each segment", () => {
    const plan = planOf(plainCard("plain-1"), plainCard("plain-2"));
    expect(tellsOfMoney({ ...plan, candidate: { ...plan.candidate, new: SCORECARD_DEFAULT_V1 } })).toBe(true);
    const known = everywhere(SCORECARD_DEFAULT_V1);
    expect(tellsOfMoney({ current: known, candidate: { ...known, new: plainCard("plain-2") } })).toBe(false);
  });
});

import { accountHealthView, changeExplanation } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import {
  agentView,
  calmExplanation,
  explanation,
  HEALTH_VIEWS,
  unscoredExplanation,
} from "./health-views.ts";

const sum = (rows: readonly { points: number }[]): number => rows.reduce((s, r) => s + r.points, 0);

describe.each(Object.entries(HEALTH_VIEWS))("the example view %s", (_name, view) => {
  it("is in the schema that both apps are served with", () => {
    expect(accountHealthView.strict().parse(view)).toEqual(view);
  });

  it("has a number exactly when it is scored", () => {
    const isScored = view.status === "scored";
    expect([view.healthScore, view.calculatedScore, view.band].map((v) => v !== null)).toEqual(
      Array(3).fill(isScored),
    );
  });

  it("has changes that add up to their total", () => {
    if (view.changes !== null) expect(sum(view.changes.items)).toBeCloseTo(view.changes.points, 9);
  });

  it("is never above a cap in force, nor differs from the calculated score without one or a person's points", () => {
    const own = (view.calculatedScore ?? 100) + (view.override?.points ?? 0);
    const limit = Math.min(own, ...view.caps.map((c) => c.limit));
    if (view.healthScore !== null) expect(view.healthScore).toBe(limit);
  });

  it("keeps the probability inside its interval", () => {
    const { low80, probability, high80 } = view.churnRisk;
    if (probability === null) {
      expect([low80, high80]).toEqual([null, null]);
    } else {
      expect(low80).toBeLessThanOrEqual(probability);
      expect(high80).toBeGreaterThanOrEqual(probability);
    }
  });
});

it("has contributions that add up to the calculated score, where the reader may see all of them", () => {
  for (const view of Object.values(HEALTH_VIEWS)) {
    if (view.status === "scored" && view.role !== "agent")
      expect(sum(view.contributions)).toBeCloseTo(view.calculatedScore ?? 0, 9);
  }
});

it("shows an agent nothing that is about deals", () => {
  const { freshness: _crm, account: _links, ...shown } = agentView;
  expect(JSON.stringify(shown)).not.toMatch(/deal|expansion|revenue|renewal value/i);
});

it.each([
  ["with changes", explanation],
  ["of a calm time", calmExplanation],
  ["without an earlier score", unscoredExplanation],
])("explains a change %s as the schema says, adding up", (_name, example) => {
  expect(changeExplanation.strict().parse(example)).toEqual(example);
  if (example.points !== null) expect(sum(example.items)).toBeCloseTo(example.points, 9);
});

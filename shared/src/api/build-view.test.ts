import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo, failingFacts, healthyFacts, NOW, usage } from "../../../tests/support/account-facts.ts";
import { foldAsOf } from "../fold-observations.ts";
import { maySeeFinancial } from "../grants.ts";
import type { Observation } from "../observation.ts";
import { FINANCIAL_MEASURES } from "../open-explanation.ts";
import { applyPolicy } from "../policy.ts";
import type { Role } from "../roles.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { scoreAccount } from "../scoring/score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { type AccountHealthView, accountHealthView } from "./account-health.ts";
import { buildAccountHealthView, type HealthViewInput } from "./build-view.ts";

const scoreAt = (facts: readonly Observation[], now = NOW): HealthResult =>
  scoreAccount({
    state: foldAsOf(facts, now),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now,
    sources: { crm: now, tickets: now },
    previous: null,
  });

const inputOf = (facts: readonly Observation[], of: Partial<HealthViewInput> = {}): HealthViewInput => ({
  account: {
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0001",
    name: "Larkspur Analytics",
    createdAt: daysAgo(800),
    links: [
      { ref: { platform: "hubspot", objectType: "company", id: "9001" }, rule: "anchor" },
      { ref: { platform: "zendesk", objectType: "organization", id: "7001" }, rule: "domain" },
    ],
    portalId: "123",
    subdomain: "larkspur",
  },
  result: scoreAt(facts),
  trend: [daysAgo(14), daysAgo(7)].map((day) => ({
    at: day,
    healthScore: scoreAt(facts, day).healthScore,
    isReconstructed: true,
  })),
  weekAgo: scoreAt(facts, daysAgo(7)),
  monthAgo: scoreAt(facts, daysAgo(30)),
  scorecard: SCORECARD_DEFAULT_V1,
  corrections: [],
  now: NOW,
  reader: { id: "hubspot:1", role: "csm", financial: true },
  ...of,
});
const viewOf = (facts: readonly Observation[], of: Partial<HealthViewInput> = {}): AccountHealthView =>
  buildAccountHealthView(inputOf(facts, of));
const sum = (items: readonly { points: number }[]): number => items.reduce((total, i) => total + i.points, 0);
const agent = (view: AccountHealthView): AccountHealthView => applyPolicy(view, "agent", { financial: true });

describe("the view", () => {
  it("is what the cards expect, for every reader and whatever is known", () => {
    const roles = fc.constantFrom<Role>("agent", "csm", "lead", "admin");
    fc.assert(
      fc.property(
        fc.subarray([...healthyFacts(), ...failingFacts()]),
        roles,
        fc.boolean(),
        (facts, role, financial) => {
          const parsed = accountHealthView.safeParse(applyPolicy(viewOf(facts), role, { financial }));
          expect(parsed.error?.message).toBeUndefined();
          expect(parsed.data?.role).toBe(role);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("compares with a week and a month ago", () => {
    const { changes, trend, healthScore } = viewOf(failingFacts());
    expect(changes?.since).toBe(daysAgo(7).toISOString());
    expect(sum(changes?.items ?? [])).toBeCloseTo(changes?.points ?? 0, 9);
    expect(trend.change30d).toBeCloseTo(
      (healthScore ?? 0) - (scoreAt(failingFacts(), daysAgo(30)).healthScore ?? 0),
      9,
    );
    expect(trend).toMatchObject({
      direction: "down",
      points: [{ isReconstructed: true }, { isReconstructed: true }],
    });
    expect(viewOf(failingFacts(), { weekAgo: null, monthAgo: null })).toMatchObject({
      changes: null,
      trend: { change30d: null, direction: "unknown" },
    });
  });

  it("links to both platforms, where they are connected", () => {
    expect(viewOf([]).account).toMatchObject({
      matchRule: "domain",
      hubspotUrl: "https://app.hubspot.com/contacts/123/record/0-2/9001",
      zendeskUrl: "https://larkspur.zendesk.com/agent/organizations/7001",
    });
    const alone = { ...inputOf([]).account, links: inputOf([]).account.links.slice(0, 1), portalId: null };
    expect(viewOf([], { account: alone }).account).toMatchObject({
      matchRule: null,
      hubspotUrl: null,
      zendeskOrganizationId: null,
    });
  });

  it("is pending before the first calculation", () => {
    const view = viewOf([], { result: null, trend: [], weekAgo: null, monthAgo: null });
    expect(accountHealthView.safeParse(view).success).toBe(true);
    expect(view).toMatchObject({
      status: "pending",
      healthScore: null,
      churnRisk: { basis: "abstained" },
      scoredAt: null,
    });
  });
});

describe("the policy", () => {
  it("needs the grant, and never counts it for agents", () => {
    expect(maySeeFinancial("admin", { financial: false })).toBe(false);
    expect(maySeeFinancial("csm", { financial: true })).toBe(true);
    expect(maySeeFinancial("agent", { financial: true })).toBe(false);
    const view = viewOf(healthyFacts());
    expect(applyPolicy(view, "lead", { financial: true })).toEqual({ ...view, role: "lead" });
  });

  it("shows a team member without the grant one row instead, and the points still add up", () => {
    const full = viewOf(healthyFacts());
    const view = applyPolicy(full, "csm", { financial: false });
    expect(sum(view.contributions)).toBeCloseTo(view.calculatedScore ?? 0, 9);
    expect(sum(view.changes?.items ?? [])).toBeCloseTo(full.changes?.points ?? 0, 9);
    expect(view.contributions.some((c) => FINANCIAL_MEASURES.has(c.measure))).toBe(false);
    expect(JSON.stringify(view)).not.toMatch(/expansion|seat_growth|than before \(16\)/i);
  });

  it("shows an agent neither a financial measure nor the number of seats", () => {
    for (const facts of [
      healthyFacts(),
      failingFacts(),
      healthyFacts().filter((o) => o.kind === "deal" || o.kind === "usage"),
    ]) {
      const view = agent(viewOf(facts));
      expect(JSON.stringify(view)).not.toMatch(
        /expansion|seat_growth|Seat growth|deal|of \d+ seats|\d per seat/i,
      );
    }
  });

  it("gives an agent nothing that the hidden measures could be worked out from", () => {
    const view = agent(viewOf(healthyFacts()));
    const rest = view.contributions.filter((c) => c.measure === "other");
    const full = viewOf(healthyFacts());
    const open = full.contributions.filter(
      (c) => c.measureScore !== null && !FINANCIAL_MEASURES.has(c.measure),
    );
    expect(rest).toHaveLength(1);
    // at least half of what everybody may see is in the same row as what is hidden
    expect(view.contributions.length - 1).toBeLessThanOrEqual(open.length / 2);
    expect(view.dimensions).toHaveLength(1);
    expect(sum(view.contributions)).toBeCloseTo(view.calculatedScore ?? 0, 9);
    expect(new Set(view.reasons.map((r) => r.measure)).size).toBeLessThanOrEqual(
      view.contributions.length - 1,
    );
  });

  it("shows an agent every row where no financial measure has a part in the score", () => {
    const facts = healthyFacts().filter((o) => o.kind !== "deal" && o.key !== "seats");
    const view = agent(viewOf(facts));
    expect(view.dimensions).toHaveLength(4);
    expect(sum(view.contributions)).toBeCloseTo(view.calculatedScore ?? 0, 9);
    expect(view.missing.some((m) => FINANCIAL_MEASURES.has(m.measure))).toBe(false);
  });

  it("names no financial measure to an agent without a score, either", () => {
    const facts = healthyFacts().filter((o) => o.kind === "deal");
    const view = agent(viewOf(facts));
    expect(view.status).toBe("not_enough_data");
    expect(view.contributions.filter((c) => FINANCIAL_MEASURES.has(c.measure))).toEqual([]);
  });

  it("gives an agent no more of a change and of the churn risk than of the score", () => {
    const before = scoreAt([...healthyFacts(), usage("logins", 60, 0)].filter((o) => o.kind !== "deal"));
    const full = viewOf(healthyFacts(), { weekAgo: before });
    const view = agent(full);
    const shown = new Set([
      ...view.reasons.map((r) => r.measure),
      "other",
      "tenure",
      "notice_of_non_renewal",
    ]);
    expect(view.changes?.items.filter((i) => !shown.has(i.measure))).toEqual([]);
    expect(view.churnRisk.reasons.filter((r) => !shown.has(r.feature))).toEqual([]);
    expect(sum(view.changes?.items ?? [])).toBeCloseTo(full.changes?.points ?? Number.NaN, 9);
  });
});

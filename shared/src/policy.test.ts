import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { daysAgo, failingFacts, healthyFacts, NOW } from "../../tests/support/account-facts.ts";
import type { AccountHealthView, ChangeExplanation } from "./api/account-health.ts";
import { buildAccountHealthView } from "./api/build-view.ts";
import { evidenceUrl } from "./api/evidence-links.ts";
import type { KeptCorrection } from "./corrections/correction-view.ts";
import { foldAsOf } from "./fold-observations.ts";
import type { Observation } from "./observation.ts";
import { FINANCIAL_MEASURES } from "./open-explanation.ts";
import { applyPolicy } from "./policy.ts";
import { applyExplanationPolicy } from "./policy-of-explanations.ts";
import type { Role } from "./roles.ts";
import { CHURN_PRIOR_V1 } from "./scoring/churn-prior-v1.ts";
import { explainPeriod } from "./scoring/explain-period.ts";
import type { HealthResult } from "./scoring/health-result.ts";
import { scoreAccount } from "./scoring/score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scoring/scorecard-default-v1.ts";
import { SIGNALS } from "./scoring/signals/catalogue.ts";
import { signalKeys } from "./scoring/signals/signal.ts";

const PLACES = { portalId: "123", subdomain: "larkspur" };
const REASON = "Something that only people with the grant may read.";
const anyFacts = fc.subarray([...healthyFacts(), ...failingFacts()]);
const readers = fc
  .record({ role: fc.constantFrom<Role>("agent", "csm", "lead", "admin"), financial: fc.boolean() })
  .filter(({ role, financial }) => role === "agent" || !financial);
const overrideOf = (id: string) => ({
  kind: "points" as const,
  points: -3,
  correctionId: id,
  reason: REASON,
  by: "Ada",
  at: daysAgo(1).toISOString(),
  expiresAt: daysAgo(-9).toISOString(),
});
const scoreAt = (facts: readonly Observation[], now: Date, overrides: ReturnType<typeof overrideOf>[] = []) =>
  scoreAccount({
    state: foldAsOf(facts, now),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel: CHURN_PRIOR_V1,
    now,
    sources: { crm: now, tickets: now },
    previous: null,
    overrides,
  });
const correctionOf = (target: string): KeptCorrection => ({
  id: `c-${target}`,
  target,
  direction: "too_high",
  reason: REASON,
  evidence: REASON,
  author: "hubspot:1",
  authorName: "Ada",
  createdAt: daysAgo(1).toISOString(),
  expiresAt: daysAgo(-9).toISOString(),
  withdrawnAt: null,
});
/** Every signal has evidence, a deal among it. */
const withEvidence = (result: HealthResult): HealthResult => ({
  ...result,
  contributions: result.contributions.map((c) => ({
    ...c,
    evidence: [
      { ref: "hubspot:deal:77", label: "Deal 77, open", url: null },
      { ref: "zendesk:ticket:12", label: "Ticket 12, urgent", url: null },
    ],
  })),
});
const viewOf = (
  facts: readonly Observation[],
  target: string,
  role: Role,
  financial: boolean,
): AccountHealthView =>
  buildAccountHealthView({
    account: { id: "a", name: "Acme", createdAt: daysAgo(800), links: [], ...PLACES },
    result: withEvidence(scoreAt(facts, NOW, [overrideOf(`c-${target}`)])),
    trend: [],
    weekAgo: scoreAt(facts.slice(0, -4), daysAgo(7)),
    monthAgo: null,
    scorecard: SCORECARD_DEFAULT_V1,
    corrections: [correctionOf(target)],
    now: NOW,
    reader: { id: "x", role, financial },
  });

/** Everything that names a financial measure. */
const NAMES = [...FINANCIAL_MEASURES].flatMap((key) => {
  const known = signalKeys.find((signal) => signal === key);
  return known === undefined ? [key] : [`"${key}"`, SIGNALS[known].label];
});
const leaks = (shown: unknown): string[] => {
  const text = JSON.stringify(shown);
  return [...NAMES, "hubspot:deal", "Deal 77"].filter((name) => text.includes(name));
};

describe("without the financial grant", () => {
  it("nothing of a view names a financial measure, its evidence, or what was said of it", () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom(...signalKeys), readers, (facts, target, { role, financial }) => {
        const view = applyPolicy(viewOf(facts, target, role, financial), role, { financial });
        expect(leaks(view)).toEqual([]);
        expect(JSON.stringify(view).includes(REASON)).toBe(!FINANCIAL_MEASURES.has(target));
        expect(view.corrections).toMatchObject([{ direction: "too_high", by: "Ada" }]);
      }),
      { numRuns: 150 },
    );
  });

  it("an agent's steps are among what an agent is told of, whoever the view was built for", () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom<Role>("agent", "admin"), (facts, builtFor) => {
        const view = applyPolicy(viewOf(facts, "score", builtFor, true), "agent", { financial: true });
        const told = new Set(view.contributions.map((c) => c.measure));
        const caps = new Set(view.caps.map((cap) => cap.cap));
        for (const { measure } of view.counterfactual?.options.flatMap((option) => option.steps) ?? [])
          expect(told.has(measure) || caps.has(measure)).toBe(true);
        expect(JSON.stringify(view.counterfactual)).not.toContain("per seat");
      }),
      { numRuns: 150 },
    );
  });

  it("an explanation of a period names none either, at whichever end it counts, and still adds up", () => {
    fc.assert(
      fc.property(anyFacts, anyFacts, readers, (before, after, { role, financial }) => {
        const ends = { earlier: scoreAt(before, daysAgo(30)), later: withEvidence(scoreAt(after, NOW)) };
        const full = explainPeriod({ from: daysAgo(30), to: NOW, ...ends, between: [], places: PLACES });
        const shown = applyExplanationPolicy(full, ends, role, { financial });
        expect(leaks(shown)).toEqual([]);
        const sum = ({ items }: ChangeExplanation): number =>
          items.reduce((all, item) => all + item.points, 0);
        if (full.points !== null) expect(Math.abs(sum(shown) - full.points)).toBeLessThan(1e-9);
        if (role !== "agent") return;
        expect(JSON.stringify(shown)).not.toMatch(/of \d+ seats|\d per seat/);
        // what is hidden is never alone in its row
        const hidden = full.items.filter((item) => FINANCIAL_MEASURES.has(item.measure));
        const counting = ends.later.contributions.filter(
          (c) => c.measureScore !== null && !FINANCIAL_MEASURES.has(c.measure),
        );
        if (hidden.length > 0)
          expect(shown.items.length - 1).toBeLessThanOrEqual(Math.max(1, counting.length / 2));
      }),
      { numRuns: 150 },
    );
  });

  it("with it, everything is there", () => {
    const view = viewOf(healthyFacts(), "seat_growth", "admin", true);
    expect(applyPolicy(view, "admin", { financial: true })).toEqual(view);
    expect(leaks(view)).toContain("hubspot:deal");
    expect(JSON.stringify(view)).toContain(REASON);
  });
});

describe("evidence", () => {
  it.each([
    ["hubspot:ticket:12", "https://app.hubspot.com/contacts/123/record/0-5/12"],
    ["hubspot:deal:12", "https://app.hubspot.com/contacts/123/record/0-3/12"],
    ["zendesk:ticket:12", "https://larkspur.zendesk.com/agent/tickets/12"],
    ["zendesk:organization:7", "https://larkspur.zendesk.com/agent/organizations/7"],
    ["zendesk:rating:12", null],
    ["hubspot:toString:12", null],
    ["hubspot:ticket:12/../../x", null],
    ["elsewhere:ticket:12", null],
    ["", null],
  ])("of %s is found at %s", (ref, url) => {
    expect(evidenceUrl(ref, PLACES)).toBe(url);
    expect(evidenceUrl(ref, { portalId: null, subdomain: null })).toBeNull();
  });
});

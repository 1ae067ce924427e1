import { describe, expect, it } from "vitest";
import {
  contact,
  contactGone,
  daysAgo,
  daysAgoText,
  fact,
  failingFacts,
  healthyFacts,
  NOW,
} from "../../tests/support/account-facts.ts";
import type { AccountHealthView } from "./api/account-health.ts";
import { buildAccountHealthView } from "./api/build-view.ts";
import { foldObservations } from "./fold-observations.ts";
import type { Observation } from "./observation.ts";
import { applyPolicy } from "./policy.ts";
import type { Role } from "./roles.ts";
import { CHURN_PRIOR_V1 } from "./scoring/churn-prior-v1.ts";
import { RED_FLAGS } from "./scoring/red-flags.ts";
import { scoreAccount } from "./scoring/score-account.ts";
import { parseScorecard, type Scorecard } from "./scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scoring/scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "./scoring/scorecard-six-v1.ts";

const READERS: [Role, boolean][] = [
  ["agent", true],
  ["agent", false],
  ["csm", false],
  ["lead", false],
];

/** The default scorecard with two signals of the tenant's own, of which one needs the grant. */
const [engagement, ...others] = SCORECARD_DEFAULT_V1.dimensions;
const ramp = {
  kind: "ramp",
  points: [
    { value: 0, score: 0 },
    { value: 1000, score: 100 },
  ],
};
const own = (key: string, label: string, isFinancial: boolean) => ({
  key,
  label,
  unit: "points",
  definition: "Made for the test.",
  source: "hubspot",
  kind: "number",
  staleAfterDays: null,
  isFinancial,
});
const CARD: Scorecard = parseScorecard({
  ...SCORECARD_DEFAULT_V1,
  customSignals: [own("arr", "Yearly revenue", true), own("goal", "Goal score", false)],
  dimensions: [
    {
      ...engagement,
      measures: ["custom.arr", "custom.goal"].map((signal) => ({
        signal,
        weight: 50,
        scale: ramp,
        source: "Made for the test",
      })),
    },
    ...others,
  ],
});
const value = (key: string, amount: number): Observation =>
  fact("hubspot:company:1", 3, { kind: "custom", key, value: amount });

function viewOf(
  facts: readonly Observation[],
  role: Role,
  financial: boolean,
  scorecard = CARD,
): AccountHealthView {
  const result = scoreAccount({
    state: foldObservations(facts),
    createdAt: daysAgo(800),
    scorecard,
    churnModel: CHURN_PRIOR_V1,
    now: NOW,
    sources: { crm: NOW, tickets: NOW },
    previous: null,
  });
  const view = buildAccountHealthView({
    account: {
      id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0001",
      name: "Larkspur Analytics",
      createdAt: daysAgo(800),
      links: [],
      portalId: "123",
      subdomain: "larkspur",
    },
    result,
    trend: [],
    weekAgo: null,
    monthAgo: null,
    scorecard,
    corrections: [],
    now: NOW,
    reader: { id: "hubspot:1", role, financial },
  });
  return applyPolicy(view, role, { financial });
}

describe("signals of the tenant's own", () => {
  const facts = [...healthyFacts(), value("arr", 987), value("goal", 400)];

  it.each(READERS)(
    "that need the grant are hidden from a %s (granted: %s) in every part",
    (role, financial) => {
      for (const known of [facts, healthyFacts()]) {
        const text = JSON.stringify(viewOf(known, role, financial));
        expect(text).not.toMatch(/987|Yearly revenue|custom\.arr/);
      }
    },
  );

  it("that need no grant are shown to the team, and those that do to readers with the grant", () => {
    const measures = (granted: boolean) => viewOf(facts, "csm", granted).contributions.map((c) => c.measure);
    expect(measures(false)).toContain("custom.goal");
    expect(measures(true)).toEqual(expect.arrayContaining(["custom.goal", "custom.arr"]));
  });

  it.each(READERS)("count as financial for a %s (granted: %s) where nobody can tell", (role, financial) => {
    const view = viewOf(facts, "admin", true);
    const unknown = {
      ...view,
      contributions: view.contributions.map(({ isFinancial: _, ...c }) => c),
    };
    expect(JSON.stringify(applyPolicy(unknown, role, { financial }))).not.toMatch(/custom\./);
  });
});

describe("evidence", () => {
  it.each(READERS)("of deals is not shown to a %s (granted: %s)", (role, financial) => {
    for (const facts of [healthyFacts(), failingFacts()])
      expect(JSON.stringify(viewOf(facts, role, financial, SCORECARD_DEFAULT_V1))).not.toMatch(
        /:deal:|Deal \d/,
      );
  });

  it("of deals is shown with the grant", () => {
    expect(JSON.stringify(viewOf(healthyFacts(), "csm", true, SCORECARD_DEFAULT_V1))).toContain(
      "hubspot:deal:33",
    );
  });
});

describe("red flags", () => {
  const facts = [...failingFacts(), contact("14", "champion", 60), contactGone("14", 3)];

  it("are told in full to the team, and to agents where nothing is hidden from them", () => {
    const sentence = "A champion left 3 days ago; nobody has taken the part.";
    expect(viewOf(facts, "csm", false, SCORECARD_DEFAULT_V1).redFlags).toContainEqual({
      flag: "champion_change",
      label: "Champion change",
      sentence,
      since: daysAgoText(3),
    });
    expect(viewOf(facts, "agent", false, SCORECARD_SIX_V1).redFlags.map((f) => f.sentence)).toContain(
      sentence,
    );
  });

  it("tell agents no number where one could help to work out what is hidden", () => {
    const { redFlags } = viewOf(facts, "agent", false, SCORECARD_DEFAULT_V1);
    expect(redFlags.length).toBeGreaterThan(2);
    for (const { flag, sentence, since } of redFlags) {
      expect(sentence).toBe(RED_FLAGS.find((rule) => rule.flag === flag)?.general);
      expect(since).toBeNull();
    }
  });
});

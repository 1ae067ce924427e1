import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  daysAgo,
  failingFacts,
  healthyFacts,
  NOW,
  profile,
  usage,
} from "../../../tests/support/account-facts.ts";
import type { ChurnRisk } from "../api/account-health.ts";
import { foldObservations } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import type { ChurnModel } from "./churn-model.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import { assertChurnModel } from "./churn-risk.ts";
import { scoreAccount } from "./score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";

const riskOf = (facts: readonly Observation[], churnModel: ChurnModel = CHURN_PRIOR_V1): ChurnRisk =>
  scoreAccount({
    state: foldObservations(facts),
    createdAt: daysAgo(800),
    scorecard: SCORECARD_DEFAULT_V1,
    churnModel,
    now: NOW,
    sources: { crm: NOW, tickets: NOW },
    previous: null,
  }).churnRisk;
const logit = (p: number | null): number => (p === null ? Number.NaN : Math.log(p / (1 - p)));
const width = (risk: ChurnRisk): number => logit(risk.high80) - logit(risk.low80);

describe("churn risk", () => {
  it("is the intercept plus the contributions, on the log-odds", () => {
    const risk = riskOf(failingFacts());
    const sum = risk.reasons.reduce((total, r) => total + r.logOdds, CHURN_PRIOR_V1.intercept.mean);
    expect(logit(risk.probability)).toBeCloseTo(sum, 3);
    const sizes = risk.reasons.map((r) => Math.abs(r.logOdds));
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it("lies within its interval, between 0 and 1, whatever is known", () => {
    fc.assert(
      fc.property(fc.subarray([...healthyFacts(), ...failingFacts()]), (facts) => {
        const { probability, low80, high80, band } = riskOf(facts);
        if (probability === null || low80 === null || high80 === null) return band === "unknown";
        return low80 >= 0 && low80 <= probability && probability <= high80 && high80 <= 1;
      }),
    );
  });

  it("tells apart who stays and who goes, and says that it has not learned yet", () => {
    const [healthy, failing] = [riskOf(healthyFacts()), riskOf(failingFacts())];
    expect([healthy.band, failing.band]).toEqual(["low", "high"]);
    expect(failing).toMatchObject({ basis: "expert_prior", horizonDays: 90, modelVersion: "prior-1" });
    expect(failing.note).toContain("not yet learned");
  });

  it("abstains below the coverage floor", () => {
    expect(riskOf([])).toMatchObject({
      probability: null,
      low80: null,
      high80: null,
      band: "unknown",
      basis: "abstained",
      reasons: [],
    });
  });

  it("gets wider, and says so, with every sign that is not known", () => {
    const all = riskOf(healthyFacts());
    const noUsage = riskOf(healthyFacts().filter((o) => o.kind !== "usage"));
    const less = riskOf(healthyFacts().filter((o) => o.kind !== "usage" && o.kind !== "contact"));
    expect(width(noUsage)).toBeGreaterThan(width(all));
    expect(width(less)).toBeGreaterThan(width(noUsage));
    expect(noUsage.note).toMatch(/\d+ of its signs are not known here/);
    expect(noUsage.reasons.some((r) => r.feature === "seats_used")).toBe(false);
  });

  it("holds a sign at the end of its range, so that a wild number cannot run away with it", () => {
    const many = riskOf([...healthyFacts(), usage("logins", 1e9, 0)]);
    const most = riskOf([...healthyFacts(), usage("logins", 15 * 20, 0)]);
    expect(many.probability).toBe(most.probability);
  });

  it("is high for any customer who gave notice", () => {
    expect(riskOf([...healthyFacts(), profile("noticeOfNonRenewal", true, 1)]).band).toBe("high");
  });

  it("takes a learned model in the place of the prior", () => {
    const learned: ChurnModel = {
      ...CHURN_PRIOR_V1,
      version: "learned-3",
      basis: "learned",
      note: "Learned from 64 outcomes.",
    };
    expect(riskOf(healthyFacts(), learned)).toMatchObject({ basis: "learned", modelVersion: "learned-3" });
    expect(() => assertChurnModel(learned)).not.toThrow();
  });

  it("names the feature of a model with impossible numbers", () => {
    const features = CHURN_PRIOR_V1.features.map((f) => (f.key === "nps" ? { ...f, sd: 0 } : f));
    expect(() => assertChurnModel({ ...CHURN_PRIOR_V1, features })).toThrow(/nps/);
  });
});

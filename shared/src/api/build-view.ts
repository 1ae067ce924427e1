import {
  correctionTargets,
  correctionViews,
  type KeptCorrection,
  mayOverride,
} from "../corrections/correction-view.ts";
import type { MatchRule } from "../party.ts";
import { openSteps } from "../policy.ts";
import type { Role } from "../roles.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import { abstained } from "../scoring/churn-risk.ts";
import { counterfactualOf } from "../scoring/counterfactual.ts";
import { explainChange, trendDirection } from "../scoring/explain.ts";
import { lostSentence } from "../scoring/explain-period.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import type { RecordRef } from "../source-record.ts";
import { daysBetween, roundTo } from "../units.ts";
import type { AccountHealthView } from "./account-health.ts";
import { linkedEvidence } from "./evidence-links.ts";

export interface HealthViewInput {
  account: {
    id: string;
    name: string;
    createdAt: Date;
    links: readonly { ref: RecordRef; rule: MatchRule }[];
    /** For the links to the platforms; `null` = not connected. */
    portalId: string | null;
    subdomain: string | null;
  };
  /** `null` = not calculated yet. */
  result: HealthResult | null;
  /** Oldest first; what comes after a loss is left out. */
  trend: readonly { at: Date; healthScore: number | null; isReconstructed: boolean }[];
  /** Newest results at or before 7 and 30 days ago; `null` = none. */
  weekAgo: HealthResult | null;
  monthAgo: HealthResult | null;
  /** Of the version that `result` was calculated with; `null` = not known any more, then without a counterfactual. */
  scorecard: Pick<Scorecard, "dimensions" | "bands"> | null;
  /** All of the account, in force or not. */
  corrections: readonly KeptCorrection[];
  now: Date;
  reader: HealthReader;
}

/** Who reads: an id to know own corrections by, the role, and the explicit grant for financial fields. */
export interface HealthReader {
  id: string;
  role: Role;
  financial: boolean;
}

/** The view of one account with everything in it; `applyPolicy` takes out what the reader may not see. */
export function buildAccountHealthView(input: HealthViewInput): AccountHealthView {
  const { result, reader } = input;
  const account = accountPart(input.account);
  if (result === null) return pendingView(input, account);
  return { ...scoredPart(input, result), account, role: reader.role };
}

function scoredPart(
  input: HealthViewInput,
  result: HealthResult,
): Omit<AccountHealthView, "account" | "role"> {
  const { account, scorecard, trend, weekAgo, monthAgo, corrections, reader, now } = input;
  const change30d = changeSince(monthAgo, result);
  return {
    status: result.status,
    healthScore: result.healthScore,
    calculatedScore: result.calculatedScore,
    band: result.band,
    trend: {
      change30d,
      direction: trendDirection(change30d),
      points: trend
        .map(({ at, healthScore, isReconstructed }) => ({
          at: at.toISOString(),
          score: healthScore,
          isReconstructed,
        }))
        .filter(({ at }) => result.lostAt === null || at <= result.lostAt),
    },
    bandLines: scorecard && { yellow: scorecard.bands.yellowFrom, green: scorecard.bands.greenFrom },
    segment: result.segment,
    ageDays: result.ageDays,
    atRisk: result.atRisk,
    churnRisk: result.churnRisk,
    confidence: result.confidence,
    coverage: result.coverage,
    freshness: result.freshness,
    dimensions: result.dimensions,
    contributions: result.contributions.map((c) => ({ ...c, evidence: linkedEvidence(c.evidence, account) })),
    reasons: result.reasons,
    caps: result.caps,
    changes: changesSince(weekAgo, result),
    missing: result.missing,
    redFlags: result.redFlags,
    override: result.override,
    corrections: correctionViews(corrections, correctionTargets(result), reader, now),
    counterfactual: scorecard && counterfactualOf(result, scorecard, openSteps(result, reader.role, reader)),
    lost: result.lostAt === null ? null : { at: result.lostAt, sentence: lostSentence(result.lostAt) },
    may: { correct: true, override: mayOverride(reader.role) && result.lostAt === null },
    nextStep: result.nextStep,
    scoredAt: result.scoredAt,
    scorecardVersion: result.scorecardVersion,
  };
}

/** Points of health score since an earlier result, one decimal; `null` where one of the two has no score. */
export function changeSince(
  earlier: Pick<HealthResult, "healthScore"> | null,
  later: Pick<HealthResult, "healthScore">,
): number | null {
  if (earlier === null || earlier.healthScore === null || later.healthScore === null) return null;
  return roundTo(later.healthScore - earlier.healthScore, 1);
}

function changesSince(weekAgo: HealthResult | null, result: HealthResult): AccountHealthView["changes"] {
  if (weekAgo === null || weekAgo.calculatedScore === null || result.calculatedScore === null) return null;
  return { since: weekAgo.scoredAt, ...explainChange(weekAgo, result) };
}

function accountPart(account: HealthViewInput["account"]): AccountHealthView["account"] {
  const company = account.links.find((link) => link.ref.objectType === "company");
  const organization = account.links.find((link) => link.ref.objectType === "organization");
  const joined = [company, organization].find((link) => link !== undefined && link.rule !== "anchor");
  return {
    id: account.id,
    name: account.name,
    hubspotCompanyId: company?.ref.id ?? null,
    zendeskOrganizationId: organization?.ref.id ?? null,
    matchRule: company && organization && joined && joined.rule !== "anchor" ? joined.rule : null,
    hubspotUrl:
      company && account.portalId !== null
        ? `https://app.hubspot.com/contacts/${account.portalId}/record/0-2/${company.ref.id}`
        : null,
    zendeskUrl:
      organization && account.subdomain !== null
        ? `https://${account.subdomain}.zendesk.com/agent/organizations/${organization.ref.id}`
        : null,
  };
}

/** What can be said before the first calculation. */
function pendingView(input: HealthViewInput, account: AccountHealthView["account"]): AccountHealthView {
  return {
    account,
    status: "pending",
    healthScore: null,
    calculatedScore: null,
    band: null,
    trend: { change30d: null, direction: "unknown", points: [] },
    bandLines: null,
    segment: "new",
    ageDays: Math.max(0, Math.floor(daysBetween(input.account.createdAt, input.now))),
    atRisk: { isAtRisk: false, since: null, sentences: [] },
    churnRisk: { ...abstained(CHURN_PRIOR_V1), note: "The churn risk has not been calculated yet." },
    confidence: "low",
    coverage: 0,
    freshness: [],
    dimensions: [],
    contributions: [],
    reasons: [],
    caps: [],
    changes: null,
    missing: [],
    redFlags: [],
    override: null,
    corrections: correctionViews(input.corrections, new Map(), input.reader, input.now),
    counterfactual: null,
    lost: null,
    // there is nothing yet to disagree with
    may: { correct: false, override: false },
    nextStep: "The history of this customer is still being read; the score follows by itself.",
    scoredAt: null,
    scorecardVersion: SCORECARD_DEFAULT_V1.version,
    role: input.reader.role,
  };
}

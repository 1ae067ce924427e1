import type { AccountHealthView, Contribution, SignalState } from "@bellwether/shared";

/* What the examples of `health-views.ts` are put together from. */

export const SCORED_AT = "2026-11-20T08:15:00.000Z";
export const WEEK_AGO = "2026-11-13T08:15:00.000Z";
const DAY_MS = 86_400_000;

const DIMENSION_LABELS = {
  engagement: "Engagement",
  adoption: "Adoption",
  satisfaction: "Satisfaction",
  growth: "Growth",
} as const;
const WEIGHTS = { engagement: 30, adoption: 25, satisfaction: 25, growth: 20 } as const;
type Dimension = keyof typeof DIMENSION_LABELS;

export const oneDecimal = (value: number): number => Math.round(value * 10) / 10;
export const total = (points: readonly { points: number }[]): number =>
  points.reduce((sum, p) => sum + p.points, 0);

export function measured(
  dimension: Dimension,
  measure: string,
  label: string,
  measureScore: number,
  maxPoints: number,
  sentence: string,
  state: SignalState = "measured",
): Contribution {
  const points = (measureScore * maxPoints) / 100;
  return {
    measure,
    label,
    dimension,
    state,
    points,
    maxPoints,
    measureScore,
    sentence,
    observedAt: WEEK_AGO,
    evidence: [],
  };
}

export const TICKET_EVIDENCE: Contribution["evidence"] = [
  {
    ref: "zendesk:ticket:4711",
    label: "Ticket 4711",
    url: "https://larkspur-support.zendesk.com/agent/tickets/4711",
  },
  {
    ref: "zendesk:ticket:4698",
    label: "Ticket 4698",
    url: "https://larkspur-support.zendesk.com/agent/tickets/4698",
  },
  { ref: "hubspot:ticket:31", label: "Ticket 31 in HubSpot", url: null },
];

export const withEvidence = (
  contribution: Contribution,
  evidence: Contribution["evidence"],
): Contribution => ({
  ...contribution,
  evidence,
});

export function absent(
  dimension: Dimension,
  measure: string,
  label: string,
  state: "missing" | "not_applicable",
  sentence: string,
): Contribution {
  return {
    measure,
    label,
    dimension,
    state,
    points: 0,
    maxPoints: 0,
    measureScore: null,
    sentence,
    observedAt: null,
    evidence: [],
  };
}

export function dimensionsOf(contributions: readonly Contribution[]): AccountHealthView["dimensions"] {
  return (Object.keys(DIMENSION_LABELS) as Dimension[]).map((dimension) => {
    const own = contributions.filter((c) => c.dimension === dimension);
    const effectiveWeight = own.reduce((sum, c) => sum + c.maxPoints, 0);
    const isIrrelevant = own.length > 0 && own.every((c) => c.state === "not_applicable");
    return {
      dimension,
      label: DIMENSION_LABELS[dimension],
      score: effectiveWeight > 0 ? oneDecimal((total(own) / effectiveWeight) * 100) : null,
      weight: WEIGHTS[dimension],
      effectiveWeight,
      state: effectiveWeight > 0 ? "measured" : isIrrelevant ? "not_applicable" : "missing",
    };
  });
}

/** One point per week, oldest first, ending at the time of scoring; the first `reconstructed` were calculated later. */
export function weekly(
  scores: readonly (number | null)[],
  reconstructed = 0,
): AccountHealthView["trend"]["points"] {
  const end = Date.parse(SCORED_AT);
  return scores.map((score, i) => ({
    at: new Date(end - (scores.length - 1 - i) * 7 * DAY_MS).toISOString(),
    score,
    isReconstructed: i < reconstructed,
  }));
}

export const FRESH: AccountHealthView["freshness"] = [
  {
    source: "crm",
    label: "HubSpot records",
    lastSeenAt: "2026-11-20T08:10:00.000Z",
    limitHours: 24,
    isStale: false,
  },
  {
    source: "tickets",
    label: "Support tickets",
    lastSeenAt: "2026-11-20T08:12:00.000Z",
    limitHours: 1,
    isStale: false,
  },
  {
    source: "usage",
    label: "Product usage",
    lastSeenAt: "2026-11-19T23:00:00.000Z",
    limitHours: 72,
    isStale: false,
  },
];

export const ABSTAINED: AccountHealthView["churnRisk"] = {
  probability: null,
  low80: null,
  high80: null,
  band: "unknown",
  horizonDays: 90,
  basis: "abstained",
  note: "There is too little data about this customer to estimate a risk.",
  reasons: [],
  modelVersion: "prior-1",
};

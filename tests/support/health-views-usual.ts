import type { AccountHealthView, Contribution } from "@bellwether/shared";
import {
  ABSTAINED,
  absent,
  dimensionsOf,
  FRESH,
  measured,
  oneDecimal,
  SCORED_AT,
  TICKET_EVIDENCE,
  total,
  WEEK_AGO,
  weekly,
  withEvidence,
} from "./health-view-parts.ts";

/* Examples without a person's word in them; see `health-views.ts`. */

const HEALTHY_CONTRIBUTIONS: Contribution[] = [
  measured("engagement", "logins", "Logins", 90, 15, "62 logins in 30 days, 3.1 per seat."),
  measured("engagement", "last_contact", "Last contact", 88, 15, "Last spoken to 6 days ago."),
  measured("adoption", "seats_in_use", "Seats in use", 84, 15, "17 of 20 seats in use."),
  measured("adoption", "features", "Features activated", 80, 10, "8 of 10 features activated."),
  measured("satisfaction", "open_tickets", "Open tickets", 95, 10, "1 open ticket, none urgent."),
  measured("satisfaction", "ticket_ratings", "Ticket ratings", 90, 15, "18 of 20 ticket ratings were good."),
  measured("growth", "expansion", "Expansion", 60, 10, "1 expansion deal is open."),
  measured("growth", "referrals", "Referrals", 80, 10, "2 referrals in 12 months."),
];

/** A customer who is well: green, rising, everything known. */
export const healthyView: AccountHealthView = {
  account: {
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0001",
    name: "Larkspur Analytics",
    hubspotCompanyId: "9001",
    zendeskOrganizationId: "7001",
    matchRule: "domain",
    hubspotUrl: "https://app.hubspot.com/contacts/123/record/0-2/9001",
    zendeskUrl: "https://larkspur-support.zendesk.com/agent/organizations/7001",
  },
  status: "scored",
  healthScore: oneDecimal(total(HEALTHY_CONTRIBUTIONS)),
  calculatedScore: oneDecimal(total(HEALTHY_CONTRIBUTIONS)),
  band: "green",
  trend: { change30d: 8.1, direction: "up", points: weekly([76.2, 78, 78.9, 81.5, 84.3]) },
  segment: "established",
  ageDays: 612,
  atRisk: { isAtRisk: false, since: null, sentences: [] },
  churnRisk: {
    probability: 0.021,
    low80: 0.011,
    high80: 0.04,
    band: "low",
    horizonDays: 90,
    basis: "expert_prior",
    note: "From expert estimates; not yet learned from your own renewals and losses.",
    reasons: [
      { sentence: "Logins per seat are above what most accounts reach.", logOdds: -0.62, feature: "logins" },
      { sentence: "No urgent ticket is open.", logOdds: -0.21, feature: "urgent_tickets" },
    ],
    modelVersion: "prior-1",
  },
  redFlags: [],
  override: null,
  corrections: [],
  counterfactual: null,
  lost: null,
  bandLines: { yellow: 50, green: 75 },
  may: { correct: true, override: true },
  confidence: "high",
  coverage: 1,
  freshness: FRESH,
  dimensions: dimensionsOf(HEALTHY_CONTRIBUTIONS),
  contributions: HEALTHY_CONTRIBUTIONS,
  reasons: [
    { sentence: "62 logins in 30 days, 3.1 per seat.", points: 13.5, direction: "helps", measure: "logins" },
    {
      sentence: "18 of 20 ticket ratings were good.",
      points: 13.5,
      direction: "helps",
      measure: "ticket_ratings",
    },
    { sentence: "1 expansion deal is open.", points: -4, direction: "hurts", measure: "expansion" },
  ],
  caps: [],
  changes: {
    since: WEEK_AGO,
    points: 2.8,
    items: [{ sentence: "2 more seats are in use than a week ago.", points: 2.8, measure: "seats_in_use" }],
  },
  missing: [],
  nextStep: "Ask Larkspur Analytics for a reference while things are going well.",
  scoredAt: SCORED_AT,
  scorecardVersion: "default-1",
  role: "csm",
};

const AT_RISK_CONTRIBUTIONS: Contribution[] = [
  measured("engagement", "logins", "Logins", 40, 15, "9 logins in 30 days, 0.5 per seat.", "stale"),
  measured("engagement", "last_contact", "Last contact", 50, 15, "Last spoken to 48 days ago."),
  measured("adoption", "seats_in_use", "Seats in use", 60, 15, "12 of 20 seats in use."),
  measured("adoption", "features", "Features activated", 70, 10, "7 of 10 features activated."),
  withEvidence(
    measured("satisfaction", "open_tickets", "Open tickets", 20, 10, "4 open tickets, 1 of them urgent."),
    TICKET_EVIDENCE,
  ),
  measured("satisfaction", "ticket_ratings", "Ticket ratings", 60, 15, "6 of 10 ticket ratings were good."),
  measured("growth", "expansion", "Expansion", 95, 20, "2 expansion deals are open."),
  absent("growth", "referrals", "Referrals", "missing", "Referrals are not recorded."),
];

/** A customer who may be lost: falling, and held at 49 by an urgent ticket. */
export const atRiskView: AccountHealthView = {
  ...healthyView,
  account: {
    ...healthyView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0002",
    name: "Brightwater Logistics",
    hubspotCompanyId: "9002",
    hubspotUrl: "https://app.hubspot.com/contacts/123/record/0-2/9002",
  },
  healthScore: 49,
  calculatedScore: oneDecimal(total(AT_RISK_CONTRIBUTIONS)),
  band: "red",
  trend: { change30d: -22.4, direction: "down", points: weekly([71.4, 68, 63.1, null, 49], 2) },
  ageDays: 401,
  atRisk: {
    isAtRisk: true,
    since: "2026-11-18T09:00:00.000Z",
    sentences: ["An urgent ticket has been open for 3 days.", "The health score is in the red band."],
  },
  churnRisk: {
    probability: 0.34,
    low80: 0.19,
    high80: 0.52,
    band: "high",
    horizonDays: 90,
    basis: "expert_prior",
    note: "From expert estimates; not yet learned from your own renewals and losses.",
    reasons: [
      { sentence: "Logins fell by 60% against the 30 days before.", logOdds: 1.1, feature: "login_change" },
      { sentence: "An urgent ticket is open.", logOdds: 0.7, feature: "urgent_tickets" },
    ],
    modelVersion: "prior-1",
  },
  redFlags: [
    {
      flag: "declining_usage",
      label: "Declining usage",
      sentence: "Logins fell by 60% against the 30 days before.",
      since: "2026-11-06T00:00:00.000Z",
    },
    {
      flag: "delayed_responses",
      label: "Delayed responses",
      sentence: "The last two e-mails to the customer have had no reply for 12 days.",
      since: null,
    },
  ],
  counterfactual: {
    targetBand: "yellow",
    targetScore: 50,
    neededPoints: 1,
    options: [
      {
        steps: [
          {
            measure: "open_tickets",
            label: "Open tickets",
            sentence: "Solve the urgent ticket that has been open for 3 days.",
            points: 10.5,
          },
        ],
        points: 10.5,
      },
    ],
    note: "What the score would then be, not a promise about the customer.",
  },
  confidence: "medium",
  coverage: 0.72,
  freshness: FRESH.map((f) =>
    f.source === "usage" ? { ...f, lastSeenAt: "2026-11-09T23:00:00.000Z", isStale: true } : f,
  ),
  dimensions: dimensionsOf(AT_RISK_CONTRIBUTIONS),
  contributions: AT_RISK_CONTRIBUTIONS,
  reasons: [
    { sentence: "9 logins in 30 days, 0.5 per seat.", points: -9, direction: "hurts", measure: "logins" },
    {
      sentence: "4 open tickets, 1 of them urgent.",
      points: -8,
      direction: "hurts",
      measure: "open_tickets",
    },
    { sentence: "Last spoken to 48 days ago.", points: -7.5, direction: "hurts", measure: "last_contact" },
    { sentence: "2 expansion deals are open.", points: 19, direction: "helps", measure: "expansion" },
  ],
  caps: [
    {
      cap: "urgent_ticket",
      limit: 49,
      sentence: "An urgent ticket has been open for more than 48 hours, so the score is held at 49 at most.",
      since: "2026-11-18T09:00:00.000Z",
      expiresAt: null,
    },
  ],
  changes: {
    since: WEEK_AGO,
    points: -14.1,
    items: [
      { sentence: "Logins fell from 24 to 9.", points: -8.1, measure: "logins" },
      { sentence: "An urgent ticket was opened.", points: -6, measure: "open_tickets" },
    ],
  },
  missing: [
    {
      measure: "referrals",
      label: "Referrals",
      remedy: "Map a HubSpot property that counts referrals.",
    },
  ],
  nextStep: "Call Dana Whitfield about the urgent ticket today.",
};

const NEW_CONTRIBUTIONS: Contribution[] = [
  measured("engagement", "logins", "Logins", 60, 40, "14 logins in 30 days, 2 per seat."),
  measured("adoption", "seats_in_use", "Seats in use", 70, 30, "7 of 10 seats in use."),
  measured("satisfaction", "open_tickets", "Open tickets", 55, 30, "3 open tickets, none urgent."),
  absent("growth", "expansion", "Expansion", "not_applicable", "Not counted in the first 90 days."),
];

/** A customer in the first weeks: growth is not applicable, no score 30 days ago, a learned churn model. */
export const newCustomerView: AccountHealthView = {
  ...healthyView,
  account: {
    ...healthyView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0003",
    name: "Quillfeather Studio",
    hubspotCompanyId: "9003",
    zendeskOrganizationId: null,
    matchRule: null,
    hubspotUrl: null,
    zendeskUrl: null,
  },
  healthScore: oneDecimal(total(NEW_CONTRIBUTIONS)),
  calculatedScore: oneDecimal(total(NEW_CONTRIBUTIONS)),
  band: "yellow",
  trend: { change30d: null, direction: "unknown", points: weekly([61.5]) },
  segment: "new",
  ageDays: 23,
  churnRisk: {
    ...healthyView.churnRisk,
    probability: 0.08,
    low80: 0.05,
    high80: 0.13,
    band: "medium",
    basis: "learned",
    note: "Learned from 64 renewals and losses of yours.",
    modelVersion: "learned-3",
  },
  dimensions: dimensionsOf(NEW_CONTRIBUTIONS),
  contributions: NEW_CONTRIBUTIONS,
  reasons: [
    { sentence: "14 logins in 30 days, 2 per seat.", points: -16, direction: "hurts", measure: "logins" },
    {
      sentence: "3 open tickets, none urgent.",
      points: -13.5,
      direction: "hurts",
      measure: "open_tickets",
    },
    { sentence: "7 of 10 seats in use.", points: 21, direction: "helps", measure: "seats_in_use" },
  ],
  changes: null,
  counterfactual: {
    targetBand: "green",
    targetScore: 75,
    neededPoints: 13.5,
    options: [
      {
        steps: [
          {
            measure: "logins",
            label: "Logins",
            sentence: "Bring logins from 14 to 24 in 30 days.",
            points: 13.6,
          },
        ],
        points: 13.6,
      },
      {
        steps: [
          {
            measure: "seats_in_use",
            label: "Seats in use",
            sentence: "Bring 2 more people to use their seat.",
            points: 6,
          },
          {
            measure: "open_tickets",
            label: "Open tickets",
            sentence: "Solve 2 of the 3 open tickets.",
            points: 8,
          },
        ],
        points: 14,
      },
    ],
    note: "What the score would then be, not a promise about the customer.",
  },
  nextStep: "Book the first training session with the three people who have not logged in yet.",
};

const SPARSE_CONTRIBUTIONS: Contribution[] = [
  measured("engagement", "last_contact", "Last contact", 50, 100, "Last spoken to 48 days ago."),
  absent("engagement", "logins", "Logins", "missing", "Logins are not recorded."),
  absent("adoption", "seats_in_use", "Seats in use", "missing", "Seats in use are not recorded."),
];

/** Below the coverage floor: no number at all, and what to connect. */
export const notEnoughDataView: AccountHealthView = {
  ...healthyView,
  account: {
    ...newCustomerView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0004",
    name: "Saltmarsh Foods",
    hubspotCompanyId: "9004",
  },
  status: "not_enough_data",
  healthScore: null,
  calculatedScore: null,
  band: null,
  trend: { change30d: null, direction: "unknown", points: weekly([null, null]) },
  segment: "growing",
  ageDays: 120,
  churnRisk: ABSTAINED,
  counterfactual: null,
  confidence: "low",
  coverage: 0.18,
  freshness: FRESH.filter((f) => f.source === "crm"),
  dimensions: dimensionsOf(SPARSE_CONTRIBUTIONS),
  contributions: SPARSE_CONTRIBUTIONS,
  reasons: [],
  changes: null,
  missing: [
    {
      measure: "open_tickets",
      label: "Support tickets",
      remedy: "Connect Zendesk, or use HubSpot tickets.",
    },
    { measure: "logins", label: "Logins", remedy: "Send product usage, or map the property that holds it." },
    { measure: "seats_in_use", label: "Seats in use", remedy: "Fill in the licensed seats on the company." },
  ],
  nextStep: "Connect your help desk, so that Saltmarsh Foods can be scored.",
};

/** Known, but its history is still being read. */
export const pendingView: AccountHealthView = {
  ...notEnoughDataView,
  account: {
    ...notEnoughDataView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0005",
    name: "Tidewater Robotics",
    hubspotCompanyId: "9005",
  },
  status: "pending",
  trend: { change30d: null, direction: "unknown", points: [] },
  coverage: 0,
  freshness: [],
  dimensions: [],
  contributions: [],
  missing: [],
  may: { correct: false, override: false },
  nextStep: "Wait until the history of Tidewater Robotics has been read.",
  scoredAt: null,
};

/** What a support agent gets of the customer at risk: nothing that deals or revenue could be worked out from. */
export const agentView: AccountHealthView = {
  ...atRiskView,
  contributions: atRiskView.contributions.filter((c) => c.measure !== "expansion"),
  reasons: atRiskView.reasons.filter((r) => r.measure !== "expansion"),
  may: { correct: true, override: false },
  nextStep: "Answer the urgent ticket first and tell the account's owner.",
  role: "agent",
};

import {
  type BacktestAccount,
  type BacktestPlan,
  CHURN_PRIOR_V1,
  cardsOf,
  parseScorecard,
  type Scorecard,
} from "@bellwether/shared";
import { COMPANY, daysAgo, fact, NOW, profile } from "./account-facts.ts";

/** A scorecard whose score is the number of referrals, so that books can be worked out by hand. */
export const plainCard = (version: string, change: Partial<Scorecard> = {}): Scorecard =>
  parseScorecard({
    version,
    name: version,
    dimensions: [
      {
        key: "growth",
        label: "Growth",
        weight: 100,
        notApplicableTo: [],
        measures: [
          {
            signal: "referrals",
            weight: 100,
            scale: {
              kind: "ramp",
              points: [
                { value: 0, score: 0 },
                { value: 100, score: 100 },
              ],
            },
            source: "Made for tests",
          },
        ],
      },
    ],
    coverageFloor: 0.3,
    confidence: { highFrom: 0.8, mediumFrom: 0.5 },
    bands: {
      yellowFrom: 50,
      greenFrom: 75,
      fallAtOnce: 5,
      riseMargin: 5,
      riseAfterDays: 3,
      evaluationGapHours: 6,
    },
    caps: { urgentTicket: null, noticeOfNonRenewal: null, lowCsat: null },
    freshnessHours: { crm: 24, usage: 72, tickets: 1, nps: 4320 },
    // never by the churn risk alone
    atRisk: { enterAt: 1, leaveBelow: 1 },
    ...change,
  });

export const everywhere = (card: Scorecard): BacktestPlan["current"] => ({
  new: card,
  growing: card,
  established: card,
});

const SEGMENTS = ["new", "growing", "established"] as const;

export const planOf = (
  current: Scorecard,
  candidate: Scorecard,
  change: Partial<BacktestPlan> = {},
): BacktestPlan => ({
  now: NOW,
  weeks: 26,
  sources: { crm: NOW, tickets: NOW },
  churnModel: CHURN_PRIOR_V1,
  ...cardsOf(everywhere(current), candidate, SEGMENTS),
  ...change,
});

/** @param scores `[days ago, score from then on]` @param lostDaysAgo `null` = a customer */
export const accountWith = (
  id: string,
  scores: readonly (readonly [number, number])[],
  lostDaysAgo: number | null = null,
): BacktestAccount => ({
  id,
  name: `Customer ${id}`,
  createdAt: daysAgo(400),
  observations: [
    fact(COMPANY, 400, { kind: "profile", key: "name", value: `Customer ${id}` }),
    ...scores.map(([days, score]) => profile("referrals", score, days)),
  ],
  losses: lostDaysAgo === null ? [] : [{ at: daysAgo(lostDaysAgo), until: null }],
});

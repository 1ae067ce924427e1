import type { AccountHealthView, ChangeExplanation, CorrectionView } from "@bellwether/shared";
import { oneDecimal, SCORED_AT, TICKET_EVIDENCE, WEEK_AGO } from "./health-view-parts.ts";
import { agentView, atRiskView, newCustomerView } from "./health-views-usual.ts";

/* Examples in which people have their say, customers who are lost, and what stretches a layout; see `health-views.ts`. */

const EXPIRES_AT = "2026-12-18T08:15:00.000Z";

export const OWN_CORRECTION: CorrectionView = {
  id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0101",
  target: "score",
  targetLabel: "Health score",
  direction: "too_low",
  reason: "Half of their users moved to the mobile app, which is not counted yet.",
  evidence: "Call with Dana Whitfield on 12 November",
  by: "Robin Sato",
  at: WEEK_AGO,
  expiresAt: EXPIRES_AT,
  canWithdraw: true,
};

const OTHERS_CORRECTION: CorrectionView = {
  ...OWN_CORRECTION,
  id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0102",
  target: "open_tickets",
  targetLabel: "Open tickets",
  direction: "too_high",
  reason: "Two of the tickets are duplicates.",
  evidence: null,
  by: "Alex Kim",
  canWithdraw: false,
};

/** People hold something against two of the numbers; nothing is overridden. */
export const correctedView: AccountHealthView = {
  ...atRiskView,
  account: { ...atRiskView.account, id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0006" },
  corrections: [OWN_CORRECTION, OTHERS_CORRECTION],
};

/** A person has put green in the place of a calculated yellow. */
export const bandSetView: AccountHealthView = {
  ...newCustomerView,
  account: { ...newCustomerView.account, id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0007" },
  band: "green",
  override: {
    correctionId: OWN_CORRECTION.id,
    kind: "band",
    band: "green",
    points: null,
    reason: OWN_CORRECTION.reason,
    by: OWN_CORRECTION.by,
    at: WEEK_AGO,
    expiresAt: EXPIRES_AT,
    sentence: `Set by ${OWN_CORRECTION.by}. Calculated: ${newCustomerView.calculatedScore}, yellow.`,
  },
  corrections: [OWN_CORRECTION],
};

const ADDED = 10;

/** A person has added points, and so reached green. */
export const pointsAddedView: AccountHealthView = {
  ...newCustomerView,
  account: { ...newCustomerView.account, id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0008" },
  healthScore: oneDecimal((newCustomerView.calculatedScore ?? 0) + ADDED),
  counterfactual: {
    targetBand: "green",
    targetScore: 75,
    neededPoints: 3.5,
    options: [
      {
        steps: [
          {
            measure: "logins",
            label: "Logins",
            sentence: "Bring logins from 14 to 17 in 30 days.",
            points: 4,
          },
        ],
        points: 4,
      },
    ],
    note: "What the score would then be, not a promise about the customer.",
  },
  override: {
    correctionId: OWN_CORRECTION.id,
    kind: "points",
    band: null,
    points: ADDED,
    reason: OWN_CORRECTION.reason,
    by: OWN_CORRECTION.by,
    at: WEEK_AGO,
    expiresAt: EXPIRES_AT,
    sentence: `Set by ${OWN_CORRECTION.by}. Calculated: ${newCustomerView.calculatedScore}, yellow.`,
  },
  corrections: [OWN_CORRECTION],
};

/** No customer any more; everything stands as on the last day. */
export const lostView: AccountHealthView = {
  ...atRiskView,
  account: {
    ...atRiskView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0009",
    name: "Fernhollow Press",
  },
  lost: { at: SCORED_AT, sentence: "The contract ended without a renewal." },
  counterfactual: null,
  may: { correct: true, override: false },
  nextStep: "Note why Fernhollow Press left, so that Bellwether can learn from it.",
};

/** A score below the next band, with nothing realistic that would reach it. */
export const noWayUpView: AccountHealthView = {
  ...newCustomerView,
  account: { ...newCustomerView.account, id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0010" },
  counterfactual: {
    targetBand: "green",
    targetScore: 75,
    neededPoints: 13.5,
    options: [],
    note: "Nothing that people usually change within 30 days reaches green by itself or together.",
  },
};

const LONG =
  "The champion, who introduced the product in three departments and ran the weekly steering round, has left the company, and nobody has taken over the account, the training or the open questions about the data export so far.";
const WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/** Long names, sentences and words wherever a person or a platform supplies them. */
export const longTextsView: AccountHealthView = {
  ...correctedView,
  account: {
    ...atRiskView.account,
    id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0011",
    name: `${WORD} und Söhne Nachfolger Beteiligungs GmbH & Co. KG`,
  },
  atRisk: { ...atRiskView.atRisk, sentences: [LONG, ...atRiskView.atRisk.sentences] },
  redFlags: [
    ...atRiskView.redFlags,
    { flag: "champion_change", label: "Champion change", sentence: LONG, since: WEEK_AGO },
  ],
  override: {
    correctionId: OWN_CORRECTION.id,
    kind: "points",
    band: null,
    points: -5,
    reason: `${LONG} ${WORD}`,
    by: "Maximiliane-Alexandra von und zu Hohenlohe-Waldenburg-Schillingsfürst",
    at: WEEK_AGO,
    expiresAt: EXPIRES_AT,
    sentence: `Set by ${OWN_CORRECTION.by}. Calculated: ${atRiskView.calculatedScore}, yellow.`,
  },
  corrections: [
    {
      ...OWN_CORRECTION,
      reason: `${LONG} ${LONG}`,
      evidence: `https://example.com/${WORD}/${WORD}`,
      by: "Maximiliane-Alexandra von und zu Hohenlohe-Waldenburg-Schillingsfürst",
    },
    OTHERS_CORRECTION,
  ],
  nextStep: LONG,
};

/** What a support agent gets where people have had their say. */
export const correctedAgentView: AccountHealthView = {
  ...agentView,
  account: { ...agentView.account, id: "0190b6a2-7c1e-7a54-9b0e-3f5c2d1a0012" },
  corrections: correctedView.corrections,
};

/** A view as a server sends it that does not know of corrections and evidence yet. */
export function viewOfAnEarlierServer(view: AccountHealthView): object {
  const {
    redFlags: _redFlags,
    override: _override,
    corrections: _corrections,
    counterfactual: _counterfactual,
    lost: _lost,
    may: _may,
    ...known
  } = view;
  return { ...known, contributions: view.contributions.map(({ evidence: _evidence, ...rest }) => rest) };
}

/** Why the customer at risk fell, as the server explains it. */
export const explanation: ChangeExplanation = {
  from: { at: "2026-10-21T08:15:00.000Z", score: 71.4, band: "yellow" },
  to: { at: SCORED_AT, score: 49, band: "red" },
  points: -11.9,
  items: [
    {
      measure: "logins",
      label: "Logins",
      sentence: "Logins fell from 24 to 9 in 30 days.",
      points: -8.1,
      since: "2026-11-06T08:15:00.000Z",
      evidence: [],
    },
    {
      measure: "open_tickets",
      label: "Open tickets",
      sentence: "Open tickets rose from 1 to 4, one of them urgent.",
      points: -6,
      since: "2026-11-18T08:15:00.000Z",
      evidence: TICKET_EVIDENCE,
    },
    {
      measure: "seats_in_use",
      label: "Seats in use",
      sentence: "Seats in use rose from 9 to 12 of 20.",
      points: 2.2,
      since: null,
      evidence: [],
    },
  ],
  notes: [
    "Since 18 November the score is held at 49, because an urgent ticket is open for more than 48 hours.",
  ],
};

export const calmExplanation: ChangeExplanation = {
  from: { at: "2026-10-21T08:15:00.000Z", score: 84.3, band: "green" },
  to: { at: SCORED_AT, score: 84.3, band: "green" },
  points: 0,
  items: [],
  notes: [],
};

export const unscoredExplanation: ChangeExplanation = {
  from: { at: "2026-10-21T08:15:00.000Z", score: null, band: null },
  to: { at: SCORED_AT, score: 61.5, band: "yellow" },
  points: null,
  items: [],
  notes: [],
};

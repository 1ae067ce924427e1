import { profileRegister } from "../account-state.ts";
import type { AccountHealthView } from "../api/account-health.ts";
import { DAY_MS, HOUR_MS } from "../units.ts";
import type { ScoreMemory } from "./score-inputs.ts";
import type { Scorecard } from "./scorecard.ts";
import type { SignalContext } from "./signals/signal-context.ts";
import { CSAT_WINDOW_DAYS, ENOUGH_RATINGS } from "./signals/surveys.ts";
import type { Readings } from "./weigh-measures.ts";
import { decimal, span } from "./words.ts";

export type Cap = AccountHealthView["caps"][number];

/** Caps in force, the lowest limit first. They hold with and without a score: they are facts. */
export function capsInForce(
  scorecard: Scorecard,
  context: SignalContext,
  readings: Readings,
  previous: ScoreMemory | null,
): Cap[] {
  const { urgentTicket, noticeOfNonRenewal, lowCsat } = scorecard.caps;
  const caps = [
    noticeOfNonRenewal && noticeCap(noticeOfNonRenewal, context),
    urgentTicket && urgentCap(urgentTicket, context),
    lowCsat && csatCap(lowCsat, context, readings, previous?.caps.find((c) => c.cap === "low_csat") ?? null),
  ];
  return caps.filter((cap) => cap !== null).sort((a, b) => a.limit - b.limit);
}

type Rules = Scorecard["caps"];

/** Lasts until the ticket is solved or no longer urgent. */
function urgentCap(rule: NonNullable<Rules["urgentTicket"]>, context: SignalContext): Cap | null {
  const { oldestUrgentAt } = context.tickets;
  if (context.ticketSource === null || oldestUrgentAt === null) return null;
  const openMs = context.nowMs - Date.parse(oldestUrgentAt);
  if (openMs <= rule.afterHours * HOUR_MS) return null;
  return {
    cap: "urgent_ticket",
    limit: rule.limit,
    sentence: `An urgent ticket has been open for ${span(openMs)}, so the score is held at ${rule.limit} at most until it is solved.`,
    since: new Date(Date.parse(oldestUrgentAt) + rule.afterHours * HOUR_MS).toISOString(),
    expiresAt: null,
  };
}

/** Lasts until the notice is taken back. */
function noticeCap(rule: NonNullable<Rules["noticeOfNonRenewal"]>, { state }: SignalContext): Cap | null {
  const notice = profileRegister(state, "noticeOfNonRenewal");
  if (notice?.value !== true) return null;
  return {
    cap: "notice_of_non_renewal",
    limit: rule.limit,
    sentence: `The customer said that it will not renew, so the score is held at ${rule.limit} at most.`,
    since: notice.at,
    expiresAt: null,
  };
}

/** Lasts until satisfaction is well above the line again, or until too few ratings are left in the window. */
function csatCap(
  rule: NonNullable<Rules["lowCsat"]>,
  context: SignalContext,
  readings: Readings,
  before: Cap | null,
): Cap | null {
  const satisfied = readings.get("csat")?.value ?? null;
  const line = before === null ? rule.belowPercent : rule.untilPercent;
  if (satisfied === null || satisfied >= line) return null;
  const last = context.csatAnswers[ENOUGH_RATINGS - 1];
  return {
    cap: "low_csat",
    limit: rule.limit,
    sentence: `Only ${decimal(satisfied, 0)}% of the ticket ratings were good, so the score is held at ${rule.limit} at most: call the customer.`,
    since: before?.since ?? context.cutoffs.now,
    expiresAt:
      last === undefined ? null : new Date(Date.parse(last.at) + CSAT_WINDOW_DAYS * DAY_MS).toISOString(),
  };
}

import { DAY_MS, DEFAULT_FIELD_MAP as FIELDS } from "@bellwether/shared";
import { isoDate, isoMs } from "./clock.ts";
import type { AccountPlan, UsagePoint } from "./portfolio-plan.ts";

/** Milestones of the onboarding, one about every two weeks of the first 90 days. */
const MILESTONES = 5;
const MILESTONE_DAYS = 18;

/** How content the customer of a story is, 0–1: what support hears of it. */
const mood = ({ profile }: AccountPlan): number => profile.csatGood;

/** Days with any use follow from the logins: a few people alone do not fill a month. */
export const activeDaysOf = (point: UsagePoint): number =>
  point.logins === 0 ? 0 : Math.min(22, Math.max(1, Math.round(point.logins / 6)));

/** What a success team keeps in the CRM about a customer: contract, goals, training, judgement. */
export function successValues(plan: AccountPlan, now: number): Record<string, string> {
  const isLost = plan.story === "churned";
  const lastUse = plan.usage.findLast(({ logins }) => logins > 0);
  const isWell = mood(plan) >= 0.85;
  const ageDays = (now - plan.customerSince) / DAY_MS;
  const due = Math.min(MILESTONES, Math.floor(ageDays / MILESTONE_DAYS));
  return {
    ...(lastUse && { [FIELDS.lastSeenAt]: isoMs(lastUse.at) }),
    [FIELDS.contractStatus]: isLost ? "ended" : "active",
    [FIELDS.paymentRisk]: String(isLost),
    [FIELDS.milestonesDue]: String(due),
    [FIELDS.milestonesReached]: String(isWell ? due : Math.max(0, due - 1)),
    [FIELDS.trainingCompleted]: String(Math.round(100 * mood(plan) ** 2)),
    [FIELDS.objectivesAgreed]: String(isWell),
    [FIELDS.goalProgress]: String(Math.round(Math.min(ageDays / 365, 1) * 100 * mood(plan))),
    [FIELDS.judgement]: isWell ? "green" : mood(plan) >= 0.7 ? "yellow" : "red",
    ...(ageDays > 120 && isWell && { [FIELDS.executiveReviewAt]: isoDate(now - 75 * DAY_MS) }),
  };
}

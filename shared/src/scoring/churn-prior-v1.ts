import { roundTo } from "../units.ts";
import type { ChurnFeature, ChurnModel } from "./churn-model.ts";

/**
 * The signs are no independent witnesses: who logs in less also uses less and writes less. Taken one by one their
 * weights would add up to certainty about nearly everybody, so all are scaled down together until the log-odds of
 * an ordinary book spread by about 1 SD, the spread at which an expert's guess did best on open data before any
 * outcome was known.
 */
const TOGETHER = 0.45;
/**
 * Uncertainty of a weight, on the log-odds per SD: lets every scaled weight be absent or more than twice as large.
 * With the intercept's own, the shown interval of an average customer reaches from a fifth of the risk to five times it.
 */
const WEIGHT_SD = 0.3;

const feature = (
  key: ChurnFeature["key"],
  label: string,
  from: ChurnFeature["from"],
  weight: number,
  scale: { mean: number; sd: number; low: number; high: number },
): ChurnFeature => ({
  key,
  label,
  from,
  weight: roundTo(weight * TOGETHER, 6),
  mean: scale.mean,
  sd: scale.sd,
  clamp: { low: scale.low, high: scale.high },
  priorSd: WEIGHT_SD,
});

/**
 * What is assumed before any outcome of the tenant is known; frozen. Means and SDs describe a book of business
 * software customers as an expert expects it; weights are log-odds per SD, by how often the sign precedes a loss.
 * Deals, seats bought and the renewal date take no part, so that the risk can be shown to people without the
 * financial grant.
 */
export const CHURN_PRIOR_V1: ChurnModel = {
  version: "prior-1",
  horizonDays: 90,
  basis: "expert_prior",
  note: "An expert's estimate: not yet learned from your own renewals and losses, so the interval is wide.",
  // 3% in 90 days, about 11.5% a year; 1 SD covers 1.5% to 6%, i.e. 6% to 22% a year
  intercept: { mean: roundTo(Math.log(0.03 / 0.97), 6), sd: 0.7 },
  features: [
    feature("seats_used", "Seats in use", "seats_used", -0.55, { mean: 0.6, sd: 0.25, low: 0, high: 1.2 }),
    feature("login_frequency", "Login frequency", "login_frequency", -0.45, {
      mean: 5,
      sd: 3,
      low: 0,
      high: 15,
    }),
    feature("active_user_trend", "Active users against the month before", "active_user_trend", -0.45, {
      mean: 0,
      sd: 0.2,
      low: -0.6,
      high: 0.5,
    }),
    feature("features_activated", "Features activated", "features_activated", -0.3, {
      mean: 0.55,
      sd: 0.22,
      low: 0,
      high: 1,
    }),
    feature("champion", "Champion", "champion", -0.35, { mean: 0.75, sd: 0.43, low: 0, high: 1 }),
    feature("days_since_contact", "Last contact", "days_since_contact", 0.3, {
      mean: 25,
      sd: 22,
      low: 0,
      high: 120,
    }),
    feature("contacts_engaged", "Contacts engaged", "contacts_engaged", -0.2, {
      mean: 0.4,
      sd: 0.25,
      low: 0,
      high: 1,
    }),
    feature("nps", "NPS", "nps", -0.3, { mean: 30, sd: 45, low: -100, high: 100 }),
    feature("csat", "Ticket ratings", "csat", -0.25, { mean: 90, sd: 9, low: 50, high: 100 }),
    feature("ticket_trend", "Tickets against the month before", "ticket_trend", 0.15, {
      mean: 1.1,
      sd: 0.6,
      low: 0.25,
      high: 4,
    }),
    feature("urgent_open", "Urgent tickets", "urgent_open", 0.25, { mean: 0.1, sd: 0.35, low: 0, high: 2 }),
    feature("oldest_open_ticket", "Oldest open ticket", "oldest_open_ticket", 0.15, {
      mean: 4,
      sd: 8,
      low: 0,
      high: 45,
    }),
    // customers leave more often in their first two years; the unit is the logarithm of days + 1
    feature("tenure", "Time as a customer", "tenure", -0.25, { mean: 6.2, sd: 0.9, low: 3, high: 8.3 }),
    // Not one sign among others but the customer's own word. One in fifty gives notice; z jumps by 7 SD, so that a
    // notice multiplies the odds by about 270, and 0.1 per SD lets that effect be 20% larger or smaller.
    {
      key: "notice_of_non_renewal",
      label: "Notice of non-renewal",
      from: "notice_of_non_renewal",
      weight: 0.8,
      mean: 0.02,
      sd: 0.14,
      clamp: { low: 0, high: 1 },
      priorSd: 0.1,
    },
  ],
  // twice and five times the base rate
  bands: { medium: 0.06, high: 0.15 },
};

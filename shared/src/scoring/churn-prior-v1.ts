import { roundTo } from "../units.ts";
import type { ChurnFeature, ChurnModel } from "./churn-model.ts";

/**
 * Uncertainty of an expert's weight, on the log-odds per SD. Experts get the sign right more often than the size;
 * 0.5 lets every weight below be absent or twice as large. Intervals from a prior as tight as 0.3 covered far less
 * than they promised on open data, so the shown interval is kept wide until outcomes narrow it.
 */
const WEIGHT_SD = 0.5;

const feature = (
  key: ChurnFeature["key"],
  label: string,
  from: ChurnFeature["from"],
  weight: number,
  scale: { mean: number; sd: number; low: number; high: number; priorSd?: number },
): ChurnFeature => ({
  key,
  label,
  from,
  weight,
  mean: scale.mean,
  sd: scale.sd,
  clamp: { low: scale.low, high: scale.high },
  priorSd: scale.priorSd ?? WEIGHT_SD,
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
    // one in fifty gives notice; z jumps by 7 SD, so that a notice alone multiplies the odds by about 270
    feature("notice_of_non_renewal", "Notice of non-renewal", "notice_of_non_renewal", 0.8, {
      mean: 0.02,
      sd: 0.14,
      low: 0,
      high: 1,
      // a jump of 7 SD: 0.1 per SD lets its effect be 20% larger or smaller
      priorSd: 0.1,
    }),
  ],
  // twice and five times the base rate
  bands: { medium: 0.06, high: 0.15 },
};

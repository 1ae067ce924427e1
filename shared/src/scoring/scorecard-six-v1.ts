import { ramp, type Scale, tiers } from "./measures.ts";
import { parseScorecard, type Scorecard, type ScorecardMeasure } from "./scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import type { SignalKey } from "./signals/signal.ts";

const measure = (signal: SignalKey, weight: number, scale: Scale, source: string): ScorecardMeasure => ({
  signal,
  weight,
  scale,
  source,
});

const TARGET = "Target of a healthy portfolio";
const JUDGEMENT = "Expert judgement for business software, to be tested against own outcomes";
const AS_DEFAULT = "As in the default scorecard";

/** Yes is good. */
const YES = tiers([0, 0], [1, 100]);
/** Yes is bad. */
const NO = tiers([0, 100], [1, 0]);

/**
 * The six-dimension template; frozen. Changed numbers are a new version, so that old scores stay explainable. Names
 * of the dimensions: design, section 6; bands, caps, coverage and freshness as in the default scorecard. No measure
 * needs the financial grant, so that everybody sees the whole explanation.
 */
export const SCORECARD_SIX_V1: Scorecard = parseScorecard({
  ...SCORECARD_DEFAULT_V1,
  version: "six-1",
  name: "Six dimensions",
  dimensions: [
    {
      key: "product_usage",
      label: "Product usage",
      weight: 25,
      notApplicableTo: [],
      measures: [
        measure("seats_used", 20, ramp([0.2, 0], [0.8, 100]), `${TARGET}: adoption above 80%`),
        measure(
          "active_user_trend",
          20,
          ramp([-0.5, 0], [0, 75], [0.1, 100]),
          `${AS_DEFAULT}: half the users gone within a month is the floor`,
        ),
        measure("active_days", 15, ramp([2, 0], [20, 100]), `${JUDGEMENT}: every working day is full use`),
        measure("last_seen", 15, ramp([3, 100], [21, 0]), `${JUDGEMENT}: three weeks without use are a stop`),
        measure("features_activated", 15, ramp([0.2, 0], [0.8, 100]), `${TARGET}: adoption above 80%`),
        measure("login_frequency", 15, ramp([0, 0], [8, 100]), `${AS_DEFAULT}: two logins a week per seat`),
      ],
    },
    {
      key: "support",
      label: "Support",
      weight: 20,
      notApplicableTo: [],
      measures: [
        measure(
          "urgent_open",
          20,
          tiers([0, 100], [1, 20], [2, 5], [3, 0]),
          `${AS_DEFAULT}: any urgent ticket is a crisis`,
        ),
        measure("csat", 20, ramp([60, 0], [90, 100]), `${TARGET}: CSAT above 90%`),
        measure(
          "ticket_rate",
          12,
          ramp([0.05, 100], [0.5, 0]),
          `${AS_DEFAULT}: one per two seats is a flood`,
        ),
        measure("ticket_trend", 8, ramp([1, 100], [3, 0]), `${AS_DEFAULT}: three times the month before`),
        measure("oldest_open_ticket", 10, ramp([2, 100], [30, 0]), `${AS_DEFAULT}: a month is the floor`),
        measure("first_reply", 10, ramp([2, 100], [24, 0]), `${TARGET}: first response within 2 hours`),
        measure(
          "resolution_time",
          10,
          ramp([24, 100], [240, 0]),
          `${JUDGEMENT}: a day is good, ten are the floor`,
        ),
        measure("reopen_rate", 10, ramp([0.05, 100], [0.3, 0]), `${AS_DEFAULT}: one in twenty is normal`),
      ],
    },
    {
      key: "engagement",
      label: "Engagement",
      weight: 15,
      notApplicableTo: [],
      measures: [
        measure("contacts_engaged", 30, ramp([0, 0], [0.6, 100]), `${AS_DEFAULT}: most people in a quarter`),
        measure("two_way_mail", 25, ramp([0, 0], [0.5, 100]), `${JUDGEMENT}: half of the people answer`),
        measure("meetings", 25, ramp([0, 0], [3, 100]), `${JUDGEMENT}: one meeting a month`),
        measure("training", 20, ramp([0, 0], [90, 100]), `${JUDGEMENT}: nearly everybody is trained`),
      ],
    },
    {
      key: "stakeholders",
      label: "Stakeholders",
      weight: 15,
      notApplicableTo: [],
      measures: [
        measure("champion", 35, YES, `${AS_DEFAULT}: losing the champion is an early sign of churn`),
        measure("sponsor", 30, YES, `${JUDGEMENT}: without a sponsor nobody decides for us`),
        measure(
          "champion_change",
          20,
          NO,
          `${JUDGEMENT}: a change has to be won back, even with a successor`,
        ),
        measure(
          "contact_bounces",
          15,
          ramp([0.05, 100], [0.4, 0]),
          `${JUDGEMENT}: two in five gone is a takeover`,
        ),
      ],
    },
    {
      key: "business_outcomes",
      label: "Business outcomes",
      weight: 15,
      notApplicableTo: [],
      measures: [
        measure("goal_progress", 35, ramp([0, 0], [80, 100]), `${JUDGEMENT}: most of the way is a success`),
        measure("objectives_agreed", 20, YES, `${JUDGEMENT}: what is not agreed cannot be reached`),
        measure(
          "milestones",
          25,
          ramp([0.4, 0], [1, 100]),
          `${TARGET}: onboarding completed, milestones on their day`,
        ),
        measure("onboarding", 20, ramp([0, 0], [95, 100]), `${TARGET}: onboarding completed above 95%`),
      ],
    },
    {
      key: "relationship",
      label: "Relationship",
      weight: 10,
      notApplicableTo: [],
      measures: [
        measure("nps", 25, ramp([-50, 0], [50, 100]), `${TARGET}: NPS above 50`),
        measure("days_since_contact", 20, ramp([7, 100], [60, 0]), `${AS_DEFAULT}: 60 days are a warning`),
        measure("csm_judgement", 15, ramp([0, 0], [100, 100]), "Taken as it is given"),
        measure(
          "negative_feedback",
          10,
          tiers([0, 100], [1, 50], [2, 20], [4, 0]),
          `${JUDGEMENT}: one bad answer happens`,
        ),
        measure(
          "ticket_sentiment",
          10,
          ramp([0.1, 100], [0.6, 0]),
          `${JUDGEMENT}: more than half unhappy is the floor`,
        ),
        measure(
          "executive_review",
          10,
          ramp([120, 100], [365, 0]),
          `${JUDGEMENT}: a review a quarter, one a year at least`,
        ),
        measure("renewal_prepared", 10, ramp([0, 0], [1, 100]), "Part of preparing a renewal"),
      ],
    },
  ],
});

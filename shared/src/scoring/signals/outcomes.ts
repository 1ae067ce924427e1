import { profileRegister } from "../../account-state.ts";
import { compareText } from "../../canonical-json.ts";
import { isoText } from "../../iso-text.ts";
import { clamp, DAY_MS } from "../../units.ts";
import { ago, decimal, percent } from "../words.ts";
import { crmSignal, type Read, recordedSignal } from "./crm-signal.ts";
import { measured, missing, notApplicable } from "./signal.ts";

/** A percentage as people type it: above 100 is 100. */
const percentage =
  (sentence: (share: string) => string, unknown: string) =>
  (value: string | number | boolean): Read =>
    typeof value === "number"
      ? { value: clamp(value, 0, 100), sentence: sentence(percent(clamp(value, 0, 100) / 100)) }
      : { missing: unknown };

const yesOrNo =
  (yes: string, no: string, unknown: string) =>
  (value: string | number | boolean): Read =>
    typeof value === "boolean" ? { value: value ? 1 : 0, sentence: value ? yes : no } : { missing: unknown };

const NO_GOALS = "Progress towards the goals is not recorded.";
export const goalProgress = recordedSignal(
  {
    key: "goal_progress",
    label: "Progress towards the goals",
    window: "now",
    unit: "percent",
    definition: "How far the customer is on the way to what it bought the product for.",
    formula: "the mapped progress, 0–100",
    missingRule: "Missing without a mapped progress.",
    remedy: "Fill the company property for the progress towards the goals (by default goal_progress).",
    advice: "Go through the goals with the customer, and agree on the next step for the one that lags.",
  },
  "goalProgress",
  NO_GOALS,
  percentage((share) => `${share} of the way to the goals.`, NO_GOALS),
);

const NO_OBJECTIVES = "Nobody has said whether objectives are agreed.";
export const objectivesAgreed = recordedSignal(
  {
    key: "objectives_agreed",
    label: "Objectives agreed",
    window: "now",
    unit: "1 = yes, 0 = no",
    definition: "Whether the customer and we have agreed on what success is.",
    formula: "1 if the mapped flag says so, else 0",
    missingRule: "Missing where the flag was never set to yes or no.",
    remedy: "Set the company property for agreed objectives (by default objectives_agreed) to yes or no.",
    advice: "Agree on two or three objectives with the sponsor, and write them down.",
  },
  "objectivesAgreed",
  NO_OBJECTIVES,
  yesOrNo("Objectives are agreed.", "No objectives are agreed.", NO_OBJECTIVES),
);

export const executiveReview = recordedSignal(
  {
    key: "executive_review",
    label: "Executive review",
    window: "up to now",
    unit: "days since",
    definition: "How long ago the last review with those who decide was held.",
    formula: "days from the mapped date to now",
    missingRule: "Missing without a date in the past.",
    remedy: "Fill the company property for the last executive review (by default last_executive_review).",
    advice: "Invite the sponsor to a review of what was achieved.",
  },
  "executiveReviewAt",
  "No executive review is recorded.",
  (value, nowMs) => {
    const past = typeof value === "string" ? nowMs - Date.parse(value) : Number.NaN;
    return past >= 0
      ? { value: past / DAY_MS, sentence: `Last executive review ${ago(past)}.`, at: isoText(nowMs - past) }
      : { missing: "No executive review in the past is recorded." };
  },
);

const NO_TRAINING = "Completed training is not recorded.";
export const training = recordedSignal(
  {
    key: "training",
    label: "Training completed",
    source: "usage",
    window: "now",
    unit: "percent",
    owner: "Onboarding",
    definition: "How much of the planned training the customer's people have completed.",
    formula: "the mapped share, 0–100",
    missingRule: "Missing without a mapped share.",
    remedy: "Fill the company property for completed training (by default training_completed).",
    advice: "Offer a date for the training that is still open.",
  },
  "trainingCompleted",
  NO_TRAINING,
  percentage((share) => `${share} of the training is completed.`, NO_TRAINING),
);

export const lastSeen = recordedSignal(
  {
    key: "last_seen",
    label: "Last use",
    source: "usage",
    window: "up to now",
    unit: "days",
    definition: "Days since anybody at the customer used the product.",
    formula: "days from the mapped time to now",
    missingRule: "Missing without a mapped time.",
    remedy: "Fill the company property for the last use (by default last_seen_at) from the product.",
    advice: "Ask today whether something keeps the customer from using the product.",
  },
  "lastSeenAt",
  "The last use is not recorded.",
  (value, nowMs) => {
    const past = typeof value === "string" ? Math.max(0, nowMs - Date.parse(value)) : Number.NaN;
    return Number.isNaN(past)
      ? { missing: "The last use is not recorded." }
      : { value: past / DAY_MS, sentence: `Last used ${ago(past)}.`, at: isoText(nowMs - past) };
  },
);

export const milestones = crmSignal(
  {
    key: "milestones",
    label: "Milestones reached",
    source: "usage",
    window: "up to now",
    unit: "share of the milestones due",
    sampleSize: "one milestone that is due",
    owner: "Onboarding",
    definition: "Share of the milestones that should be reached by now and are.",
    formula: "milestones reached ÷ milestones due, at most 1",
    missingRule: "Missing without either number; not applicable while no milestone is due.",
    remedy: "Fill the company properties for milestones reached and milestones due.",
    advice: "Take the milestone that is overdue together with the customer, and name what blocks it.",
  },
  ({ state, crm }) => {
    const reached = profileRegister(state, "milestonesReached");
    const due = profileRegister(state, "milestonesDue");
    if (typeof reached?.value !== "number" || typeof due?.value !== "number")
      return missing("Milestones are not recorded.");
    if (due.value <= 0) return notApplicable("No milestone is due yet.");
    const share = clamp(reached.value / due.value, 0, 1);
    const sentence = `${decimal(Math.min(reached.value, due.value))} of ${decimal(due.value)} due milestones reached.`;
    return measured(crm, share, sentence, compareText(reached.at, due.at) > 0 ? reached.at : due.at);
  },
);

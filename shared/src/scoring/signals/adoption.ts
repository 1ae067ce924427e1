import { profileRegister } from "../../account-state.ts";
import { clamp } from "../../units.ts";
import { counted, decimal, percent } from "../words.ts";
import { defineSignal, measured, missing, notApplicable } from "./signal.ts";
import { usageAt, usageSeenAt } from "./signal-context.ts";

const plain = { isFinancial: false, revealsSeats: false } as const;

export const seatsUsed = defineSignal(
  {
    ...plain,
    key: "seats_used",
    label: "Seats in use",
    source: "usage",
    window: "30 days",
    unit: "share of seats",
    sampleSize: "one count of active users and one of seats",
    owner: "Customer success",
    definition: "Share of the licensed seats whose people are active.",
    formula: "active users in 30 days ÷ licensed seats",
    missingRule: "Missing without active users or licensed seats.",
    remedy: "Fill the company properties for active users in 30 days and licensed seats.",
    revealsSeats: true,
    advice: "Help the people with unused seats to get started.",
  },
  (context) => {
    const active = usageAt(context.state, "activeUsers", context.cutoffs.now);
    const seats = usageAt(context.state, "seats", context.cutoffs.now);
    if (active === null) return missing("Active users are not recorded.");
    if (seats === null || seats === 0) return missing("Licensed seats are not recorded.");
    const sentence = `${decimal(active)} of ${counted(seats, "seat")} in use.`;
    return measured(context.usage, active / seats, sentence, usageSeenAt(context, "activeUsers"));
  },
);

export const featuresActivated = defineSignal(
  {
    ...plain,
    key: "features_activated",
    label: "Features activated",
    source: "usage",
    window: "now",
    unit: "share of features",
    sampleSize: "one count of activated and one of available features",
    owner: "Product",
    definition: "Share of the features that the customer could use and has activated.",
    formula: "features activated ÷ features available",
    missingRule: "Missing without either number.",
    remedy: "Fill the company properties for features activated and features available.",
    advice: "Show the customer a feature that fits their goals and is not yet in use.",
  },
  (context) => {
    const activated = usageAt(context.state, "featuresActivated", context.cutoffs.now);
    const available = usageAt(context.state, "featuresAvailable", context.cutoffs.now);
    if (activated === null) return missing("Activated features are not recorded.");
    if (available === null || available === 0)
      return missing("The number of available features is not recorded.");
    const sentence = `${decimal(activated)} of ${counted(available, "feature")} activated.`;
    return measured(
      context.usage,
      activated / available,
      sentence,
      usageSeenAt(context, "featuresActivated"),
    );
  },
);

export const activeDays = defineSignal(
  {
    ...plain,
    key: "active_days",
    label: "Active days",
    source: "usage",
    window: "30 days",
    unit: "days",
    sampleSize: "one count of days",
    owner: "Customer success",
    definition: "On how many of the last 30 days anybody at the customer used the product.",
    formula: "the mapped number of days, at most 30",
    missingRule: "Missing without a mapped number.",
    remedy: "Fill the company property for days with use in 30 days (by default active_days_30d).",
    advice: "Find a task that comes up every day, and show how the product does it.",
  },
  (context) => {
    const days = usageAt(context.state, "activeDays", context.cutoffs.now);
    if (days === null) return missing("Days with use are not recorded.");
    const counting = Math.min(30, days);
    const sentence = `Used on ${decimal(counting)} of the last 30 days.`;
    return measured(context.usage, counting, sentence, usageSeenAt(context, "activeDays"));
  },
);

export const depthOfUse = defineSignal(
  {
    ...plain,
    key: "depth_of_use",
    label: "Depth of use",
    source: "usage",
    window: "30 days",
    unit: "logins per active user",
    sampleSize: "one count of logins and one of active users",
    owner: "Product",
    definition: "How often those who use the product at all come back.",
    formula: "logins in 30 days ÷ active users in 30 days; 0 where nobody is active",
    missingRule: "Missing without logins or active users.",
    remedy: "Fill the company properties for logins and active users in 30 days.",
    advice: "Look at which tasks people do elsewhere, and show how the product does them.",
  },
  (context) => {
    const logins = usageAt(context.state, "logins", context.cutoffs.now);
    const active = usageAt(context.state, "activeUsers", context.cutoffs.now);
    if (logins === null || active === null) return missing("Logins or active users are not recorded.");
    const observedAt = usageSeenAt(context, "logins");
    if (active === 0) return measured(context.usage, 0, "Nobody is active.", observedAt);
    const rate = logins / active;
    return measured(context.usage, rate, `${decimal(rate)} logins per active user in 30 days.`, observedAt);
  },
);

export const onboarding = defineSignal(
  {
    ...plain,
    key: "onboarding",
    label: "Onboarding",
    source: "crm",
    window: "now",
    unit: "percent done",
    sampleSize: "one recorded progress",
    owner: "Onboarding",
    definition: "How much of the onboarding is done, while it matters.",
    formula: "the mapped onboarding progress, 0–100",
    missingRule: "Missing without a mapped progress; not applicable to established customers.",
    remedy: "Fill the company property for onboarding progress (by default onboarding_progress).",
    advice: "Take the next open step of the onboarding together with the customer.",
  },
  ({ state, crm, age }) => {
    if (age.segment === "established")
      return notApplicable("Established customers are past their onboarding.");
    if (crm === null) return missing("HubSpot is not connected.");
    const register = profileRegister(state, "onboardingProgress");
    if (typeof register?.value !== "number") return missing("Onboarding progress is not recorded.");
    const progress = clamp(register.value, 0, 100);
    return measured(crm, progress, `${percent(progress / 100)} of the onboarding is done.`, register.at);
  },
);

import { profileRegister } from "../../account-state.ts";
import { ago, counted, decimal, percent, span } from "../words.ts";
import { defineSignal, measured, missing, notApplicable } from "./signal.ts";
import { usageAt, usageSeenAt } from "./signal-context.ts";

const plain = { isFinancial: false, revealsSeats: false } as const;
const NO_CRM = "HubSpot is not connected.";

/** Younger accounts have no full window before the present one to compare with. */
export const COMPARABLE_AGE_DAYS = 60;

export const loginFrequency = defineSignal(
  {
    ...plain,
    key: "login_frequency",
    label: "Login frequency",
    source: "usage",
    window: "30 days",
    unit: "logins per seat",
    sampleSize: "one count of logins and one of seats",
    owner: "Customer success",
    definition: "How often people log in, for each licensed seat.",
    formula: "logins in 30 days ÷ licensed seats (÷ known contacts where the seats are unknown)",
    missingRule: "Missing without a login count, or without both seats and contacts.",
    remedy: "Fill the company property for logins in 30 days (by default logins_30d) and licensed seats.",
    revealsSeats: true,
    advice: "Ask what keeps people from logging in, and offer a short training for the inactive ones.",
  },
  ({ state, cutoffs, headcount, usage, ...context }) => {
    const logins = usageAt(state, "logins", cutoffs.now);
    if (logins === null) return missing("Logins are not recorded.");
    if (headcount === null) return missing("Logins are recorded, but neither seats nor contacts are.");
    const rate = logins / headcount.count;
    const fallback = headcount.basis === "seat" ? "" : " (the seats are not known)";
    const sentence = `${counted(logins, "login")} in 30 days, ${decimal(rate)} per ${headcount.basis}${fallback}.`;
    return measured(
      usage,
      rate,
      sentence,
      usageSeenAt({ state, cutoffs, headcount, usage, ...context }, "logins"),
    );
  },
);

export const activeUserTrend = defineSignal(
  {
    ...plain,
    key: "active_user_trend",
    label: "Active users against the month before",
    source: "usage",
    window: "30 days against the 30 days before",
    unit: "share of change",
    sampleSize: "two counts of active users, 30 days apart",
    owner: "Customer success",
    definition: "How the number of active users changed against 30 days ago.",
    formula:
      "(active users now − 30 days ago) ÷ active users 30 days ago; −1 where nobody was active at both times",
    missingRule: "Missing without a value from 30 days ago; not applicable in the first 60 days.",
    remedy: "Fill the company property for active users in 30 days (by default active_users_30d) every day.",
    advice: "Find out which people stopped using the product, and why.",
  },
  (context) => {
    if (context.age.ageDays < COMPARABLE_AGE_DAYS)
      return notApplicable("Too young for a comparison with the month before.");
    const now = usageAt(context.state, "activeUsers", context.cutoffs.now);
    const before = usageAt(context.state, "activeUsers", context.cutoffs.days30);
    if (now === null) return missing("Active users are not recorded.");
    if (before === null) return missing("Active users have been recorded for less than 30 days.");
    const change = before > 0 ? (now - before) / before : now > 0 ? 1 : -1;
    return measured(
      context.usage,
      change,
      trendSentence(now, before, change),
      usageSeenAt(context, "activeUsers"),
    );
  },
);

/** Shares only: the counts would tell the number of seats. */
function trendSentence(now: number, before: number, change: number): string {
  if (now === 0) return before === 0 ? "Nobody is active, as 30 days ago." : "Nobody is active any more.";
  if (before === 0) return "People have become active in the last 30 days.";
  if (Math.abs(change) < 0.005) return "As many active users as 30 days ago.";
  return `${percent(Math.abs(change))} ${change > 0 ? "more" : "fewer"} active users than 30 days ago.`;
}

export const daysSinceContact = defineSignal(
  {
    ...plain,
    key: "days_since_contact",
    label: "Last contact",
    source: "crm",
    window: "up to now",
    unit: "days",
    sampleSize: "one logged contact",
    owner: "Customer success",
    definition:
      "Days since the last contact with anyone at the customer, as HubSpot logs calls, mails and meetings.",
    formula: "days from the newest contact to now",
    missingRule: "Missing where no contact was ever logged.",
    remedy: "Connect the mailbox and calendar to HubSpot, or log calls and meetings on the company.",
    advice: "Call the main contact this week.",
  },
  ({ state, crm, nowMs }) => {
    if (crm === null) return missing(NO_CRM);
    let newest: string | null = null;
    for (const touch of state.touches) if (newest === null || touch.at > newest) newest = touch.at;
    if (newest === null) return missing("No contact with this customer was ever logged.");
    const past = Math.max(0, nowMs - Date.parse(newest));
    return measured(crm, past / 86_400_000, `Last contact ${ago(past)}.`, newest);
  },
);

export const contactsEngaged = defineSignal(
  {
    ...plain,
    key: "contacts_engaged",
    label: "Contacts engaged",
    source: "crm",
    window: "90 days",
    unit: "share of contacts",
    sampleSize: "one contact",
    owner: "Customer success",
    definition: "Share of the reachable contacts with whom there was contact in the last 90 days.",
    formula: "contacts engaged in 90 days ÷ contacts who are still there and whose mail does not bounce",
    missingRule: "Missing without contacts.",
    remedy: "Associate the people you work with as contacts of the company.",
    advice: "Write to the contacts who have been silent for three months.",
  },
  ({ state, crm, contacts, cutoffs }) => {
    if (crm === null) return missing(NO_CRM);
    if (contacts.length === 0) return missing("No reachable contact is known.");
    const last = new Map<string, string>();
    for (const touch of state.touches) {
      const known = last.get(touch.key);
      if (known === undefined || touch.at > known) last.set(touch.key, touch.at);
    }
    const dates = contacts.map((contact) => last.get(contact.key)).filter((at) => at !== undefined);
    const engaged = dates.filter((at) => at > cutoffs.days90).length;
    const newest = dates.reduce<string | null>((a, b) => (a === null || b > a ? b : a), null);
    const sentence = `${engaged} of ${counted(contacts.length, "contact")} engaged in 90 days.`;
    return measured(crm, engaged / contacts.length, sentence, newest);
  },
);

export const nextActivity = defineSignal(
  {
    ...plain,
    key: "next_activity",
    label: "Next activity",
    source: "crm",
    window: "from now on",
    unit: "1 = planned, 0 = not",
    sampleSize: "one HubSpot company",
    owner: "Customer success",
    definition: "Whether a call, a meeting or a task with the customer is planned.",
    formula: "1 if HubSpot's next activity date lies ahead, else 0",
    missingRule: "Missing without a HubSpot company.",
    remedy: "Connect HubSpot, and match the account with its company.",
    advice: "Plan the next call with the customer.",
  },
  ({ state, crm, nowMs }) => {
    if (crm === null) return missing(NO_CRM);
    const hasCompany = state.profile.some((register) => register.subject.startsWith("hubspot:company:"));
    if (!hasCompany) return missing("No HubSpot company belongs to this account.");
    const register = profileRegister(state, "nextActivityAt");
    const ahead = typeof register?.value === "string" ? Date.parse(register.value) - nowMs : Number.NaN;
    return ahead > 0
      ? measured(crm, 1, `The next activity is planned in ${span(ahead)}.`, register?.at ?? null)
      : measured(crm, 0, "No next activity is planned.", register?.at ?? null);
  },
);

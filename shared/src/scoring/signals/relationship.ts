import { profileRegister } from "../../account-state.ts";
import { DAY_MS } from "../../units.ts";
import { counted, decimal } from "../words.ts";
import { crmSignal } from "./crm-signal.ts";
import { measured, missing } from "./signal.ts";

const REPLY = "reply:";
const MEETING = "meeting:";

export const twoWayMail = crmSignal(
  {
    key: "two_way_mail",
    label: "Contacts who answer",
    window: "90 days",
    unit: "share of contacts",
    sampleSize: "one mail that was ever answered",
    definition:
      "Share of the reachable contacts who answered a mail: mail that nobody answers is no conversation.",
    formula: "contacts whose last answer is at most 90 days old ÷ reachable contacts",
    missingRule:
      "Missing without contacts, and where no answer was ever logged: then the mailbox is probably not connected.",
    remedy: "Connect the mailbox of the people who write to customers to HubSpot.",
    advice: "Ask the silent contacts one short question that is easy to answer.",
  },
  ({ state, crm, contacts, cutoffs }) => {
    const replies = state.touches.filter(({ key }) => key.startsWith(REPLY));
    if (contacts.length === 0) return missing("No reachable contact is known.");
    if (replies.length === 0) return missing("No answer to a mail was ever logged.");
    const recent = new Set(
      replies.filter(({ at }) => at > cutoffs.days90).map(({ key }) => key.slice(REPLY.length)),
    );
    const answering = contacts.filter(({ key }) => recent.has(key.slice("contact:".length))).length;
    const newest = replies.reduce((a, b) => (b.at > a.at ? b : a));
    const sentence = `${answering} of ${counted(contacts.length, "contact")} answered a mail in 90 days.`;
    return measured(crm, answering / contacts.length, sentence, newest.at);
  },
);

export const meetings = crmSignal(
  {
    key: "meetings",
    label: "Meetings",
    window: "90 days",
    unit: "days with a meeting",
    sampleSize: "one meeting that was ever booked",
    definition: "Days of the last 90 on which there was a meeting with the customer.",
    formula: "different days of HubSpot's last booked meeting, in 90 days, as they passed by",
    missingRule: "Missing where no meeting was ever booked: then meetings are probably not kept in HubSpot.",
    remedy: "Connect the calendar to HubSpot, or book meetings through its meeting links.",
    advice: "Invite the customer to a short meeting about what they want to reach next.",
  },
  ({ state, crm, cutoffs }) => {
    const held = state.touches.filter(({ key }) => key.startsWith(MEETING));
    if (held.length === 0) return missing("No meeting with this customer was ever booked.");
    const newest = held.reduce((a, b) => (b.at > a.at ? b : a));
    const days = new Set(held.filter(({ at }) => at > cutoffs.days90).map(({ key }) => key)).size;
    const sentence = days === 0 ? "No meeting in 90 days." : `${counted(days, "meeting")} in 90 days.`;
    return measured(crm, days, sentence, newest.at);
  },
);

/** Source: design, section 6: a CSM's own judgement holds for 90 days. */
const JUDGEMENT_DAYS = 90;

export const csmJudgement = crmSignal(
  {
    key: "csm_judgement",
    label: "Judgement of the success manager",
    window: "90 days; older is stale",
    unit: "0 (bad) to 100 (good)",
    definition: "How the customer success manager sees the customer.",
    formula: "the mapped judgement: green, yellow or red as 100, 50 and 0, or a number of 0 to 100",
    missingRule: "Missing where nobody has given one.",
    remedy: "Fill the company property for the judgement (by default csm_sentiment).",
    advice:
      "Write down what has to change for the customer to be well again, and with whom to talk about it.",
  },
  ({ state, nowMs }) => {
    const register = profileRegister(state, "judgement");
    if (typeof register?.value !== "number") return missing("Nobody has given a judgement.");
    const age = Math.max(0, Math.floor((nowMs - Date.parse(register.at)) / DAY_MS));
    const isStale = age > JUDGEMENT_DAYS;
    const sentence = `Judged as ${decimal(register.value, 0)} of 100${isStale ? `, ${age} days ago` : ""}.`;
    return measured({ lastSeenAt: register.at, isStale }, register.value, sentence, register.at);
  },
);

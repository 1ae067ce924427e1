import type { AccountState } from "../../account-state.ts";
import { ago, counted } from "../words.ts";
import { crmSignal } from "./crm-signal.ts";
import { contactEvidence, type EvidenceRef, MOST_EVIDENCE } from "./evidence.ts";
import { measured, missing, type Outcome } from "./signal.ts";
import type { SignalContext } from "./signal-context.ts";

type Part = "champion" | "sponsor";
type Contact = AccountState["contacts"][number];

const role = {
  window: "now",
  unit: "1 = present, 0 = not",
  sampleSize: "one contact with a buying role",
  remedy: "Fill the buying role of the contacts.",
} as const;

export const champion = crmSignal(
  {
    ...role,
    key: "champion",
    label: "Champion",
    definition: "Whether somebody at the customer champions the product.",
    formula: "1 if a reachable contact has the buying role of a champion, else 0",
    missingRule: "Missing where no contact has a buying role and no champion has left.",
    advice: "Find a new champion among the active users, and get an introduction from the sponsor.",
  },
  (context) => readPart(context, "champion"),
);

export const sponsor = crmSignal(
  {
    ...role,
    key: "sponsor",
    label: "Sponsor",
    definition: "Whether somebody who decides at the customer is known and reachable.",
    formula: "1 if a reachable contact sponsors, decides or holds the budget, by buying role, else 0",
    missingRule: "Missing where no contact has a buying role and no sponsor has left.",
    advice: "Ask the champion who decides about the renewal, and get an introduction.",
  },
  (context) => readPart(context, "sponsor"),
);

function readPart(context: SignalContext, part: Part): Outcome {
  const { crm, contacts, nowMs } = context;
  const present = contacts.filter((contact) => contact.value?.role === part);
  const [first] = present;
  if (first !== undefined) {
    const sentence =
      present.length === 1 ? `A ${part} is present.` : `${present.length} ${part}s are present.`;
    const evidence = present.slice(0, MOST_EVIDENCE).map((contact) => contactEvidence(contact, part));
    return measured(crm, 1, sentence, first.at, evidence);
  }
  const [lost] = lostOf(context.state, part);
  if (lost !== undefined) {
    const what =
      lost.value !== null
        ? `Mail to the ${part} bounces`
        : `The ${part} left ${ago(nowMs - Date.parse(lost.at))}`;
    const sentence = `${what}, and nobody has taken the part.`;
    return measured(crm, 0, sentence, lost.at, [lostEvidence(lost, part)]);
  }
  const known = contacts.find((contact) => (contact.value?.role ?? null) !== null);
  return known === undefined
    ? missing("No contact has a buying role.")
    : measured(crm, 0, `No contact is known as a ${part}.`, known.at);
}

/** People who had the part and are gone or cannot be reached, the latest first. */
function lostOf(state: AccountState, part: Part): Contact[] {
  return state.contacts
    .filter(
      ({ value, last }) =>
        last?.role === part && (value === null || (value.role === part && value.isBounced)),
    )
    .sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0));
}

const lostEvidence = (contact: Contact, part: Part): EvidenceRef =>
  contactEvidence(contact, contact.value === null ? `${part} who left` : `${part}, mail bounces`);

export const championChange = crmSignal(
  {
    key: "champion_change",
    label: "Change of champion",
    window: "90 days",
    unit: "1 = changed, 0 = not",
    sampleSize: "one contact who is or was a champion",
    definition: "Whether a champion left or could no longer be reached in the last 90 days, replaced or not.",
    formula: "1 if a contact with the buying role of a champion left or began to bounce in 90 days, else 0",
    missingRule: "Missing where no champion was ever known.",
    remedy: "Fill the buying role of the contacts.",
    advice: "Meet the new people early: show them what was agreed, and ask what they want to reach.",
  },
  (context) => {
    const { state, crm, contacts, cutoffs, nowMs } = context;
    const isHere = (key: string) => contacts.some((contact) => contact.key === key);
    const lost = lostOf(state, "champion").filter(({ key }) => !isHere(key));
    const latest = lost.find(({ at }) => at > cutoffs.days90);
    const present = contacts.find((contact) => contact.value?.role === "champion");
    if (latest !== undefined) {
      const what =
        latest.value === null
          ? `A champion left ${ago(nowMs - Date.parse(latest.at))}`
          : "Mail to a champion began to bounce";
      const rest = present === undefined ? "nobody has taken the part" : "somebody else has the part";
      return measured(crm, 1, `${what}; ${rest}.`, latest.at, [lostEvidence(latest, "champion")]);
    }
    const known = present ?? lost[0];
    return known === undefined
      ? missing("No champion was ever known.")
      : measured(crm, 0, "No champion left in 90 days.", known.at);
  },
);

export const contactBounces = crmSignal(
  {
    key: "contact_bounces",
    label: "Contacts who cannot be reached",
    window: "now",
    unit: "share of contacts",
    sampleSize: "one contact",
    definition: "Share of the contacts whose mail bounces: people leave before anybody says so.",
    formula: "contacts whose mail bounces ÷ contacts who are still there",
    missingRule: "Missing without contacts.",
    remedy: "Associate the people you work with as contacts of the company.",
    advice: "Ask the contacts who can be reached who has taken over from the others.",
  },
  ({ state, crm }) => {
    const here = new Map<string, Contact>();
    for (const contact of state.contacts) if (contact.value !== null) here.set(contact.key, contact);
    const all = [...here.values()];
    if (all.length === 0) return missing("No contact is known.");
    const bounced = all.filter(({ value }) => value?.isBounced === true);
    const newest = (bounced.length > 0 ? bounced : all).reduce((a, b) => (b.at > a.at ? b : a));
    const sentence =
      bounced.length === 0
        ? `Mail reaches all of ${counted(all.length, "contact")}.`
        : `Mail to ${bounced.length} of ${counted(all.length, "contact")} bounces.`;
    const evidence = bounced
      .slice(0, MOST_EVIDENCE)
      .map((contact) => contactEvidence(contact, "mail bounces"));
    return measured(crm, bounced.length / all.length, sentence, newest.at, evidence);
  },
);

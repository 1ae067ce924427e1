import type { RatingRegister } from "../../account-state.ts";
import { dayText, span } from "../words.ts";

/*
 * Links to the records behind a signal. Labels are shown to everybody who sees the signal, so they carry numbers and
 * states and no personal data.
 */

/** A record that a person can look at, e.g. `zendesk:ticket:12` with "Ticket 12, urgent". */
export interface EvidenceRef {
  ref: string;
  label: string;
}

/** More than these nobody follows. */
export const MOST_EVIDENCE = 3;

/** `zendesk:901` → `zendesk:ticket:901`. */
const refOf = (key: string, objectType: string): { ref: string; id: string } => {
  const [platform = "", id = ""] = key.split(":");
  return { ref: `${platform}:${objectType}:${id}`, id };
};

/** @param what e.g. "urgent, open for 3 days" */
export function ticketEvidence(key: string, what: string): EvidenceRef {
  const { ref, id } = refOf(key, "ticket");
  return { ref, label: `Ticket ${id}, ${what}` };
}

/** A ticket that waits; the longest wait first. */
export interface OpenTicket {
  key: string;
  createdAt: string;
  isUrgent: boolean;
}

export const openTicketEvidence = (tickets: readonly OpenTicket[], nowMs: number): EvidenceRef[] =>
  tickets
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0))
    .slice(0, MOST_EVIDENCE)
    .map(({ key, createdAt, isUrgent }) =>
      ticketEvidence(key, `${isUrgent ? "urgent, " : ""}open for ${span(nowMs - Date.parse(createdAt))}`),
    );

export function dealEvidence(key: string, what: string): EvidenceRef {
  const { ref, id } = refOf(key, "deal");
  return { ref, label: `Deal ${id}, ${what}` };
}

/** @param key `contact:11`, of the company of `subject` */
export function contactEvidence(
  { subject, key }: { subject: string; key: string },
  what: string,
): EvidenceRef {
  const [platform = ""] = subject.split(":");
  return { ref: `${platform}:${key}`, label: `Contact ${key.split(":")[1] ?? ""}, ${what}` };
}

/** HubSpot keeps answers as feedback submissions, Zendesk as ratings. */
export function ratingEvidence(
  key: RatingRegister["key"],
  { what, at }: { what: string; at: string },
): EvidenceRef {
  const { ref } = refOf(key, key.startsWith("hubspot:") ? "feedback" : "rating");
  return { ref, label: `${what} of ${dayText(at)}` };
}

import { compareText } from "../../canonical-json.ts";
import { DAY_MS } from "../../units.ts";
import { counted, decimal, span } from "../words.ts";
import { COMPARABLE_AGE_DAYS } from "./engagement.ts";
import { MOST_EVIDENCE, openTicketEvidence, ticketEvidence } from "./evidence.ts";
import { defineSignal, measured, missing, notApplicable, type SignalText } from "./signal.ts";
import type { SignalContext } from "./signal-context.ts";

/** Solved tickets below this many give no rate of reopening worth the name. */
const ENOUGH_SOLVED = 3;

export const ticketSignal = (
  text: Omit<SignalText, "source" | "isFinancial" | "revealsSeats" | "missingRule" | "remedy"> &
    Partial<SignalText>,
  outcome: Parameters<typeof defineSignal>[1],
) =>
  defineSignal(
    {
      source: "tickets",
      isFinancial: false,
      revealsSeats: false,
      missingRule:
        "Missing without a connected ticket source; no tickets in a connected one is a measured 0.",
      remedy: "Connect Zendesk, or use HubSpot tickets, and match the account with its organization.",
      ...text,
    },
    (context) =>
      context.ticketSource === null ? missing("No ticket source knows this customer.") : outcome(context),
  );

/** Confirmed by the last reading of the source, where no ticket is newer. */
export const seenAt = ({ tickets, ticketSource }: SignalContext): string | null =>
  tickets.newestAt ?? ticketSource?.lastSeenAt ?? null;

export const ticketRate = ticketSignal(
  {
    key: "ticket_rate",
    label: "Tickets per seat",
    window: "30 days",
    unit: "tickets per seat",
    sampleSize: "one seat or contact; no ticket is a measured 0",
    owner: "Support",
    definition: "Support tickets opened in 30 days, for each licensed seat.",
    formula: "tickets created in 30 days ÷ licensed seats (÷ known contacts where the seats are unknown)",
    missingRule: "Missing without a connected ticket source, or without both seats and contacts.",
    revealsSeats: true,
    advice: "Look for the cause that the recent tickets have in common, and get it fixed.",
  },
  (context) => {
    const { tickets, headcount, ticketSource } = context;
    if (headcount === null)
      return missing("Neither seats nor contacts are known to compare the tickets with.");
    const rate = tickets.recent / headcount.count;
    const fallback = headcount.basis === "seat" ? "" : " (the seats are not known)";
    const sentence =
      tickets.recent === 0
        ? "No new ticket in 30 days."
        : `${counted(tickets.recent, "new ticket")} in 30 days, ${decimal(rate, 2)} per ${headcount.basis}${fallback}.`;
    return measured(ticketSource, rate, sentence, seenAt(context));
  },
);

export const ticketTrend = ticketSignal(
  {
    key: "ticket_trend",
    label: "Tickets against the month before",
    window: "30 days against the 30 days before",
    unit: "ratio",
    sampleSize: "none; no ticket is a measured 0",
    owner: "Support",
    definition: "Whether more tickets are opened than in the month before.",
    formula: "(tickets created in 30 days + 1) ÷ (tickets created in the 30 days before + 1)",
    missingRule: "Missing without a connected ticket source; not applicable in the first 60 days.",
    advice: "Find out what changed for the customer when the tickets began to rise.",
  },
  (context) => {
    if (context.age.ageDays < COMPARABLE_AGE_DAYS)
      return notApplicable("Too young for a comparison with the month before.");
    const { recent, before } = context.tickets;
    const sentence = `${counted(recent, "new ticket")} in 30 days, ${before} in the 30 days before.`;
    return measured(context.ticketSource, (recent + 1) / (before + 1), sentence, seenAt(context));
  },
);

export const urgentOpen = ticketSignal(
  {
    key: "urgent_open",
    label: "Urgent tickets",
    window: "now",
    unit: "open tickets",
    sampleSize: "none; no ticket is a measured 0",
    owner: "Support",
    definition: "Open tickets of urgent priority.",
    formula: "tickets that are open or pending and urgent",
    advice: "Get the urgent ticket solved today, and tell the customer when to expect it.",
  },
  (context) => {
    const { urgentOpen: open, oldestUrgentAt } = context.tickets;
    if (open === 0 || oldestUrgentAt === null)
      return measured(context.ticketSource, 0, "No urgent ticket is open.", seenAt(context));
    const age = span(context.nowMs - Date.parse(oldestUrgentAt));
    const sentence =
      open === 1 ? `1 urgent ticket open for ${age}.` : `${open} urgent tickets open, the oldest for ${age}.`;
    const urgent = context.tickets.openTickets.filter((ticket) => ticket.isUrgent);
    const evidence = openTicketEvidence(urgent, context.nowMs);
    return measured(context.ticketSource, open, sentence, seenAt(context), evidence);
  },
);

export const oldestOpenTicket = ticketSignal(
  {
    key: "oldest_open_ticket",
    label: "Oldest open ticket",
    window: "now",
    unit: "days",
    sampleSize: "none; no ticket is a measured 0",
    owner: "Support",
    definition: "Age of the oldest ticket that is still open; 0 where none is.",
    formula: "days since the oldest open or pending ticket was created",
    advice: "Close the oldest ticket: solve it, or agree with the customer to drop it.",
  },
  (context) => {
    const { open, oldestOpenAt } = context.tickets;
    if (oldestOpenAt === null)
      return measured(context.ticketSource, 0, "No ticket is open.", seenAt(context));
    const ageMs = Math.max(0, context.nowMs - Date.parse(oldestOpenAt));
    const sentence = `${counted(open, "open ticket")}, ${open === 1 ? "" : "the oldest "}${span(ageMs)} old.`;
    const evidence = openTicketEvidence(context.tickets.openTickets, context.nowMs);
    return measured(context.ticketSource, ageMs / DAY_MS, sentence, seenAt(context), evidence);
  },
);

export const reopenRate = ticketSignal(
  {
    key: "reopen_rate",
    label: "Reopened tickets",
    window: "90 days",
    unit: "share of solved tickets",
    sampleSize: "3 solved tickets",
    owner: "Support",
    definition: "Share of the solved tickets that had to be reopened.",
    formula: "tickets solved in 90 days that were reopened ÷ those whose reopenings are known",
    missingRule:
      "Not applicable with fewer than 3 solved tickets; missing where reopenings are not recorded.",
    advice: "Check with the customer whether the solved tickets really are solved.",
  },
  (context) => {
    const { solved, solvedKnown, reopened } = context.tickets;
    if (solved < ENOUGH_SOLVED)
      return notApplicable(`Fewer than ${ENOUGH_SOLVED} tickets solved in 90 days.`);
    if (solvedKnown < ENOUGH_SOLVED) return missing("Reopened tickets are not recorded.");
    const share = reopened / solvedKnown;
    const sentence = `${reopened} of ${solvedKnown} solved tickets reopened in 90 days.`;
    const evidence = context.tickets.reopenedTickets
      .toSorted((a, b) => b.reopens - a.reopens || compareText(b.at, a.at))
      .slice(0, MOST_EVIDENCE)
      .map(({ key, reopens }) => ticketEvidence(key, `reopened ${counted(reopens, "time")}`));
    return measured(context.ticketSource, share, sentence, seenAt(context), evidence);
  },
);

export const firstReply = ticketSignal(
  {
    key: "first_reply",
    label: "First reply",
    window: "30 days",
    unit: "hours",
    sampleSize: "one ticket with a first reply",
    owner: "Support",
    definition: "How long customers wait for the first reply to a ticket.",
    formula: "median hours to the first reply of the tickets created in 30 days",
    missingRule: "Not applicable without new tickets; missing where reply times are not recorded.",
    advice: "Reply to this customer's new tickets first.",
  },
  (context) => {
    const { recent, replyMinutes } = context.tickets;
    if (recent === 0) return notApplicable("No new ticket in 30 days.");
    if (replyMinutes.length === 0)
      return missing("No first reply is recorded for the tickets of the last 30 days.");
    const hours = median(replyMinutes) / 60;
    const wait = hours < 2 ? counted(Math.round(hours * 60), "minute") : `${decimal(hours)} hours`;
    return measured(
      context.ticketSource,
      hours,
      `First reply after ${wait} (median of 30 days).`,
      seenAt(context),
    );
  },
);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >>> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

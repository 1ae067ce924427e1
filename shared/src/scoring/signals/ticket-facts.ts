import type { AccountState, TicketValue } from "../../account-state.ts";
import type { OpenTicket } from "./evidence.ts";

type Ticket = NonNullable<TicketValue>;
type Sentiment = NonNullable<Ticket["sentiment"]>;

/** What the ticket signals count, gathered in one pass. */
export interface TicketFacts {
  /** Created in the last 30 days, and in the 30 days before. */
  recent: number;
  before: number;
  open: number;
  /** ISO; `null` = none is open. */
  oldestOpenAt: string | null;
  urgentOpen: number;
  oldestUrgentAt: string | null;
  /** Solved or closed in the last 90 days; of those the ones whose reopens are known, and reopened. */
  solved: number;
  solvedKnown: number;
  reopened: number;
  /** Minutes until the first reply of the tickets created in the last 30 days, where known. */
  replyMinutes: number[];
  newestAt: string | null;
  openTickets: OpenTicket[];
  reopenedTickets: { key: string; reopens: number; at: string }[];
  /** Minutes from creation to solution of the tickets solved in the last 90 days, where known. */
  resolutionMinutes: number[];
  /** Tickets of the last 90 days whose tags say how the customer feels. */
  sentiments: { key: string; sentiment: Sentiment; createdAt: string }[];
}

export interface Cutoffs {
  now: string;
  days30: string;
  days60: string;
  days90: string;
}

export function ticketFacts(state: AccountState, cutoffs: Cutoffs): TicketFacts {
  const facts: TicketFacts = {
    recent: 0,
    before: 0,
    open: 0,
    oldestOpenAt: null,
    urgentOpen: 0,
    oldestUrgentAt: null,
    solved: 0,
    solvedKnown: 0,
    reopened: 0,
    replyMinutes: [],
    newestAt: null,
    openTickets: [],
    reopenedTickets: [],
    resolutionMinutes: [],
    sentiments: [],
  };
  const seen = state.tickets.some((t) => t.subject !== state.tickets[0]?.subject) ? new Set<string>() : null;
  for (const { key, at, value } of state.tickets) {
    // one ticket of two parties of the account is one ticket
    if (value === null || seen?.has(key)) continue;
    seen?.add(key);
    if (facts.newestAt === null || at > facts.newestAt) facts.newestAt = at;
    addCreated(facts, value, cutoffs);
    addSentiment(facts, key, value, cutoffs);
    if (value.status === "open" || value.status === "pending") addOpen(facts, key, value);
    else if (at > cutoffs.days90) addSolved(facts, key, at, value);
  }
  return facts;
}

function addCreated(facts: TicketFacts, ticket: Ticket, { days30, days60 }: Cutoffs): void {
  if (ticket.createdAt > days30) {
    facts.recent += 1;
    if (ticket.firstReplyMinutes !== null) facts.replyMinutes.push(ticket.firstReplyMinutes);
  } else if (ticket.createdAt > days60) facts.before += 1;
}

const older = (a: string | null, b: string): string => (a === null || b < a ? b : a);

function addSentiment(
  facts: TicketFacts,
  key: string,
  { sentiment, createdAt }: Ticket,
  { days90 }: Cutoffs,
): void {
  if (sentiment && createdAt > days90) facts.sentiments.push({ key, sentiment, createdAt });
}

function addOpen(facts: TicketFacts, key: string, ticket: Ticket): void {
  facts.open += 1;
  facts.openTickets.push({ key, createdAt: ticket.createdAt, isUrgent: ticket.priority === "urgent" });
  facts.oldestOpenAt = older(facts.oldestOpenAt, ticket.createdAt);
  if (ticket.priority !== "urgent") return;
  facts.urgentOpen += 1;
  facts.oldestUrgentAt = older(facts.oldestUrgentAt, ticket.createdAt);
}

function addSolved(facts: TicketFacts, key: string, at: string, ticket: Ticket): void {
  facts.solved += 1;
  if (typeof ticket.resolutionMinutes === "number") facts.resolutionMinutes.push(ticket.resolutionMinutes);
  if (ticket.reopens === null) return;
  facts.solvedKnown += 1;
  if (ticket.reopens === 0) return;
  facts.reopened += 1;
  facts.reopenedTickets.push({ key, reopens: ticket.reopens, at });
}

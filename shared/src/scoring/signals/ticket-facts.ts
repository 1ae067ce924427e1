import type { AccountState, TicketValue } from "../../account-state.ts";

type Ticket = NonNullable<TicketValue>;

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
  };
  const seen = state.tickets.some((t) => t.subject !== state.tickets[0]?.subject) ? new Set<string>() : null;
  for (const { key, at, value } of state.tickets) {
    // one ticket of two parties of the account is one ticket
    if (value === null || seen?.has(key)) continue;
    seen?.add(key);
    if (facts.newestAt === null || at > facts.newestAt) facts.newestAt = at;
    addCreated(facts, value, cutoffs);
    if (value.status === "open" || value.status === "pending") addOpen(facts, value);
    else if (at > cutoffs.days90) addSolved(facts, value);
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

function addOpen(facts: TicketFacts, ticket: Ticket): void {
  facts.open += 1;
  facts.oldestOpenAt = older(facts.oldestOpenAt, ticket.createdAt);
  if (ticket.priority !== "urgent") return;
  facts.urgentOpen += 1;
  facts.oldestUrgentAt = older(facts.oldestUrgentAt, ticket.createdAt);
}

function addSolved(facts: TicketFacts, ticket: Ticket): void {
  facts.solved += 1;
  if (ticket.reopens === null) return;
  facts.solvedKnown += 1;
  if (ticket.reopens > 0) facts.reopened += 1;
}

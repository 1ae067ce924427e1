import type { AccountState } from "../../account-state.ts";
import { isoText } from "../../iso-text.ts";
import type { UsageMetric } from "../../source-record.ts";
import { DAY_MS, HOUR_MS } from "../../units.ts";
import { type AccountAge, accountAge } from "../account-age.ts";
import type { SourcesSeen } from "../health-result.ts";
import { type Answer, answersSince } from "./answers.ts";
import { type TicketFacts, ticketFacts } from "./ticket-facts.ts";

/** Hours after which a source is stale. */
export interface FreshnessLimits {
  crm: number;
  usage: number;
  tickets: number;
  nps: number;
}

/** Source: design, section 6 (usage 3 days, tickets 1 hour, NPS 180 days); CRM one day, its nightly comparison. */
export const DEFAULT_FRESHNESS: FreshnessLimits = { crm: 24, usage: 72, tickets: 1, nps: 180 * 24 };

/** How up to date one source is for this account; `null` in its place = the account has nothing from it. */
export interface SourceFreshness {
  lastSeenAt: string;
  isStale: boolean;
}

/** By what a count is divided: licensed seats, or the known contacts where seats are unknown. */
export interface Headcount {
  count: number;
  basis: "seat" | "known contact";
}

/** Everything that signals read, worked out once per account. */
export interface SignalContext {
  state: AccountState;
  nowMs: number;
  /** The present and instants before it, ISO, for comparing as text. */
  cutoffs: { now: string; days30: string; days60: string; days90: string; days180: string; days365: string };
  age: AccountAge;
  crm: SourceFreshness | null;
  usage: SourceFreshness | null;
  ticketSource: SourceFreshness | null;
  tickets: TicketFacts;
  headcount: Headcount | null;
  /** Contacts who are still here and reachable. */
  contacts: readonly AccountState["contacts"][number][];
  npsLimitMs: number;
  /** NPS answers of 365 days and ticket ratings of 90 days, newest first. */
  npsAnswers: readonly Answer[];
  csatAnswers: readonly Answer[];
}

export function signalContext(
  state: AccountState,
  now: Date,
  sources: SourcesSeen,
  options: { createdAt?: Date; limits?: FreshnessLimits } = {},
): SignalContext {
  const limits = options.limits ?? DEFAULT_FRESHNESS;
  const nowMs = now.getTime();
  const back = (days: number): string => isoText(nowMs - days * DAY_MS);
  const cutoffs = {
    now: isoText(nowMs),
    days30: back(30),
    days60: back(60),
    days90: back(90),
    days180: back(180),
    days365: back(365),
  };
  const contacts = presentContacts(state);
  return {
    state,
    nowMs,
    cutoffs,
    age: accountAge(state, options.createdAt ?? now, now),
    crm: seen(sources.crm, nowMs, limits.crm),
    usage: usageFreshness(state, sources, nowMs, limits.usage),
    ticketSource: hasTicketParty(state, sources) ? seen(sources.tickets, nowMs, limits.tickets) : null,
    tickets: ticketFacts(state, cutoffs),
    headcount: headcount(state, contacts.length, cutoffs.now),
    contacts,
    npsLimitMs: limits.nps * HOUR_MS,
    npsAnswers: answersSince(state, "nps", cutoffs.days365, cutoffs.now),
    csatAnswers: answersSince(state, "csat", cutoffs.days90, cutoffs.now),
  };
}

const seen = (at: Date | null, nowMs: number, limitHours: number): SourceFreshness | null =>
  at === null
    ? null
    : { lastSeenAt: isoText(at.getTime()), isStale: nowMs - at.getTime() > limitHours * HOUR_MS };

/**
 * Whether the ticket source knows this account at all. No ticket from a help desk that has no record of the
 * account is silence, and silence is not satisfaction.
 */
export function hasTicketParty(state: AccountState, sources: SourcesSeen): boolean {
  if (sources.ticketsFrom === undefined || state.tickets.length > 0) return true;
  const prefix = `${sources.ticketsFrom}:`;
  return state.profile.some((register) => register.subject.startsWith(prefix));
}

/** Days after which gauges that never move are no longer taken for a living feed: the longest window they count over. */
const SILENT_FEED_DAYS = 30;

/** What a state says of the gauges of product use; with it their freshness at any later time is known. */
export interface UsageMovement {
  /** When any gauge but the licensed seats last moved. */
  movedMs: number;
  /** Whether the product's own events are counted for the account. */
  isCounted: boolean;
}

/** `null` = the account has no gauge of product use. */
export function usageMovement(state: AccountState): UsageMovement | null {
  let movedAt: string | null = null;
  let isCounted = false;
  for (const { subject, key, points } of state.usage) {
    isCounted ||= isProductGroup(subject);
    const last = points.at(-1);
    if (key !== "seats" && last !== undefined && (movedAt === null || last.at > movedAt)) movedAt = last.at;
  }
  return movedAt === null ? null : { movedMs: Date.parse(movedAt), isCounted };
}

/**
 * A gauge in a CRM property that did not change was not delivered again, so the age of its last change alone
 * would call every steady customer stale. A reading of the CRM confirms the value, but cannot tell a steady
 * customer from a feed that stopped. So the CRM's word counts as long as any gauge of product use of this account
 * moved within 30 days; after that the age of the last movement does. Licensed seats, which rarely change, are no
 * proof of a living feed.
 *
 * Events of the product itself are counted here, so that a gauge that rests is as sure as one that moves, as long as
 * the product sends events at all: nobody has used it, and that is known. For accounts with such gauges the newest
 * event of anybody confirms them.
 * @returns when the gauges were last confirmed; may lie ahead of `nowMs`
 */
export function usageConfirmedMs(
  { movedMs, isCounted }: UsageMovement,
  { crm, usage: events = null }: SourcesSeen,
  nowMs: number,
): number {
  const isAlive = nowMs - movedMs <= SILENT_FEED_DAYS * DAY_MS;
  return Math.max(
    movedMs,
    isAlive && crm !== null ? crm.getTime() : movedMs,
    isCounted && events !== null ? events.getTime() : movedMs,
  );
}

/**
 * The same turned round: gauges of this kind are stale at `nowMs` exactly where they last moved before this, in whole
 * milliseconds.
 */
export function usageConfirmedFrom(
  { isCounted }: Pick<UsageMovement, "isCounted">,
  limitHours: number,
  { crm, usage: events = null }: SourcesSeen,
  nowMs: number,
): number {
  const line = nowMs - limitHours * HOUR_MS;
  if (isCounted && events !== null && events.getTime() >= line) return Number.MIN_SAFE_INTEGER;
  const isCrmFresh = crm !== null && crm.getTime() >= line;
  return Math.ceil(isCrmFresh ? Math.min(line, nowMs - SILENT_FEED_DAYS * DAY_MS) : line);
}

function usageFreshness(
  state: AccountState,
  sources: SourcesSeen,
  nowMs: number,
  limitHours: number,
): SourceFreshness | null {
  const movement = usageMovement(state);
  if (movement === null) return null;
  const confirmedMs = usageConfirmedMs(movement, sources, nowMs);
  return {
    lastSeenAt: isoText(Math.min(confirmedMs, nowMs)),
    isStale: nowMs - confirmedMs > limitHours * HOUR_MS,
  };
}

function presentContacts(state: AccountState): AccountState["contacts"][number][] {
  const found: AccountState["contacts"][number][] = [];
  for (const contact of state.contacts) {
    if (contact.value === null || contact.value.isBounced) continue;
    if (!found.some((other) => other.key === contact.key && other.subject !== contact.subject))
      found.push(contact);
  }
  return found;
}

function headcount(state: AccountState, contacts: number, now: string): Headcount | null {
  const seats = usageAt(state, "seats", now);
  if (seats !== null && seats > 0) return { count: seats, basis: "seat" };
  return contacts > 0 ? { count: contacts, basis: "known contact" } : null;
}

const isProductGroup = (subject: string): boolean => subject.startsWith("segment:");

/**
 * Value of a gauge at an instant, added up over the account's parties. Where the product's own events give it, a CRM
 * property for the same gauge is the same people once more and is left out.
 * @returns `null` where nothing was known then, or what was known is negative and so cannot be right
 */
export function usageAt(state: AccountState, metric: UsageMetric, at: string): number | null {
  let counted: number | null = null;
  let told: number | null = null;
  for (const { subject, key, points } of state.usage) {
    if (key !== metric) continue;
    const value = points.findLast((point) => point.at <= at)?.value ?? null;
    if (value === null || value < 0) continue;
    if (isProductGroup(subject)) counted = (counted ?? 0) + value;
    else told = (told ?? 0) + value;
  }
  return counted ?? told;
}

/** Date of the newest point of a gauge up to now; `null` = none. */
export function usageSeenAt(context: SignalContext, metric: UsageMetric): string | null {
  let newest: string | null = null;
  for (const { key, points } of context.state.usage) {
    if (key !== metric) continue;
    const at = points.findLast((point) => point.at <= context.cutoffs.now)?.at ?? null;
    if (at !== null && (newest === null || at > newest)) newest = at;
  }
  return newest;
}

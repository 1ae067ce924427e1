import type { AccountState } from "../account-state.ts";
import { GROWING_DAYS, NEW_DAYS, relationStart } from "../scoring/account-age.ts";
import { COMPARABLE_AGE_DAYS } from "../scoring/signals/engagement.ts";
import { DAY_MS } from "../units.ts";

/** Days after a fact at which a window lets it go, by the list of the state; 0 = it lay ahead until then. */
const WINDOWS = {
  usage: [0, 30, 90, 365],
  touches: [0, 30, 90],
  ratings: [0, 90, 180, 365],
  ticketsCreated: [0, 30, 60, 90],
  ticketsChanged: [0, 90],
  dealsWon: [0, 365],
  contacts: [0, 90],
  /** A judgement counts whole days: after its 90th it is stale. */
  profile: [0, 91],
  /** Of dates told by the profile: the renewal is prepared from 120 days before it to a day after it. */
  dates: [-120, 0, 1],
  age: [COMPARABLE_AGE_DAYS, NEW_DAYS, GROWING_DAYS],
} as const;

/**
 * The first instant after `nowMs` at which a fact of the state may enter or leave a window of any signal. Until then
 * every signal keeps its value, apart from those that count the time since one fact. Rather too early than too late.
 */
export function nextCrossing(state: AccountState, createdAt: Date, nowMs: number): number {
  let next = Number.POSITIVE_INFINITY;
  const consider = (at: string | null, windows: readonly number[]): void => {
    const ms = at === null ? Number.NaN : Date.parse(at);
    for (const days of windows) {
      // windows are open at one end, and some at the other: the instant itself and the one after it
      const crossing = ms + days * DAY_MS;
      if (crossing > nowMs) next = Math.min(next, crossing);
      else if (crossing + 1 > nowMs) next = Math.min(next, crossing + 1);
    }
  };
  for (const { points } of state.usage) for (const { at } of points) consider(at, WINDOWS.usage);
  for (const { at } of state.touches) consider(at, WINDOWS.touches);
  for (const { answeredAt } of state.ratings) consider(answeredAt, WINDOWS.ratings);
  for (const { at, value } of state.tickets) {
    consider(at, WINDOWS.ticketsChanged);
    consider(value?.createdAt ?? null, WINDOWS.ticketsCreated);
  }
  for (const { firstWonAt } of state.deals) consider(firstWonAt, WINDOWS.dealsWon);
  for (const { at } of state.contacts) consider(at, WINDOWS.contacts);
  for (const { at, value } of state.profile) {
    consider(at, WINDOWS.profile);
    if (typeof value === "string" && isDate(value)) consider(value, WINDOWS.dates);
  }
  consider(relationStart(state, createdAt).toISOString(), WINDOWS.age);
  return next;
}

const isDate = (text: string): boolean => /^\d{4}-\d\d/.test(text);

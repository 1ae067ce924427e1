import { type AccountState, profileValue } from "../account-state.ts";
import type { Segment } from "../api/account-health.ts";
import { daysBetween } from "../units.ts";

export interface AccountAge {
  ageDays: number;
  segment: Segment;
}

/** Days at which the segments New and Growing end; half-open. Source: design, section 6 and table of words. */
export const NEW_DAYS = 90;
export const GROWING_DAYS = 180;

/**
 * Whole days since the relation began: the mapped date, else when it became a customer, else its first won deal,
 * else its creation (at the platform, or where that is unknown, with us).
 */
export function accountAge(state: AccountState, createdAt: Date, now: Date): AccountAge {
  const ageDays = Math.max(0, Math.floor(daysBetween(relationStart(state, createdAt), now)));
  const segment = ageDays < NEW_DAYS ? "new" : ageDays < GROWING_DAYS ? "growing" : "established";
  return { ageDays, segment };
}

/** When the relation began; see `accountAge`. */
export function relationStart(state: AccountState, createdAt: Date): Date {
  const start =
    dateOf(state, "customerSince") ??
    dateOf(state, "becameCustomerAt") ??
    firstWonAt(state) ??
    dateOf(state, "createdAt");
  return start === null ? createdAt : new Date(start);
}

function dateOf(state: AccountState, key: string): string | null {
  const value = profileValue(state, key);
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : null;
}

function firstWonAt(state: AccountState): string | null {
  let first: string | null = null;
  for (const { value, firstWonAt: at } of state.deals) {
    if (value?.status === "won" && at !== null && (first === null || at < first)) first = at;
  }
  return first;
}

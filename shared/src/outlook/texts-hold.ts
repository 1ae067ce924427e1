import type { AccountState } from "../account-state.ts";
import { DAY_MS } from "../units.ts";
import type { Terms } from "./moving-terms.ts";

/** "75 days ago" may be told until it is that share too old… */
const MOST_SHARE = 0.1;
/** …and any such text until the next day. */
const LEAST_MS = DAY_MS;

/** Texts that count days go on counting while the numbers stand still: how long they may stay as they were written. */
export function textsHoldUntil(
  state: AccountState,
  { since, counting }: Terms,
  nowMs: number,
  until: number,
): number {
  let hold = until;
  const consider = (ms: number): void => {
    if (!Number.isNaN(ms))
      hold = Math.min(hold, nowMs + Math.max(LEAST_MS, Math.abs(nowMs - ms) * MOST_SHARE));
  };
  consider(since);
  for (const [, from] of counting) consider(from);
  for (const { value } of state.profile)
    if (typeof value === "string" && value.includes("-")) consider(Date.parse(value));
  for (const { at, value } of state.contacts) if (value === null) consider(Date.parse(at));
  return Math.ceil(hold);
}

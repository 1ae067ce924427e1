import { DAY_MS } from "../units.ts";

/** Distance of reference dates, counted from 1970-01-01, so that the dates do not move from run to run. */
export const PERIOD_DAYS = 30;
/** How far back a training looks: older behaviour says little about today's customers. */
export const LOOK_BACK_DAYS = 3 * 365;
const PERIOD_MS = PERIOD_DAYS * DAY_MS;

/** FNV-1a over the text's code units, 32 bits: spreads ids evenly, the same on every machine. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  // the last characters alone would decide about the low bits
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * The dates at which an account is looked at, oldest first, ms since 1970. One account's dates are a whole horizon
 * apart, and each date's horizon has passed at `now`: so a loss falls into the horizon of one date alone, and no
 * account counts for more than what it lived through. Accounts start at different months, so that all months count.
 */
export function referenceDates(account: string, now: Date, horizonDays: number): number[] {
  const stride = Math.ceil(horizonDays / PERIOD_DAYS);
  const phase = hashText(account) % stride;
  const last = Math.floor((now.getTime() - horizonDays * DAY_MS) / PERIOD_MS);
  const oldest = Math.ceil((now.getTime() - LOOK_BACK_DAYS * DAY_MS) / PERIOD_MS);
  const dates: number[] = [];
  for (let k = oldest; k <= last; k++) if (k % stride === phase) dates.push(k * PERIOD_MS);
  return dates;
}

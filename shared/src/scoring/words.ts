import { DAY_MS, HOUR_MS, roundTo } from "../units.ts";

/** "1 ticket", "2 tickets". */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** At most `digits` decimals, without trailing zeros. */
export const decimal = (value: number, digits = 1): string => String(roundTo(value, digits));

/** Of a share: 0.154 → "15%". */
export const percent = (share: number): string => `${roundTo(share * 100, 0)}%`;

/** "under an hour", "53 hours" below three days, "5 days" from there on; never negative. */
export function span(ms: number): string {
  const past = Math.max(0, ms);
  if (past < HOUR_MS) return "under an hour";
  return past < 3 * DAY_MS
    ? counted(Math.floor(past / HOUR_MS), "hour")
    : counted(Math.floor(past / DAY_MS), "day");
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/** "3 May 2026", in UTC. @param at ISO 8601 */
export function dayText(at: string): string {
  const [year = "", month = "", day = ""] = at.slice(0, 10).split("-");
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? month} ${year}`;
}

/** "today", "1 day ago", "48 days ago". */
export function ago(ms: number): string {
  const days = Math.floor(Math.max(0, ms) / DAY_MS);
  return days === 0 ? "today" : `${counted(days, "day")} ago`;
}

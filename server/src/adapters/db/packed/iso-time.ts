import { DAY_MS, HOUR_MS, MINUTE_MS } from "@bellwether/shared";

const LENGTH = "2026-01-02T03:04:05.678Z".length;
const ZERO = 48;
/** Days before each month of a year that begins in March, so that a leap day is its last one. */
const MARCH_DAYS = [306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275];
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAYS_OF_400_YEARS = 146_097;
/** From 1 March of the year 0 to 1 January 1970. */
const DAYS_TO_1970 = 719_468;

/**
 * Milliseconds since 1970 of a text that `Date.prototype.toISOString` could have made for a year from 1970 to 2999;
 * `null` of every other text. A tenth of what `Date.parse` and the way back take, for results are full of times.
 */
export function isoMs(text: string): number | null {
  if (text.length !== LENGTH || !hasMarks(text)) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const [hour, minute] = [digits(text, 11, 2), digits(text, 14, 2)];
  const [second, ms] = [digits(text, 17, 2), digits(text, 20, 3)];
  const isClock =
    hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60 && ms >= 0;
  if (!isClock || !(year >= 1970 && year < 3000) || !isDay(year, month, day)) return null;
  return daysTo(year, month, day) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
}

const hasMarks = (text: string): boolean =>
  text[4] === "-" &&
  text[7] === "-" &&
  text[10] === "T" &&
  text[13] === ":" &&
  text[16] === ":" &&
  text[19] === "." &&
  text[23] === "Z";

/** NaN where one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let number = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function isDay(year: number, month: number, day: number): boolean {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = month === 2 && !isLeap ? 28 : (DAYS_OF_MONTH[month - 1] ?? 0);
  return day >= 1 && day <= last;
}

function daysTo(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const ofEra = marchYear - era * 400;
  const leapDays = Math.floor(ofEra / 4) - Math.floor(ofEra / 100);
  const days = ofEra * 365 + leapDays + (MARCH_DAYS[month - 1] ?? 0) + day - 1;
  return era * DAYS_OF_400_YEARS + days - DAYS_TO_1970;
}

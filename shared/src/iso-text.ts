/** Rounds of scoring share their instants, and writing a date as text costs more than the rest of a signal. */
const MOST_REMEMBERED = 64;
const remembered = new Map<number, string>();

/** ISO 8601 in UTC with milliseconds; the same as `Date.toISOString`, remembered for the next call. */
export function isoText(ms: number): string {
  const known = remembered.get(ms);
  if (known !== undefined) return known;
  const text = new Date(ms).toISOString();
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(ms, text);
  return text;
}

import { roundTo } from "../units.ts";

/** How many of each value there are, in tenths from `low` on: exact whatever the order, and as small for any book. */
export type Tally = number[];

const STEPS = 10;

/** For values from `low` to `high` (whole numbers). */
export const newTally = (low: number, high: number): Tally =>
  new Array<number>((high - low) * STEPS + 1).fill(0);

export function count(tally: Tally, low: number, value: number): void {
  const place = Math.min(tally.length - 1, Math.max(0, Math.round((value - low) * STEPS)));
  tally[place] = (tally[place] ?? 0) + 1;
}

export const total = (tally: Tally): number => tally.reduce((sum, n) => sum + n, 0);

/** `null` of nothing. Summed in whole tenths, so that no order of adding shows. */
export function mean(tally: Tally, low: number): number | null {
  const n = total(tally);
  if (n === 0) return null;
  const tenths = tally.reduce((sum, times, place) => sum + times * place, 0);
  return roundTo(tenths / n / STEPS + low, 2);
}

/** Of an even number of values the middle between the two; `null` of nothing. */
export function median(tally: Tally, low: number): number | null {
  const n = total(tally);
  if (n === 0) return null;
  const place = (placeOf(tally, Math.floor((n - 1) / 2)) + placeOf(tally, Math.floor(n / 2))) / 2;
  return roundTo(place / STEPS + low, 2);
}

/** Place of the value of this rank, from 0. */
function placeOf(tally: Tally, rank: number): number {
  let seen = 0;
  return tally.findIndex((times) => {
    seen += times;
    return seen > rank;
  });
}

const BINS = 10;

/** [0, 10), [10, 20), …, [90, 100]; of a tally from 0 to 100. */
export function bins(tally: Tally): number[] {
  const found = new Array<number>(BINS).fill(0);
  tally.forEach((times, place) => {
    const bin = Math.min(BINS - 1, Math.floor(place / (STEPS * BINS)));
    found[bin] = (found[bin] ?? 0) + times;
  });
  return found;
}

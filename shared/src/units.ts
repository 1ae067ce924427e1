export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Rounds half away from zero; the same bits on every machine. `-0` never comes out. */
export function roundTo(value: number, digits: number): number {
  const factor = 10 ** digits;
  const rounded = Math.round(Math.abs(value) * factor) / factor;
  return value < 0 && rounded !== 0 ? -rounded : rounded;
}

/** Whole days are not assumed: 36 hours are 1.5 days. Negative when `later` is before `earlier`. */
export const daysBetween = (earlier: Date, later: Date): number =>
  (later.getTime() - earlier.getTime()) / DAY_MS;

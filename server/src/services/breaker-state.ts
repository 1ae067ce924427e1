import { z } from "zod";

/** Name of the shared state. */
export const BREAKER = "breaker";

/** Circuit breaker of a connection, as all processes share it; times in milliseconds of the budgets' clock. */
export const breakerState = z
  .object({
    /** `null` = closed. */
    openUntil: z.number().nullable(),
    /** Openings in a row. */
    openings: z.number(),
    /** Until when one call has the right to probe. */
    probeUntil: z.number(),
    reason: z.string().nullable(),
  })
  .catch({ openUntil: null, openings: 0, probeUntil: 0, reason: null });
export type BreakerState = z.infer<typeof breakerState>;

export interface BreakerView {
  state: "closed" | "open" | "half_open";
  /** When the next probe is due; `null` = closed. */
  retryInMs: number | null;
  /** What the platform said last. */
  reason: string | null;
}

/** What a stored state means at a time. */
export function viewOfBreaker(stored: unknown, nowMs: number): BreakerView {
  const { openUntil, reason } = breakerState.parse(stored);
  if (openUntil === null) return { state: "closed", retryInMs: null, reason: null };
  const retryInMs = Math.max(0, openUntil - nowMs);
  return { state: retryInMs > 0 ? "open" : "half_open", retryInMs, reason };
}

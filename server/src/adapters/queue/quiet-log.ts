import type { Log } from "../../services/ports.ts";

const QUIET_MS = 10_000;

/** While the database is away every poll fails: one line per message and 10 s says it too. */
export function quietly(log: Log): (message: string, error: unknown) => void {
  const last = new Map<string, { at: number; left: number }>();
  return (message, error) => {
    const now = performance.now();
    const entry = last.get(message);
    if (entry && now - entry.at < QUIET_MS) {
      entry.left++;
      return;
    }
    last.set(message, { at: now, left: 0 });
    log.warn({ ...(error !== null && { err: error }), ...(entry && { repeated: entry.left }) }, message);
  };
}

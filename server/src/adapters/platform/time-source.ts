import { setTimeout as sleep } from "node:timers/promises";

/** Time and chance as the outgoing calls need them; replaced in tests. */
export interface TimeSource {
  /** Milliseconds; only differences are used, so that a clock that is set does no harm. */
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** 0 ≤ x < 1, for jitter. */
  random(): number;
}

export const systemTime: TimeSource = {
  nowMs: () => performance.now(),
  sleep: (ms) => sleep(ms),
  random: () => Math.random(),
};

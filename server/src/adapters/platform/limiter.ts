import { PlatformError } from "../../services/errors.ts";
import type { TimeSource } from "./time-source.ts";

export interface LimiterSettings {
  /** Calls that may start in any stretch of `intervalMs`. */
  reservoir: number;
  intervalMs: number;
  maxConcurrent: number;
  /** Pauses up to this are waited out; calls during a longer one are refused, so that no job hangs for hours. */
  maxPauseMs: number;
}

/** What a platform's answer says about its own limit; `null` = not said. */
export interface LimitReport {
  max: number | null;
  remaining: number | null;
}

/**
 * Share of the platform's limit that we use at most. The rest is for the tenant's other integrations that draw on
 * the same pool, and for calls that were counted late.
 */
const OWN_SHARE = 0.9;

interface Waiting {
  start: () => void;
  refuse: (error: PlatformError) => void;
}

/**
 * Rate limit of one connection: a rolling window of starts, a cap on calls in flight, and pauses.
 * After a pause one call probes; the others start when it has come back without a new pause.
 */
export class Limiter {
  readonly #settings: LimiterSettings;
  readonly #time: Pick<TimeSource, "nowMs" | "sleep">;
  readonly #waiting: Waiting[] = [];
  /** Start times inside the window, oldest first; calls of others that we heard of are in it too. */
  #starts: number[] = [];
  #reservoir: number;
  #running = 0;
  #pausedUntil = 0;
  #isProbing = false;
  #wakeAt: number | null = null;

  constructor(settings: LimiterSettings, time: Pick<TimeSource, "nowMs" | "sleep">) {
    this.#settings = settings;
    this.#time = time;
    this.#reservoir = settings.reservoir;
  }

  /**
   * Runs `task` when the limit allows; in the order of the calls.
   * @throws {PlatformError} `rate_limited` during a pause longer than `maxPauseMs`
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await new Promise<void>((start, refuse) => {
      this.#waiting.push({ start, refuse });
      this.#refuseDuringLongPause();
      this.#pump();
    });
    try {
      return await task();
    } finally {
      this.#running -= 1;
      if (this.#time.nowMs() >= this.#pausedUntil) this.#isProbing = false;
      this.#pump();
    }
  }

  /** Nobody starts for `ms`; a longer pause that already runs stays. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#time.nowMs() + ms);
    this.#isProbing = true;
    this.#refuseDuringLongPause();
  }

  /** Takes over a lower limit than assumed, and counts the calls that others made from the same pool. */
  learn(report: LimitReport): void {
    if (report.max !== null && report.max > 0) {
      const ownShare = Math.max(1, Math.floor(report.max * OWN_SHARE));
      this.#reservoir = Math.min(this.#settings.reservoir, ownShare);
    }
    if (report.remaining === null) return;
    const now = this.#dropOld();
    const surplus = this.#reservoir - this.#starts.length - report.remaining;
    for (let n = 0; n < surplus; n += 1) this.#starts.push(now);
  }

  #refuseDuringLongPause(): void {
    const retryAfterMs = this.#pausedUntil - this.#time.nowMs();
    if (retryAfterMs <= this.#settings.maxPauseMs) return;
    for (const { refuse } of this.#waiting.splice(0)) {
      refuse(new PlatformError("rate_limited", "the platform asked for a long pause", { retryAfterMs }));
    }
  }

  #dropOld(): number {
    const now = this.#time.nowMs();
    const firstKept = this.#starts.findIndex((at) => at > now - this.#settings.intervalMs);
    this.#starts = firstKept === -1 ? [] : this.#starts.slice(firstKept);
    return now;
  }

  #pump(): void {
    while (this.#waiting.length > 0) {
      const now = this.#dropOld();
      const slots = this.#isProbing ? 1 : this.#settings.maxConcurrent;
      if (this.#running >= slots) return; // a finishing call pumps again
      const waitMs = Math.max(this.#pausedUntil - now, this.#windowWaitMs(now));
      if (waitMs > 0) {
        this.#wakeIn(waitMs, now);
        return;
      }
      this.#running += 1;
      this.#starts.push(now);
      this.#waiting.shift()?.start();
    }
  }

  /** Until enough starts have left the window for one more. */
  #windowWaitMs(now: number): number {
    const blocking = this.#starts[this.#starts.length - this.#reservoir];
    return blocking === undefined ? 0 : blocking + this.#settings.intervalMs - now;
  }

  #wakeIn(ms: number, now: number): void {
    if (this.#wakeAt !== null && this.#wakeAt <= now + ms && this.#wakeAt > now) return;
    const wakeAt = now + ms;
    this.#wakeAt = wakeAt;
    void this.#time.sleep(Math.ceil(ms)).then(() => {
      if (this.#wakeAt === wakeAt) this.#wakeAt = null;
      this.#pump();
    });
  }
}

/** Hands out one limiter per key, so that all gateways of a connection in this process share its limit. */
export class LimiterRegistry {
  readonly #limiters = new Map<string, Limiter>();
  readonly #time: Pick<TimeSource, "nowMs" | "sleep">;

  constructor(time: Pick<TimeSource, "nowMs" | "sleep">) {
    this.#time = time;
  }

  /** @param settings of the first call for a key; later ones are ignored */
  limiterFor(key: string, settings: LimiterSettings): Limiter {
    const known = this.#limiters.get(key);
    if (known) return known;
    const made = new Limiter(settings, this.#time);
    this.#limiters.set(key, made);
    return made;
  }
}

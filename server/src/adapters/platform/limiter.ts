import { PlatformError } from "../../services/errors.ts";
import type { LimiterSettings, LimitReport } from "./limiter-settings.ts";
import { grantLifeMs, ownLimit, type SharedWindow } from "./shared-window.ts";
import type { TimeSource } from "./time-source.ts";

interface Waiting {
  start: () => void;
  refuse: (error: unknown) => void;
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
  /** `null` = this process is the only one: what it starts is all that counts. */
  readonly #shared: SharedWindow | null;
  /** Calls granted and not started yet, and until when they may start. */
  #stock = { calls: 0, granted: 0, until: 0 };
  /** What is asked for at once: as many as are likely to start in the life of a grant, for the rest is lost. */
  #block = 1;
  #isAsking = false;
  #report: LimitReport | null = null;
  #reportedAt = 0;

  constructor(
    settings: LimiterSettings,
    time: Pick<TimeSource, "nowMs" | "sleep">,
    shared: SharedWindow | null = null,
  ) {
    this.#settings = settings;
    this.#time = time;
    this.#shared = shared;
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
    this.#shared?.block(ms);
    this.#refuseDuringLongPause();
  }

  /** Takes over the account's own limit, and counts the calls that others made from the same pool. */
  learn(report: LimitReport): void {
    this.#report = report;
    this.#reportedAt = this.#time.nowMs();
    if (report.max !== null) this.#reservoir = ownLimit(this.#settings, report.max);
    if (report.remaining === null || this.#shared !== null) return;
    const now = this.#dropOld();
    const surplus = this.#reservoir - this.#starts.length - report.remaining;
    for (let n = 0; n < surplus; n += 1) this.#starts.push(now);
  }

  #refuseDuringLongPause(): void {
    const retryAfterMs = this.#pausedUntil - this.#time.nowMs();
    if (retryAfterMs > this.#settings.maxPauseMs) this.#refuseAll(longPause(retryAfterMs));
  }

  #refuseAll(reason: unknown): void {
    for (const { refuse } of this.#waiting.splice(0)) refuse(reason);
  }

  /** A block for those who wait: one round trip for many calls. */
  #ask(shared: SharedWindow): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const report = this.#freshReport();
    const { calls: lost, granted: before } = this.#stock;
    this.#block = lost === 0 ? Math.min(this.#block * 2, MAX_BLOCK) : Math.max(1, before - lost);
    const free = this.#settings.maxConcurrent - this.#running;
    shared.take(Math.min(this.#waiting.length, Math.max(free, this.#block)), report).then(
      ({ granted, waitMs }) => {
        this.#isAsking = false;
        const now = this.#time.nowMs();
        if (granted > 0) this.#stock = { calls: granted, granted, until: now + grantLifeMs(this.#settings) };
        else if (waitMs > this.#settings.maxPauseMs) this.#refuseAll(longPause(waitMs));
        if (granted > 0) this.#pump();
        else this.#wakeIn(Math.max(1, waitMs), now);
      },
      (error: unknown) => {
        this.#isAsking = false;
        this.#refuseAll(error);
      },
    );
  }

  /** Once; what was said of calls long ago says nothing of now. */
  #freshReport(): LimitReport | null {
    const report = this.#report;
    this.#report = null;
    const isFresh = this.#time.nowMs() - this.#reportedAt < FRESH_MS;
    return report && (isFresh ? report : { ...report, remaining: null });
  }

  #takeFromStock(now: number): boolean {
    if (this.#stock.calls === 0 || now > this.#stock.until) return false;
    this.#stock.calls -= 1;
    return true;
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
      const waitMs = Math.max(this.#pausedUntil - now, this.#shared ? 0 : this.#windowWaitMs(now));
      if (waitMs > 0) {
        this.#wakeIn(waitMs, now);
        return;
      }
      if (this.#shared && !this.#takeFromStock(now)) {
        this.#ask(this.#shared);
        return;
      }
      this.#running += 1;
      if (!this.#shared) this.#starts.push(now);
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

const MAX_BLOCK = 64;
const FRESH_MS = 1_000;
const longPause = (retryAfterMs: number): PlatformError =>
  new PlatformError("rate_limited", "the platform asked for a long pause", { retryAfterMs });

import { BREAKER, type BreakerState, breakerState, viewOfBreaker } from "../../services/breaker-state.ts";
import { PlatformError } from "../../services/errors.ts";
import type { BudgetScope, PlatformBudgets } from "../../services/ports.ts";
import type { TimeSource } from "./time-source.ts";

/** Attempts in a row without a usable answer after which a connection is left alone. */
const FAILURES = 8;
/** How long at first, and at most; each probe that fails doubles it. */
const FIRST_OPEN_MS = 10_000;
const LONGEST_OPEN_MS = 60_000;
/** A probe that nobody heard of again after this was lost with its process. */
const PROBE_MS = 60_000;
/** How old what is known of the other processes may be. */
const NEWS_MS = 2_000;

/** As the metric has it. */
export const BREAKER_GAUGE = { closed: 0, half_open: 1, open: 2 } as const;
export type BreakerGauge = (typeof BREAKER_GAUGE)[keyof typeof BREAKER_GAUGE];

const CLOSED: BreakerState = { openUntil: null, openings: 0, probeUntil: 0, reason: null };

export function openBreaker(
  stored: unknown,
  nowMs: number,
  reason: string,
): { state: BreakerState; answer: number } {
  const before = breakerState.parse(stored);
  if (before.openUntil !== null && before.openUntil > nowMs)
    return { state: before, answer: before.openUntil - nowMs }; // somebody else was faster
  const openMs = Math.min(FIRST_OPEN_MS * 2 ** before.openings, LONGEST_OPEN_MS);
  const state = { openUntil: nowMs + openMs, openings: before.openings + 1, probeUntil: 0, reason };
  return { state, answer: openMs };
}

/** @returns 0 for the one that may probe or go on, else how long to wait */
export function askForProbe(
  stored: unknown,
  nowMs: number,
): { state: BreakerState; answer: { waitMs: number; isProbe: boolean } } {
  const state = breakerState.parse(stored);
  const waitMs = state.openUntil === null ? 0 : Math.max(state.openUntil, state.probeUntil) - nowMs;
  if (state.openUntil === null || waitMs > 0)
    return { state, answer: { waitMs: Math.max(0, waitMs), isProbe: false } };
  return { state: { ...state, probeUntil: nowMs + PROBE_MS }, answer: { waitMs: 0, isProbe: true } };
}

/**
 * Circuit breaker of a connection, one over all processes: after 8 attempts in a row without a usable answer nothing is
 * sent for 10 s; then one call probes, and a failed probe doubles the wait, up to a minute.
 */
export class Breaker {
  readonly #deps: BreakerDeps;
  #failures = 0;
  #isOpen = false;
  #retryAt = 0;
  #isProbing = false;
  #newsAt = Number.NEGATIVE_INFINITY;

  constructor(deps: BreakerDeps) {
    this.#deps = deps;
  }

  /** @throws {PlatformError} `unavailable` with `retryAfterMs` while it is open */
  async admit(): Promise<void> {
    const { budgets, scope, time, platformName, onChange } = this.#deps;
    if (!this.#isOpen && time.nowMs() - this.#newsAt > NEWS_MS) await this.#hearNews();
    if (!this.#isOpen) return;
    if (time.nowMs() >= this.#retryAt && !this.#isProbing) {
      const { waitMs, isProbe } = await budgets.change(scope, BREAKER, askForProbe);
      this.#isProbing = isProbe;
      if (isProbe) onChange(BREAKER_GAUGE.half_open);
      this.#retryAt = time.nowMs() + waitMs;
      if (waitMs === 0) {
        this.#isOpen = isProbe;
        return;
      }
    }
    const retryAfterMs = Math.max(1_000, this.#retryAt - time.nowMs());
    throw new PlatformError("unavailable", `${platformName} failed too often and is left alone for a while`, {
      retryAfterMs,
    });
  }

  /** What became of an attempt. @param failure in words; `null` = there was a usable answer */
  async report(failure: string | null): Promise<void> {
    const { budgets, scope, time, onChange } = this.#deps;
    if (failure === null) {
      this.#failures = 0;
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#isProbing = false;
      await budgets.change(scope, BREAKER, () => ({ state: CLOSED, answer: null }));
      onChange(BREAKER_GAUGE.closed);
      return;
    }
    this.#failures += 1;
    if (!this.#isProbing && (this.#isOpen || this.#failures < FAILURES)) return;
    const openMs = await budgets.change(scope, BREAKER, (state, now) => openBreaker(state, now, failure));
    this.#isProbing = false;
    this.#isOpen = true;
    this.#failures = 0;
    this.#retryAt = time.nowMs() + openMs;
    onChange(BREAKER_GAUGE.open);
  }

  async #hearNews(): Promise<void> {
    const { budgets, scope, time } = this.#deps;
    this.#newsAt = time.nowMs();
    const { nowMs, states } = await budgets.states(BREAKER, scope);
    const { state, retryInMs } = viewOfBreaker(states.get(scope.id) ?? null, nowMs);
    this.#isOpen = state !== "closed";
    this.#retryAt = time.nowMs() + (retryInMs ?? 0);
  }
}

export interface BreakerDeps {
  budgets: PlatformBudgets;
  scope: BudgetScope;
  time: Pick<TimeSource, "nowMs">;
  platformName: string;
  onChange: (state: BreakerGauge) => void;
}

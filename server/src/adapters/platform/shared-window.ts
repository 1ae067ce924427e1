import { z } from "zod";
import type { BudgetScope, PlatformBudgets } from "../../services/ports.ts";
import type { LimiterSettings, LimitReport } from "./limiter-settings.ts";

/**
 * Share of the platform's limit that we use at most. What is left is for calls that were counted late; what other
 * integrations of the account draw from the same pool is heard of in the answers.
 */
export const OWN_SHARE = 0.98;

/** What one account's limit leaves to us. */
export function ownLimit(settings: LimiterSettings, max: number | null): number {
  if (max === null || max <= 0) return settings.reservoir;
  const most = settings.mostReservoir ?? settings.reservoir;
  return Math.min(most, Math.max(1, Math.floor(max * OWN_SHARE)));
}

/** Parts of the interval: what is granted must be used within one, and nobody is granted more than some at once. */
const GRANT_LIFE = 1 / 50;
const BLOCK = 1 / 10;
/** Fewer calls of others than this share are not told from calls of ours that arrived late. */
const NOISE = 0.03;

/** How long calls that were granted may start. */
export const grantLifeMs = ({ intervalMs }: LimiterSettings): number => intervalMs * GRANT_LIFE;

const windowState = z
  .object({
    grants: z.array(z.tuple([z.number(), z.number()])),
    max: z.number().nullable(),
    blockedUntil: z.number(),
  })
  .catch({ grants: [], max: null, blockedUntil: 0 });
type WindowState = z.infer<typeof windowState>;

export interface Granted {
  /** Calls that may start at once. */
  granted: number;
  /** Where none was granted: when to ask again. */
  waitMs: number;
}

/**
 * Grants calls in a rolling window that all processes share. A grant counts for its life longer than the interval, so
 * that whenever in its life a call starts, the platform's own window is never overrun.
 * @param report what the platform's newest answer said, once
 */
export function takeFromWindow(
  stored: unknown,
  nowMs: number,
  wanted: number,
  settings: LimiterSettings,
  report: LimitReport | null,
): { state: WindowState; answer: Granted } {
  const keptMs = settings.intervalMs + grantLifeMs(settings);
  const before = windowState.parse(stored);
  const grants = before.grants.filter(([at]) => at > nowMs - keptMs);
  const max = report?.max ?? before.max;
  const limit = ownLimit(settings, max);
  const used = () => grants.reduce((sum, [, calls]) => sum + calls, 0);
  const ofOthers = report?.remaining == null ? 0 : limit - used() - report.remaining;
  if (ofOthers > limit * NOISE) grants.push([nowMs, ofOthers]);
  const answer = (granted: number, waitMs: number) => ({
    state: { grants, max, blockedUntil: before.blockedUntil },
    answer: { granted, waitMs },
  });
  if (nowMs < before.blockedUntil) return answer(0, before.blockedUntil - nowMs);
  const granted = Math.min(wanted, limit - used(), Math.max(1, Math.ceil(limit * BLOCK)));
  if (granted <= 0) return answer(0, (grants[0]?.[0] ?? nowMs) + keptMs - nowMs);
  grants.push([nowMs, granted]);
  return answer(granted, 0);
}

/** Nobody in any process starts for `ms`; a longer pause that already runs stays. */
export function blockWindow(
  stored: unknown,
  nowMs: number,
  ms: number,
): { state: WindowState; answer: null } {
  const state = windowState.parse(stored);
  return {
    state: { ...state, blockedUntil: Math.max(state.blockedUntil, nowMs + ms) },
    answer: null,
  };
}

/** One limit of one connection, as all processes share it. */
export interface SharedWindow {
  take(wanted: number, report: LimitReport | null): Promise<Granted>;
  /** Told to the others as soon as possible; they find it out themselves where that fails. */
  block(ms: number): void;
}

export const sharedWindow = (deps: {
  budgets: PlatformBudgets;
  scope: BudgetScope;
  name: string;
  settings: LimiterSettings;
  onTrouble: (error: unknown) => void;
}): SharedWindow => {
  const { budgets, scope, name, settings } = deps;
  return {
    take: (wanted, report) =>
      budgets.change(scope, name, (state, now) => takeFromWindow(state, now, wanted, settings, report)),
    block: (ms) => {
      budgets.change(scope, name, (state, now) => blockWindow(state, now, ms)).catch(deps.onTrouble);
    },
  };
};

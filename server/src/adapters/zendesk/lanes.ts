import { MINUTE_MS } from "@bellwether/shared";
import type { BudgetScope, Meter } from "../../services/ports.ts";
import type { AllowedOrigins } from "../platform/allowed-origins.ts";
import { Breaker } from "../platform/breaker.ts";
import type { Limiter } from "../platform/limiter.ts";
import type { LimiterRegistry } from "../platform/limiter-registry.ts";
import type { LimiterSettings, LimitReport } from "../platform/limiter-settings.ts";
import { createOutgoingFetch, HTTP_DEFAULTS, type OutgoingFetch } from "../platform/outgoing-http.ts";
import { outcomeOf } from "../platform/retry-rules.ts";
import { OWN_SHARE } from "../platform/shared-window.ts";
import type { TimeSource } from "../platform/time-source.ts";
import { type JobSlots, jobSlots } from "./job-slots.ts";

/**
 * How urgent a call is. `live`: after an event, and write-back. `history`: reading that can wait. `export`: the
 * incremental exports, which have their own small limit.
 */
export type Lane = "live" | "history" | "export";

/** The largest plan allows 2,500 calls a minute; the first answer tells what this account's plan allows. */
const ACCOUNT: LimiterSettings = {
  reservoir: 2500,
  intervalMs: MINUTE_MS,
  maxConcurrent: 8,
  maxPauseMs: HTTP_DEFAULTS.maxWaitMs,
};
/** Incremental exports: 10 a minute without an add-on. */
const EXPORT: LimiterSettings = {
  reservoir: 10,
  intervalMs: MINUTE_MS,
  maxConcurrent: 1,
  maxPauseMs: MINUTE_MS,
};
/** 30 jobs may be queued or running in an account; ours are not the only ones, nor is this process. */
const JOBS: LimiterSettings = {
  reservoir: 600,
  intervalMs: MINUTE_MS,
  maxConcurrent: 8,
  maxPauseMs: MINUTE_MS,
};
/** The pool is shared with every other integration of the account: history stops when this share is left. */
const RESERVE = 0.3;

export interface Lanes {
  fetchFor: (lane: Lane) => OutgoingFetch;
  /** Admits bulk jobs in this process, from their start to their end. */
  jobs: Limiter;
  /** Counts open jobs over all processes. */
  slots: JobSlots;
}

/**
 * @param key of the connection; all gateways with the same key share its limits in this process
 * @param scope the connection, over which all processes share them
 */
export function createLanes(
  deps: { allowed: AllowedOrigins; limiters: LimiterRegistry; time: TimeSource; meter: Meter },
  key: string,
  scope: BudgetScope,
): Lanes {
  const { limiters: registry, time, meter } = deps;
  const account = registry.limiterFor(`zendesk:${key}`, ACCOUNT, scope);
  const history = deps.limiters.limiterFor(`zendesk-history:${key}`, ACCOUNT);
  const exports = registry.limiterFor(`zendesk-export:${key}`, EXPORT, scope);
  const breaker = new Breaker({
    budgets: registry.budgets,
    scope,
    time,
    platformName: "Zendesk",
    onChange: (state) =>
      meter.gauge("bellwether_breaker_state", { platform: "zendesk", connection: scope.id }, state),
  });
  const make = (limiters: readonly Limiter[], onAnswer?: (answer: Response) => void): OutgoingFetch =>
    createOutgoingFetch({
      ...HTTP_DEFAULTS,
      platformName: "Zendesk",
      allowed: deps.allowed,
      time: deps.time,
      breaker,
      limiters,
      ...(onAnswer && { onAnswer }),
      onAttempt: ({ status, durationMs }) => {
        deps.meter.count("bellwether_platform_calls_total", {
          platform: "zendesk",
          outcome: outcomeOf(status),
        });
        deps.meter.observe("bellwether_platform_call_seconds", { platform: "zendesk" }, durationMs / 1000);
      },
    });
  const learn = (answer: Response) => {
    const report = accountLimit(answer.headers);
    account.learn(report);
    history.learn(keepingReserve(report));
  };
  const fetches: Record<Lane, OutgoingFetch> = {
    live: make([account], learn),
    history: make([history, account], learn),
    // the first limiter is the one that a refusal pauses: a used-up export limit must not hold up live calls
    export: make([exports, history, account]),
  };
  return {
    fetchFor: (lane) => fetches[lane],
    jobs: registry.limiterFor(`zendesk-jobs:${key}`, JOBS),
    slots: jobSlots({ budgets: registry.budgets, scope, time }),
  };
}

/** The account's limit as an answer states it, under either name. */
export function accountLimit(headers: Headers): LimitReport {
  const read = (...names: string[]): number | null => {
    const text = names.map((name) => headers.get(name)).find((value) => value !== null);
    return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
  };
  return {
    max: read("x-rate-limit", "ratelimit-limit"),
    remaining: read("x-rate-limit-remaining", "ratelimit-remaining"),
  };
}

export function keepingReserve({ max, remaining }: LimitReport): LimitReport {
  if (max === null) return { max, remaining: null };
  return {
    max: Math.floor((max * (1 - RESERVE)) / OWN_SHARE),
    remaining: remaining === null ? null : Math.max(0, remaining - Math.ceil(max * RESERVE)),
  };
}

import type { BudgetScope } from "../../services/ports.ts";
import { type AllowedOrigins, allowOrigins } from "../platform/allowed-origins.ts";
import { Breaker, type BreakerDeps } from "../platform/breaker.ts";
import type { Limiter } from "../platform/limiter.ts";
import type { LimiterRegistry } from "../platform/limiter-registry.ts";
import type { LimiterSettings } from "../platform/limiter-settings.ts";
import {
  type Attempt,
  createOutgoingFetch,
  HTTP_DEFAULTS,
  type HttpOptions,
  type OutgoingFetch,
} from "../platform/outgoing-http.ts";
import type { TimeSource } from "../platform/time-source.ts";
import { parseErrorBody } from "./api-error.ts";

/**
 * Source: HubSpot, usage guidelines: 110 per rolling 10 s for listed apps, 100 on the smallest subscriptions, 190 on
 * others, 250 with the add-on. The answers tell, and they are believed, up to what no portal has today.
 */
const CALLS: LimiterSettings = {
  reservoir: 100,
  mostReservoir: 10_000,
  intervalMs: 10_000,
  maxConcurrent: 6,
  maxPauseMs: HTTP_DEFAULTS.maxWaitMs,
};
/** Source: the same: 5 searches a second, shared by all apps of the account. */
const SEARCHES: LimiterSettings = {
  ...CALLS,
  reservoir: 4,
  mostReservoir: 4,
  intervalMs: 1000,
  maxConcurrent: 2,
};
/** Reading history leaves room for what people wait for: reads after an event, and write-back. */
const BULK: LimiterSettings = { ...CALLS, reservoir: 70, mostReservoir: 70, maxConcurrent: 3 };

/** Source: HubSpot: a locked record (423) is to be left alone for two seconds at least. */
const LOCKED_WAIT_MS = 2000;
const SECONDLY_WAIT_MS = 1000;
/** The daily limit opens again at midnight of the portal; asking once an hour finds out. */
const DAILY_WAIT_MS = 3_600_000;

export interface HubspotHttpDeps {
  apiUrl: string;
  limiters: LimiterRegistry;
  time: TimeSource;
  onAttempt?: (attempt: Attempt) => void;
  onBreaker?: BreakerDeps["onChange"];
  /** Changes of `HTTP_DEFAULTS`. */
  http?: Partial<Pick<HttpOptions, "timeoutMs" | "maxAttempts" | "maxWaitMs" | "maxBodyBytes" | "fetch">>;
}

/** `live` for what somebody waits for, `bulk` for history, `search` for its own, lower limit. */
export type Lane = "live" | "bulk" | "search";

/**
 * The ways out to HubSpot for one key (a portal, or the app itself); all calls of a key share its limits.
 * @param scope the connection, over which all processes share them
 */
export function hubspotFetches(
  deps: HubspotHttpDeps,
  key: string,
  scope: BudgetScope | null = null,
): Record<Lane, OutgoingFetch> {
  const limiter = (name: string, settings: LimiterSettings, shared: BudgetScope | null = scope): Limiter =>
    deps.limiters.limiterFor(`hubspot:${key}:${name}`, settings, shared);
  const { limiters, time, onBreaker = () => undefined } = deps;
  const breaker =
    scope &&
    new Breaker({ budgets: limiters.budgets, scope, time, platformName: "HubSpot", onChange: onBreaker });
  const calls = limiter("calls", CALLS);
  const searches = limiter("searches", SEARCHES);
  const allowed = allowOrigins(deps.apiUrl);
  const make = (limiters: readonly Limiter[], pausing: Limiter): OutgoingFetch =>
    createOutgoingFetch({ ...options(deps, allowed, calls), ...(breaker && { breaker }), limiters, pausing });
  return {
    live: make([calls], calls),
    bulk: make([limiter("bulk", BULK, null), calls], calls),
    search: make([searches, calls], searches),
  };
}

const options = (
  deps: HubspotHttpDeps,
  allowed: AllowedOrigins,
  counted: Limiter,
): Omit<HttpOptions, "limiters"> => ({
  ...HTTP_DEFAULTS,
  ...deps.http,
  platformName: "HubSpot",
  allowed,
  time: deps.time,
  waitHintMs,
  onAnswer: (answer) => counted.learn(limitReport(answer.headers)),
  ...(deps.onAttempt && { onAttempt: deps.onAttempt }),
});

/** Search answers carry none of these headers. */
function limitReport(headers: Headers): { max: number | null; remaining: number | null } {
  const read = (name: string): number | null => {
    const text = headers.get(`x-hubspot-ratelimit-${name}`);
    return text !== null && /^\d+$/.test(text) ? Number(text) : null;
  };
  const isOurInterval = (read("interval-milliseconds") ?? CALLS.intervalMs) === CALLS.intervalMs;
  return isOurInterval ? { max: read("max"), remaining: read("remaining") } : { max: null, remaining: null };
}

function waitHintMs(answer: Response, body: string): number | null {
  if (answer.status === 423) return LOCKED_WAIT_MS;
  if (answer.status !== 429) return null;
  const { policyName } = parseErrorBody(parseOrNull(body));
  if (policyName === "DAILY") return DAILY_WAIT_MS;
  return policyName === "SECONDLY" ? SECONDLY_WAIT_MS : CALLS.intervalMs;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a gateway's page in place of HubSpot's JSON
  }
}

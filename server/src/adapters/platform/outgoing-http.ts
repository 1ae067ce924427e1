import { PlatformError } from "../../services/errors.ts";
import { type AllowedOrigins, assertAllowed } from "./allowed-origins.ts";
import type { Breaker } from "./breaker.ts";
import { readCapped } from "./capped-body.ts";
import type { Limiter } from "./limiter.ts";
import { publicFetch } from "./public-addresses.ts";
import { isFailure, isRetryable, kindOf, retryAfterMs } from "./retry-rules.ts";
import type { TimeSource } from "./time-source.ts";

export interface OutgoingInit {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Text, so that a retry can send it again. */
  body?: string;
  /** 1 for calls that must not run twice, such as spending a single-use token. Default `HttpOptions.maxAttempts`. */
  maxAttempts?: number;
}

/**
 * `fetch` as platforms' clients need it: answers of any final status come back with their body read; what is worth
 * trying again has been tried again.
 * @throws {PlatformError} `unavailable` or `rate_limited` when the attempts are used up, the platform asks for a longer
 * wait than `maxWaitMs`, or its breaker is open; `rejected` for an unlisted origin, a redirect, or an answer over the size cap
 */
export type OutgoingFetch = (url: string | URL, init?: OutgoingInit) => Promise<Response>;

/** One attempt, for counters and logs; carries no headers, query or body. */
export interface Attempt {
  method: string;
  path: string;
  /** `null` = no answer. */
  status: number | null;
  attempt: number;
  durationMs: number;
}

export interface HttpOptions {
  /** For messages, e.g. `HubSpot`. */
  platformName: string;
  allowed: AllowedOrigins;
  /** All must admit a call, the first one first. */
  limiters: readonly Limiter[];
  /** Paused when the platform says "too many" or names a time; by default the first of `limiters`. */
  pausing?: Limiter;
  /** Keeps calls from a platform that does not answer. */
  breaker?: Pick<Breaker, "admit" | "report">;
  time: TimeSource;
  /** For connecting, the headers and the whole body. */
  timeoutMs: number;
  maxAttempts: number;
  /** A longer wait than this is left to the caller's queue: it is thrown with `retryAfterMs`. */
  maxWaitMs: number;
  maxBodyBytes: number;
  /** What the platform says about a refused or failed call without `Retry-After`, in milliseconds. */
  waitHintMs?: (answer: Response, body: string) => number | null;
  /** Sees every answer, e.g. to teach the limiter. */
  onAnswer?: (answer: Response) => void;
  onAttempt?: (attempt: Attempt) => void;
  fetch?: typeof globalThis.fetch;
}

export const HTTP_DEFAULTS = {
  timeoutMs: 30_000,
  maxAttempts: 4,
  maxWaitMs: 15_000,
  maxBodyBytes: 32 * 1024 * 1024,
} as const;

/** Waits double from here, with full jitter, where the platform names no time. */
const BACKOFF_BASE_MS = 500;

const systemFetch = publicFetch();

export function createOutgoingFetch(options: HttpOptions): OutgoingFetch {
  return async (url, init = {}) => {
    const target = assertAllowed(url, options.allowed);
    const maxAttempts = init.maxAttempts ?? options.maxAttempts;
    for (let attempt = 1; ; attempt += 1) {
      await options.breaker?.admit();
      const outcome = await admitted(options.limiters, () => attemptOnce(options, target, init, attempt));
      if (!(outcome instanceof PlatformError)) return outcome;
      const waitMs = outcome.retryAfterMs ?? backoffMs(attempt, options.time.random());
      if (attempt >= maxAttempts || waitMs > options.maxWaitMs) throw outcome;
      await options.time.sleep(waitMs);
    }
  };
}

function admitted<T>(limiters: readonly Limiter[], task: () => Promise<T>): Promise<T> {
  return limiters.reduceRight<() => Promise<T>>((inner, limiter) => () => limiter.run(inner), task)();
}

/** @returns the answer, or the error that is worth another attempt; throws the others */
async function attemptOnce(
  options: HttpOptions,
  url: URL,
  init: OutgoingInit,
  attempt: number,
): Promise<Response | PlatformError> {
  const startedAt = options.time.nowMs();
  const method = init.method ?? "GET";
  const report = (status: number | null) =>
    options.onAttempt?.({
      method,
      path: url.pathname,
      status,
      attempt,
      durationMs: options.time.nowMs() - startedAt,
    });
  const what = `${method} ${url.pathname}`;
  let answer: Response;
  let body: string;
  try {
    answer = await (options.fetch ?? systemFetch)(url, {
      method,
      headers: { ...init.headers },
      ...(init.body !== undefined && { body: init.body }),
      redirect: "manual", // a redirect could lead to a host that is not listed, with our token
      signal: AbortSignal.timeout(options.timeoutMs),
    });
    body = await readCapped(answer, options.maxBodyBytes);
  } catch (cause) {
    report(null);
    if (cause instanceof PlatformError) throw cause;
    await options.breaker?.report(`${options.platformName} did not answer`);
    return new PlatformError("unavailable", `${options.platformName} did not answer ${what}`, { cause });
  }
  report(answer.status);
  options.onAnswer?.(answer);
  const failure = isFailure(answer.status) ? `${options.platformName} answered ${answer.status}` : null;
  await options.breaker?.report(failure);
  return judge(options, what, answer, body);
}

function judge(options: HttpOptions, what: string, answer: Response, body: string): Response | PlatformError {
  const { status } = answer;
  const message = `${options.platformName} answered ${status} to ${what}`;
  if (status >= 300 && status < 400) throw new PlatformError("rejected", message, { status });
  if (!isRetryable(status)) {
    const isBodiless = status === 204 || status === 205;
    return new Response(isBodiless ? null : body, { status, headers: answer.headers });
  }
  const named = retryAfterMs(answer.headers);
  const waitMs = named ?? options.waitHintMs?.(answer, body) ?? null;
  if (status === 429 || named !== null)
    (options.pausing ?? options.limiters[0])?.pause(waitMs ?? BACKOFF_BASE_MS);
  return new PlatformError(kindOf(status), message, { status, retryAfterMs: waitMs });
}

function backoffMs(attempt: number, random: number): number {
  const ceiling = BACKOFF_BASE_MS * 2 ** (attempt - 1);
  return ceiling / 2 + (random * ceiling) / 2;
}

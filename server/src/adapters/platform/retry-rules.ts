import type { PlatformErrorKind } from "../../services/ports.ts";

/** 423: record locked for a moment; 477: HubSpot is moving the account; both pass by themselves. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 423, 425, 429, 477]);

/** Whether the same call may succeed later without anybody's doing. 501 and 505 never change. */
export const isRetryable = (status: number): boolean =>
  PASSING_STATUSES.has(status) || (status >= 500 && status !== 501 && status !== 505);

/** Whether the answer says that the platform itself does not work. */
export const isFailure = (status: number): boolean =>
  status === 408 || (isRetryable(status) && status >= 500);

export function kindOf(status: number): PlatformErrorKind {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 429) return "rate_limited";
  return isRetryable(status) ? "unavailable" : "rejected";
}

/**
 * `Retry-After` in either form; `null` when absent or unreadable. Never negative. A date is compared with the
 * answer's own `Date`, so that a wrong clock on either side does not matter.
 */
export function retryAfterMs(headers: Headers): number | null {
  const text = headers.get("retry-after")?.trim();
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const waitMs = Date.parse(text) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(waitMs) ? null : Math.max(0, waitMs);
}

/** How an attempt is counted: `2xx`, `4xx`, …, or `no_answer`. */
export const outcomeOf = (status: number | null): string =>
  status === null ? "no_answer" : `${Math.floor(status / 100)}xx`;

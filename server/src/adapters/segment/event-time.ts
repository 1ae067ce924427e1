import { DAY_MS } from "@bellwether/shared";

/** Nothing that a product sends happened earlier. */
const OLDEST_MS = 3_650 * DAY_MS;

/** An ISO 8601 date or instant, or milliseconds since 1970. @returns `undefined` for what cannot be read */
export function readTime(value: unknown): Date | undefined {
  const isText = typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value.trim());
  if (!isText && typeof value !== "number") return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

/**
 * When an event happened by our clock. Source: Segment's spec, "Timestamps": the sender's clock is off by
 * `receivedAt − sentAt`, because sending takes no time. Never in the future, and not more than ten years ago.
 */
export function eventTime(timestamp: Date | null, sentAt: Date | null, receivedAt: Date): Date {
  const received = receivedAt.getTime();
  if (timestamp === null) return receivedAt;
  const skew = sentAt === null ? 0 : received - sentAt.getTime();
  const at = timestamp.getTime() + skew;
  return new Date(Math.min(received, Math.max(received - OLDEST_MS, at)));
}

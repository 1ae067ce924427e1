import type { SourcesSeen } from "../scoring/health-result.ts";
import {
  type FreshnessLimits,
  type UsageMovement,
  usageConfirmedMs,
} from "../scoring/signals/signal-context.ts";
import { HOUR_MS } from "../units.ts";

const CRM_STALE = 1;
const CRM_ABSENT = 2;
const TICKETS_STALE = 4;
const TICKETS_ABSENT = 8;
export const USAGE_STALE = 16;

/** What an account has of the sources whose freshness others decide. */
interface Has {
  usage: UsageMovement | null;
  hasTickets: boolean;
}

/** Which sources of an account are stale or absent at a time, as one number to compare. */
export function staleSources(
  { usage, hasTickets }: Has,
  limits: FreshnessLimits,
  sources: SourcesSeen,
  nowMs: number,
): number {
  const isStale = (seenMs: number, limitHours: number): boolean => nowMs - seenMs > limitHours * HOUR_MS;
  let found = 0;
  if (sources.crm === null) found |= CRM_ABSENT;
  else if (isStale(sources.crm.getTime(), limits.crm)) found |= CRM_STALE;
  if (!hasTickets || sources.tickets === null) found |= TICKETS_ABSENT;
  else if (isStale(sources.tickets.getTime(), limits.tickets)) found |= TICKETS_STALE;
  if (usage !== null && isStale(usageConfirmedMs(usage, sources, nowMs), limits.usage)) found |= USAGE_STALE;
  return found;
}

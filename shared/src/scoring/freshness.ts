import type { HealthResult } from "./health-result.ts";
import type { FreshnessLimits, SignalContext, SourceFreshness } from "./signals/signal-context.ts";

const LABELS = {
  crm: "HubSpot records",
  usage: "Product usage",
  tickets: "Support tickets",
  nps: "NPS answers",
} as const satisfies Record<keyof FreshnessLimits, string>;

/** Age of each source that the account has; one that was never seen is missing and not stale, so it has no row. */
export function freshnessRows(context: SignalContext, limits: FreshnessLimits): HealthResult["freshness"] {
  const sources: Record<keyof FreshnessLimits, SourceFreshness | null> = {
    crm: context.crm,
    usage: context.usage,
    tickets: context.ticketSource,
    nps: npsFreshness(context),
  };
  return (["crm", "usage", "tickets", "nps"] as const).flatMap((source) => {
    const seen = sources[source];
    return seen === null ? [] : [{ source, label: LABELS[source], limitHours: limits[source], ...seen }];
  });
}

function npsFreshness(context: SignalContext): SourceFreshness | null {
  const newest = context.npsAnswers[0]?.at;
  if (newest === undefined) return null;
  return { lastSeenAt: newest, isStale: context.nowMs - Date.parse(newest) > context.npsLimitMs };
}

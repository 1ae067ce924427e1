import type { ConnectionId, TenantId } from "@bellwether/shared";
import type { Clock, EventStore, Meter, SegmentInbound, SentEvents, UsageStore, WriteKey } from "./ports.ts";

export interface ProductIntakeDeps {
  segment: SegmentInbound;
  events: EventStore;
  usage: UsageStore;
  meter: Meter;
  clock: Clock;
}

/**
 * Events of a tenant's product. Durable when it resolves; what cannot be used is noted after the others are stored, so
 * that a call that failed in between counts nothing twice when it comes again.
 */
export async function takeInProductEvents(
  deps: ProductIntakeDeps,
  key: WriteKey,
  { events, rejected }: SentEvents,
): Promise<void> {
  const isNew = await deps.events.append({
    tenantId: key.tenantId,
    // a write key stands where a platform's events have their connection
    connectionId: key.id as ConnectionId,
    source: "segment",
    body: deps.segment.kept(events),
    events: events.map((event) => ({ key: event.key, refs: [] })),
  });
  const accepted = isNew.filter(Boolean).length;
  count(deps, "accepted", accepted);
  count(deps, "duplicates", events.length - accepted);
  await rejectProductEvents(deps, key.tenantId, rejected);
}

export async function rejectProductEvents(
  deps: Pick<ProductIntakeDeps, "usage" | "meter" | "clock">,
  tenant: TenantId,
  rejected: SentEvents["rejected"],
): Promise<void> {
  if (rejected.length === 0) return;
  const noted = await deps.usage.reject(tenant, rejected, deps.clock.now());
  count(deps, "rejected", noted);
  count(deps, "duplicates", rejected.length - noted);
}

function count(
  { meter }: Pick<ProductIntakeDeps, "meter">,
  outcome: "accepted" | "duplicates" | "rejected",
  events: number,
): void {
  if (events > 0) meter.count("bellwether_events_total", { source: "segment", outcome }, events);
}

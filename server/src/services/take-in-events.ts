import type { ConnectionDirectory } from "./connection-directory.ts";
import type { DeliveredEvent } from "./inbound.ts";
import type { Connection, EventStore, InboundEvent, Meter } from "./ports.ts";

export interface TakeInDeps {
  directory: ConnectionDirectory;
  events: EventStore;
  meter: Meter;
}

export interface TakenIn {
  accepted: number;
  duplicates: number;
  /** Of portals that are not connected: answered well, counted, not stored. */
  unknown: number;
}

const inbound = (connection: Connection, event: DeliveredEvent): InboundEvent => ({
  tenantId: connection.tenantId,
  connectionId: connection.id,
  source: connection.platform,
  key: event.key,
  type: event.type,
  occurredAt: event.occurredAt,
  payload: event.payload,
  refs: event.refs,
});

/** HubSpot: a batch may mix portals; each event goes to the tenant of its portal. Durable when it resolves. */
export async function takeInHubspotEvents(
  deps: TakeInDeps,
  delivered: readonly DeliveredEvent[],
): Promise<TakenIn> {
  const portals = new Map<string, Connection | null>();
  for (const { externalId } of delivered)
    if (externalId !== null && !portals.has(externalId))
      portals.set(externalId, await deps.directory.byExternalId("hubspot", externalId));
  const known: InboundEvent[] = [];
  for (const event of delivered) {
    const connection = portals.get(event.externalId ?? "");
    if (connection) known.push(inbound(connection, event));
  }
  return store(deps, "hubspot", known, delivered.length - known.length);
}

/** Zendesk: the connection stands in the address. Durable when it resolves. */
export const takeInZendeskEvents = (
  deps: TakeInDeps,
  connection: Connection,
  delivered: readonly DeliveredEvent[],
): Promise<TakenIn> =>
  store(
    deps,
    "zendesk",
    delivered.map((event) => inbound(connection, event)),
    0,
  );

async function store(
  deps: TakeInDeps,
  source: "hubspot" | "zendesk",
  events: readonly InboundEvent[],
  unknown: number,
): Promise<TakenIn> {
  const isNew = events.length === 0 ? [] : await deps.events.append(events);
  const accepted = isNew.filter(Boolean).length;
  const duplicates = events.length - accepted;
  const counted = [
    ["accepted", accepted],
    ["duplicates", duplicates],
    ["unknown", unknown],
  ] as const;
  for (const [outcome, by] of counted)
    if (by > 0) deps.meter.count("bellwether_events_total", { source, outcome }, by);
  return { accepted, duplicates, unknown };
}

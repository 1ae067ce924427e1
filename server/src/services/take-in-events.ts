import type { ConnectionDirectory } from "./connection-directory.ts";
import type { Delivery } from "./inbound.ts";
import type { Clock, Connection, EventStore, Meter, UsageStore } from "./ports.ts";

export interface TakeInDeps {
  directory: ConnectionDirectory;
  events: EventStore;
  usage: Pick<UsageStore, "keepRejected">;
  meter: Meter;
  clock: Clock;
}

export interface TakenIn {
  accepted: number;
  duplicates: number;
  /** Of portals that are not connected: answered well, counted, not stored. */
  unknown: number;
}

/** HubSpot: each part of a delivery goes to the tenant of its portal. Durable when it resolves. */
export async function takeInHubspotEvents(
  deps: TakeInDeps,
  deliveries: readonly Delivery[],
): Promise<TakenIn> {
  const taken = await Promise.all(
    deliveries.map(async (delivery) => {
      const { externalId } = delivery;
      const connection =
        externalId === null ? null : await deps.directory.byExternalId("hubspot", externalId);
      return connection === null
        ? { accepted: 0, duplicates: 0, unknown: delivery.events.length }
        : store(deps, connection, delivery);
    }),
  );
  return counted(deps, "hubspot", taken);
}

/** Zendesk: the connection stands in the address. Durable when it resolves. */
export async function takeInZendeskEvents(
  deps: TakeInDeps,
  connection: Connection,
  deliveries: readonly Delivery[],
): Promise<TakenIn> {
  const taken = await Promise.all(deliveries.map((delivery) => store(deps, connection, delivery)));
  return counted(deps, "zendesk", taken);
}

async function store(
  { events: inbox, usage, clock }: TakeInDeps,
  { tenantId, id, platform }: Connection,
  { body, events }: Delivery,
): Promise<TakenIn> {
  const isNew = await inbox.append({ tenantId, connectionId: id, source: platform, body, events });
  const unusable = events.flatMap((event) => event.unusable ?? []);
  if (unusable.length > 0) await usage.keepRejected(tenantId, platform, unusable, clock.now());
  const accepted = isNew.filter(Boolean).length;
  return { accepted, duplicates: events.length - accepted, unknown: 0 };
}

function counted(deps: TakeInDeps, source: Connection["platform"], parts: readonly TakenIn[]): TakenIn {
  const sum = { accepted: 0, duplicates: 0, unknown: 0 };
  for (const outcome of ["accepted", "duplicates", "unknown"] as const) {
    sum[outcome] = parts.reduce((total, part) => total + part[outcome], 0);
    if (sum[outcome] > 0) deps.meter.count("bellwether_events_total", { source, outcome }, sum[outcome]);
  }
  return sum;
}

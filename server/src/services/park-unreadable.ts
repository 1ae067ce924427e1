import type { Platform, TenantId } from "@bellwether/shared";
import type { ConnectionDirectory } from "./connection-directory.ts";
import type { InboundPlatform } from "./inbound.ts";
import type { Clock, ConnectionRepository, EventStore, Log, Meter, UsageStore } from "./ports.ts";

export interface ParkDeps {
  directory: ConnectionDirectory;
  connections: Pick<ConnectionRepository, "list">;
  events: Pick<EventStore, "countRejected">;
  usage: Pick<UsageStore, "keepRejected">;
  clock: Clock;
  meter: Meter;
  log: Log;
}

type Unreadable = ReturnType<InboundPlatform["unreadable"]>;

/**
 * A delivery that was well signed and cannot be read is refused for good, so it is kept for an admin to look at. One
 * that names several companies is shown to none of them.
 * @param tenant `null` = it is to be found out from what the delivery names
 */
export async function parkUnreadable(
  deps: ParkDeps,
  platform: Platform,
  { externalIds, ...unreadable }: Unreadable,
  tenant: TenantId | null = null,
): Promise<void> {
  const tenants = tenant === null ? await tenantsOf(deps, platform, externalIds) : new Set([tenant]);
  const [only] = tenants;
  deps.meter.count("bellwether_events_total", { source: platform, outcome: "rejected" });
  deps.log.warn(
    { platform, reason: unreadable.reason, isKept: tenants.size === 1 },
    "a well signed delivery cannot be read",
  );
  if (only === undefined || tenants.size > 1) return;
  await deps.events.countRejected(only, platform, 1);
  // two platforms may send the same bytes, if only none at all
  const kept = { ...unreadable, key: `${platform} ${unreadable.key}` };
  await deps.usage.keepRejected(only, platform, [kept], deps.clock.now());
}

/** Where it names nobody, it can only be of the one company that is connected at all. */
async function tenantsOf(
  { directory, connections }: ParkDeps,
  platform: Platform,
  externalIds: readonly string[],
): Promise<ReadonlySet<TenantId>> {
  const named =
    externalIds.length > 0
      ? await Promise.all(externalIds.map((id) => directory.byExternalId(platform, id)))
      : (await connections.list()).filter((connection) => connection.platform === platform);
  return new Set(named.flatMap((connection) => connection?.tenantId ?? []));
}

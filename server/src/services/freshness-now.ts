import { type AccountHealthView, HOUR_MS, type Platform } from "@bellwether/shared";
import type { Connection } from "./ports.ts";

type Freshness = AccountHealthView["freshness"];
type Place = Pick<Connection, "platform" | "status" | "syncedAt">;
const NAMES: Record<Platform, string> = { hubspot: "HubSpot", zendesk: "Zendesk" };

/**
 * The sources as they are when somebody looks: a platform may have been read since the score was calculated, or may
 * refuse us by now. A refusal stands beside the source's age, because nothing new will come before somebody connects
 * it again.
 */
export function freshnessNow(freshness: Freshness, connections: readonly Place[], now: Date): Freshness {
  const of = (platform: Platform) => connections.find((connection) => connection.platform === platform);
  /** Where a tenant has Zendesk, its tickets are there. */
  const placeOf = (source: string): Place | undefined => {
    if (source === "crm") return of("hubspot");
    return source === "tickets" ? (of("zendesk") ?? of("hubspot")) : undefined;
  };
  return freshness.map((row) => {
    const place = placeOf(row.source);
    return place === undefined ? row : withPlace(row, place, now);
  });
}

function withPlace(row: Freshness[number], place: Place, now: Date): Freshness[number] {
  const syncedAt = place.syncedAt?.toISOString() ?? null;
  const isNewer = syncedAt !== null && (row.lastSeenAt === null || syncedAt > row.lastSeenAt);
  const lastSeenAt = isNewer ? syncedAt : row.lastSeenAt;
  const isStale =
    lastSeenAt === null ? row.isStale : now.getTime() - Date.parse(lastSeenAt) > row.limitHours * HOUR_MS;
  const label =
    place.status === "disconnected" ? `${row.label} (${NAMES[place.platform]} is disconnected)` : row.label;
  return { ...row, lastSeenAt, isStale, label };
}

import type { ChurnModel, Scorecard, SourcesSeen, TenantId } from "@bellwether/shared";
import type { Connection, ConnectionRepository, UsageStore } from "./ports.ts";

/** The definitions in force. */
export interface Definitions {
  scorecard: Scorecard;
  churnModel: ChurnModel;
}

/** `isReady` = no active connection still has history to read: a score from half the history would be written and then corrected. */
export interface TenantSources {
  connections: Connection[];
  seen: SourcesSeen;
  isReady: boolean;
}

/** @param usage where the product's own events are counted; without it they are no sign of life */
export async function tenantSources(
  connections: ConnectionRepository,
  tenant: TenantId,
  usage?: Pick<UsageStore, "lastReceivedAt">,
): Promise<TenantSources> {
  const all = await connections.list(tenant);
  const active = all.filter((c) => c.status === "active");
  const seenAt = (platform: Connection["platform"]): Date | null =>
    all.find((c) => c.platform === platform)?.syncedAt ?? null;
  const crm = seenAt("hubspot");
  const events = (await usage?.lastReceivedAt(tenant)) ?? null;
  const hasZendesk = all.some((c) => c.platform === "zendesk");
  return {
    connections: all,
    // HubSpot has tickets too, but a tenant with Zendesk keeps its support there
    seen: {
      ...(hasZendesk
        ? { crm, tickets: seenAt("zendesk"), ticketsFrom: "zendesk" as const }
        : { crm, tickets: crm }),
      ...(events !== null && { usage: events }),
    },
    isReady: active.every((c) => c.syncedAt !== null),
  };
}

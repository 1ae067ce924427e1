import { randomUUID } from "node:crypto";
import {
  attributeEvents,
  DAY_MS,
  DEFAULT_USAGE_MAP,
  type ProductEvent,
  type TenantId,
  type UserGroup,
} from "@bellwether/shared";
import { createEventStore } from "../../server/src/adapters/db/event-store.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import { createUsageStore } from "../../server/src/adapters/db/usage-store.ts";
import type { WakeUp } from "../../server/src/adapters/db/wake-ups.ts";
import { segmentInbound } from "../../server/src/adapters/segment/inbound.ts";
import { newConnectionId, newTenant } from "./database.ts";

/** Intake and counting of product usage on one database, with the wake-ups that they sent. */
export function usageStores(database: Database) {
  const sent: WakeUp[] = [];
  const wakeUps = { send: async (_: unknown, list: readonly WakeUp[]) => void sent.push(...list) };
  return {
    sent,
    events: createEventStore(database, { wakeUps, newId: randomUUID }),
    usage: createUsageStore(database, wakeUps),
  };
}
export type UsageStores = ReturnType<typeof usageStores>;

/** Events of one tenant's product as they are sent to `receivedAt`, and what is made of them. */
export function productOf(
  { events, usage }: UsageStores,
  tenant: TenantId = newTenant(),
  receivedAt = new Date("2026-06-30T12:00:00.000Z"),
) {
  const connectionId = newConnectionId();
  const options = { map: DEFAULT_USAGE_MAP, oldestDay: dayOf(new Date(receivedAt.getTime() - 90 * DAY_MS)) };
  const attribute = (list: readonly ProductEvent[], known: ReadonlyMap<string, UserGroup>) =>
    attributeEvents(list, known, options);
  return {
    tenant,
    receivedAt,
    today: dayOf(receivedAt),
    daysAgo: (days: number): string => new Date(receivedAt.getTime() - days * DAY_MS).toISOString(),
    /** @returns per event whether it was new */
    send: async (...batch: readonly object[]): Promise<boolean[]> => {
      const read = segmentInbound.events({ batch }, { call: "batch", tenant, receivedAt });
      return await events.append({
        tenantId: tenant,
        connectionId,
        source: "segment",
        body: segmentInbound.kept(read.events),
        events: read.events.map(({ key }) => ({ key, refs: [] })),
      });
    },
    count: async (): Promise<void> => {
      while ((await usage.count(tenant, attribute)) > 0);
    },
    /** As if `days` had passed. */
    tell: (days = 0, rests: (rounds: number) => number = () => 0): Promise<number> =>
      usage.tellGauges(tenant, new Date(receivedAt.getTime() + days * DAY_MS), rests),
  };
}
export type Product = ReturnType<typeof productOf>;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const call = (type: string, userId: string, more: object): object => ({
  type,
  messageId: randomUUID(),
  userId,
  ...more,
});
export const track = (userId: string, event: string, more: object = {}): object =>
  call("track", userId, { event, ...more });
export const identify = (userId: string, more: object = {}): object => call("identify", userId, more);
export const group = (userId: string, groupId: string, more: object = {}): object =>
  call("group", userId, { groupId, ...more });
export const alias = (userId: string, previousId: string, more: object = {}): object =>
  call("alias", userId, { previousId, ...more });

export interface CountedDay {
  group: string;
  day: string;
  users: number;
  events: number;
  logins: number;
}

export const countedDays = (database: Database, tenant: TenantId): Promise<CountedDay[]> =>
  database.query(
    `SELECT group_id AS "group", day::text, count(*)::int AS users, sum(events)::int AS events,
       sum(logins)::int AS logins
     FROM usage_day WHERE tenant_id = $1 GROUP BY group_id, day ORDER BY group_id, day`,
    [tenant],
  );

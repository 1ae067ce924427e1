import { DEFAULT_USAGE_MAP, type TenantId, usageMap } from "@bellwether/shared";
import type { EventSource, RejectedEvent, UsageLimits, UsageStore } from "../../services/ports.ts";
import { countUsage } from "./count-usage.ts";
import { COUNT_INTAKE } from "./event-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database } from "./sql.ts";
import { groupRef, tellGauges } from "./tell-gauges.ts";
import {
  FORGET_DAYS,
  FORGET_EVENTS,
  FORGET_FEATURES,
  FORGET_PENDING,
  FORGET_REJECTED,
  MOVE_WINDOWS,
  NOTE_MATCHED,
  SAVE_REJECTED,
  TENANTS_WITH_USAGE_WORK,
  UNMATCHED_GROUPS,
} from "./usage-gauge-sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createUsageStore(database: Database, wakeUps: WakeUps): UsageStore {
  return {
    reject: (tenant, events, at) => reject(database, tenant, events, at),
    keepRejected: async (tenant, source, events, at) => {
      if (events.length > 0) await database.query(SAVE_REJECTED, [tenant, rejectedRows(events), at, source]);
    },
    rejected: async (tenant, limit) => {
      const rows = await database.orm((db) =>
        db.rejectedEvent.findMany({
          where: { tenantId: tenant },
          orderBy: [{ at: "desc" }, { eventKey: "asc" }],
          take: limit,
          select: { source: true, at: true, reason: true, body: true },
        }),
      );
      return rows.map((row) => ({ ...row, source: row.source as EventSource }));
    },
    map: async (tenant) => {
      const row = await database.orm((db) => db.usageFeed.findUnique({ where: { tenantId: tenant } }));
      return row?.map ? usageMap.parse(row.map) : DEFAULT_USAGE_MAP;
    },
    saveMap: async (tenant, map) => {
      await database.query(
        `INSERT INTO usage_feed (tenant_id, map) VALUES ($1, $2::jsonb)
         ON CONFLICT (tenant_id) DO UPDATE SET map = excluded.map`,
        [tenant, jsonParameter(map)],
      );
    },
    lastReceivedAt: async (tenant) => {
      const row = await database.orm((db) => db.usageFeed.findUnique({ where: { tenantId: tenant } }));
      return row?.lastReceivedAt ?? null;
    },
    count: (tenant, attribute) => countUsage(database, tenant, attribute),
    tellGauges: (tenant, now, rests) => tellGauges(database, wakeUps, { tenant, now, rests }),
    unmatched: async (tenant, limit) =>
      (await database.query<{ id: string }>(UNMATCHED_GROUPS, [tenant, limit])).map((row) =>
        groupRef(row.id),
      ),
    noteMatched: async (tenant, refs) => {
      await database.query(NOTE_MATCHED, [tenant, refs.map((ref) => ref.id)]);
    },
    tenantsWithWork: async (now) =>
      (await database.query<{ id: TenantId }>(TENANTS_WITH_USAGE_WORK, [now])).map((row) => row.id),
    moveWindows: async (now) => {
      await database.query(MOVE_WINDOWS, [now.toISOString().slice(0, 10)]);
    },
    forget: (limits) => forget(database, limits),
  };
}

/** Key by key in one order, so that two calls with the same events do not wait for each other in a circle. */
function rejectedRows(events: readonly RejectedEvent[]): string {
  const first = new Map(events.toReversed().map((event) => [event.key, event]));
  const rows = [...first.values()]
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key: k, reason: r, body: b }) => ({ k, r, b }));
  return jsonParameter(rows);
}

const reject = (
  database: Database,
  tenant: TenantId,
  events: Parameters<UsageStore["reject"]>[1],
  at: Date,
): Promise<number> =>
  database.transaction(async (sql) => {
    const noted = (await sql.query(SAVE_REJECTED, [tenant, rejectedRows(events), at, "segment"])).length;
    const count = { t: tenant, s: "segment", a: 0, d: events.length - noted, r: noted };
    await sql.query(COUNT_INTAKE, [jsonParameter([count])]);
    return noted;
  });

const DELIVERIES_PER_SET = 200;
const ROWS_PER_SET = 10_000;

/** Short transactions, one after another: nobody waits for long behind any of them. */
async function forget(database: Database, limits: UsageLimits): Promise<boolean> {
  const sets = [
    [FORGET_EVENTS, limits.eventsBefore, DELIVERIES_PER_SET],
    [FORGET_REJECTED, limits.rejectedBefore, ROWS_PER_SET],
    [FORGET_DAYS, limits.countsBefore, ROWS_PER_SET],
    [FORGET_FEATURES, limits.countsBefore, ROWS_PER_SET],
    [FORGET_PENDING, limits.pendingBefore, ROWS_PER_SET],
  ] as const;
  let isMore = false;
  for (const [statement, before, limit] of sets)
    if ((await database.query(statement, [before, limit])).length === limit) isMore = true;
  return isMore;
}

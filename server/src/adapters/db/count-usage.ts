import type { ProductEvent, TenantId, UsageChange, UserGroup } from "@bellwether/shared";
import type { UsageStore } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import {
  ADD_DAYS,
  ADD_FEATURES,
  ADD_PENDING,
  DELIVERIES_TO_COUNT,
  EVENTS_OF,
  GROUPS_DUE,
  GROUPS_OF_USERS,
  LOCK_USAGE,
  MOVE_DAYS,
  MOVE_PENDING,
  NOTE_COUNTED,
  NOTE_RECEIVED,
  RELEASE_PENDING,
  SAVE_GROUPS,
  SAVE_USERS,
  usageName,
} from "./usage-count-sql.ts";

/** A set is a short transaction, on the embedded database, too. */
const MAX_DELIVERIES = 200;
const MAX_BYTES = 1_000_000;

type Attribute = Parameters<UsageStore["count"]>[1];

/** See `UsageStore.count`. Killed at any moment, a set is either counted and noted as counted, or neither. */
export const countUsage = (database: Database, tenant: TenantId, attribute: Attribute): Promise<number> =>
  database.transaction(async (sql) => {
    await sql.query(LOCK_USAGE, [usageName(tenant)]);
    const ids = (
      await sql.query<{ id: string }>(DELIVERIES_TO_COUNT, [tenant, MAX_DELIVERIES, MAX_BYTES])
    ).map((row) => row.id);
    if (ids.length === 0) return 0;
    const events = (await sql.query<{ event: ProductEvent }>(EVENTS_OF, [tenant, ids])).map(
      (row) => row.event,
    );
    await save(sql, tenant, attribute(events, await groupsOfUsers(sql, tenant, events)));
    await sql.query(NOTE_RECEIVED, [tenant, ids]);
    await sql.query(NOTE_COUNTED, [tenant, ids]);
    return ids.length;
  });

async function groupsOfUsers(
  sql: Sql,
  tenant: TenantId,
  events: readonly ProductEvent[],
): Promise<Map<string, UserGroup>> {
  const users = new Set(
    events.flatMap(({ user, previousUser }) => (previousUser === null ? [user] : [user, previousUser])),
  );
  const rows = await sql.query<{ user: string; group: string; at: Date }>(GROUPS_OF_USERS, [
    tenant,
    [...users],
  ]);
  return new Map(rows.map(({ user, group, at }) => [user, { group, at: at.toISOString() }]));
}

async function save(sql: Sql, tenant: TenantId, change: UsageChange): Promise<void> {
  const write = async (statement: string, rows: readonly object[]): Promise<void> => {
    if (rows.length > 0) await sql.query(statement, [tenant, jsonParameter(rows)]);
  };
  await write(SAVE_USERS, change.users);
  await write(
    SAVE_GROUPS,
    change.groups.map(({ group, seenAt, traits }) => ({
      g: group,
      s: seenAt,
      ...(traits && { t: traits.at, n: traits.name, d: traits.domains, x: traits.externalId }),
    })),
  );
  await write(ADD_DAYS, change.days);
  await write(ADD_FEATURES, change.features);
  await write(ADD_PENDING, change.pending);
  await write(MOVE_PENDING, change.moved);
  await write(
    MOVE_DAYS,
    change.moved.filter((moved) => moved.group !== null),
  );
  await release(sql, tenant, change);
}

async function release(sql: Sql, tenant: TenantId, change: UsageChange): Promise<void> {
  const grown = change.moved.flatMap(({ group }) => (group === null ? [] : [group]));
  if (change.released.length > 0) {
    const rows = await sql.query<{ group: string }>(RELEASE_PENDING, [
      tenant,
      jsonParameter(change.released),
    ]);
    grown.push(...rows.map((row) => row.group));
  }
  if (grown.length > 0) await sql.query(GROUPS_DUE, [tenant, [...new Set(grown)]]);
}

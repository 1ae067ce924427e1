import { type ConnectionId, type RecordRef, recordRef, refKey, type TenantId } from "@bellwether/shared";
import { z } from "zod";
import type { Drift, DriftKey, DriftStore, ListedDrift } from "../../services/ports.ts";
import {
  ACCEPT,
  DROP_SETTLED,
  HOLD,
  KEEP_FOUND,
  LIST_DRIFT,
  RELEASE_GONE,
  REPEND,
  RESTORE,
  SETTLED_VALUES,
  TAKE_OVER,
} from "./drift-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

interface RecordRow {
  connection_id: ConnectionId;
  platform: string;
  object_type: string;
  object_id: string;
}
interface ListRow extends RecordRow {
  key: string;
  ours: string;
  theirs: string;
  wanted: string | null;
  seen_at: Date;
  name: string | null;
}

const refOf = (row: RecordRow): RecordRef =>
  recordRef.parse({ platform: row.platform, objectType: row.object_type, id: row.object_id });
const values = z.record(z.string(), z.string());
const recordsOf = (refs: readonly RecordRef[]): string =>
  jsonParameter(refs.map((ref) => ({ y: ref.objectType, i: ref.id })));
const foundOf = (found: readonly Drift[]): string =>
  jsonParameter(
    found.map(({ ref, key, ours, theirs }) => ({ y: ref.objectType, i: ref.id, k: key, o: ours, t: theirs })),
  );

export function createDriftStore(database: Database, wakeUps: WakeUps): DriftStore {
  return {
    settledValues: async (tenant, connection, refs, readAt) => {
      const asked = [tenant, connection, recordsOf(refs), readAt];
      const rows = await database.query<RecordRow & { confirmed: unknown }>(SETTLED_VALUES, asked);
      return rows.map((row) => ({ ref: refOf(row), values: values.parse(row.confirmed) }));
    },
    note: (tenant, connection, { found, seen, readAt, at }) =>
      database.transaction(async (sql) => {
        const chosen = await withoutInherited(sql, tenant, connection, found, readAt);
        const [records, drifts] = [recordsOf(seen), foundOf(chosen)];
        const gone = await sql.query(RELEASE_GONE, [tenant, connection, records, drifts]);
        if (gone.length > 0) await sql.query(DROP_SETTLED, [tenant, connection, records, drifts]);
        const kept = await sql.query(KEEP_FOUND, [tenant, connection, drifts, readAt, at]);
        if (kept.length > 0) await sql.query(HOLD, [tenant, connection, drifts]);
        if (gone.length + kept.length > 0 || chosen.length < found.length)
          await sql.query(REPEND, [tenant, connection, records]);
      }),
    list: async (tenant, limit) => {
      const rows = await database.query<ListRow>(LIST_DRIFT, [tenant, limit]);
      return rows.map(toListed);
    },
    settle: (tenant, deed, keys) => settle(database, wakeUps, tenant, deed, keys),
  };
}

/** Drift that is a person's doing; what a merge brought is noted as what the platform shows. */
async function withoutInherited(
  sql: Sql,
  tenant: TenantId,
  connection: ConnectionId,
  found: readonly Drift[],
  readAt: Date,
): Promise<readonly Drift[]> {
  if (found.every(({ ours }) => ours !== "")) return found;
  const rows = await sql.query<RecordRow>(TAKE_OVER, [tenant, connection, foundOf(found), readAt]);
  const heirs = new Set(rows.map((row) => refKey(refOf(row))));
  return found.filter(({ ref, ours }) => ours !== "" || !heirs.has(refKey(ref)));
}

const toListed = (row: ListRow): ListedDrift => ({
  connectionId: row.connection_id,
  ref: refOf(row),
  key: row.key,
  ours: row.ours,
  theirs: row.theirs,
  wanted: row.wanted,
  seenAt: row.seen_at,
  accountName: row.name,
});

const settle = (
  database: Database,
  wakeUps: WakeUps,
  tenant: TenantId,
  deed: "restore" | "accept",
  keys: readonly DriftKey[] | null,
): Promise<number> =>
  database.transaction(async (sql) => {
    const asked = keys?.map((key) => ({
      c: key.connectionId,
      y: key.objectType,
      i: key.objectId,
      k: key.key,
    }));
    const rows = await sql.query<{ connection_id: ConnectionId; settled: number }>(
      deed === "restore" ? RESTORE : ACCEPT,
      [tenant, asked ? jsonParameter(asked) : null],
    );
    const connections =
      deed === "restore" ? new Set(rows.map((row) => row.connection_id)) : new Set<ConnectionId>();
    await wakeUps.send(
      sql,
      [...connections].map((connectionId) => ({ name: "write-back" as const, payload: { connectionId } })),
    );
    return rows.reduce((sum, row) => sum + row.settled, 0);
  });

import { type ConnectionId, DAY_MS, type RecordRef, refKey } from "@bellwether/shared";
import type {
  ListedRecord,
  ReconciliationCounts,
  ReconciliationPlace,
  ReconciliationRun,
  ReconciliationStore,
  RepairKind,
} from "../../services/ports/reconciliation.ts";
import { MARK_RECORDS } from "./event-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import {
  BEGIN_RUN,
  COMPARE_PAGE,
  FORGET_RUNS,
  FORGET_SEEN,
  MOVE_RUN,
  RECENT_RUNS,
  RUN_UNDER_WAY,
  STALLED_RUNS,
  UNSEEN_RECORDS,
} from "./reconciliation-sql.ts";
import { refOf } from "./record-key.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

const NOTHING: ReconciliationCounts = {
  compared: 0,
  created: 0,
  changed: 0,
  deleted: 0,
  restored: 0,
  relinked: 0,
  merged: 0,
};
/** As long as anybody will ask what a night repaired. */
const KEPT_MS = 90 * DAY_MS;

/** @param newId of runs, in the order of time */
export function createReconciliationStore(
  database: Database,
  wakeUps: WakeUps,
  newId: () => string,
): ReconciliationStore {
  const underWay = async (connection: ConnectionId): Promise<ReconciliationRun | null> =>
    (await database.query<ReconciliationRun>(RUN_UNDER_WAY, [connection]))[0] ?? null;
  return {
    underWay,
    begin: (connection, first, at) =>
      database.transaction(async (sql) => {
        const { tenantId, id } = connection;
        const values = [tenantId, id, newId(), first, at, jsonParameter(NOTHING)];
        const [begun] = await sql.query<ReconciliationRun>(BEGIN_RUN, values);
        if (begun === undefined) {
          const [known] = await sql.query<ReconciliationRun>(RUN_UNDER_WAY, [id]);
          if (known === undefined) throw new Error(`no run of connection ${id} could be begun`);
          return known;
        }
        await sql.query(FORGET_SEEN, [tenantId, id]);
        await sql.query(FORGET_RUNS, [tenantId, id, new Date(at.getTime() - KEPT_MS)]);
        return begun;
      }),
    compare: (run, page, onward, at) =>
      database.transaction((sql) => compare(sql, wakeUps, run, page, onward, at)),
    unseen: async (run, platform, limit) => {
      const rows = await database.query<{ ref: string }>(UNSEEN_RECORDS, [
        run.tenantId,
        run.connectionId,
        run.objectType,
        prefixOf(platform, run),
        run.position ?? prefixOf(platform, run),
        limit,
      ]);
      return rows.map((row) => refOf(row.ref));
    },
    moveOn: (run, onward, deleted, at) =>
      database.transaction(async (sql) => {
        const counts = { ...run.counts, deleted: run.counts.deleted + deleted };
        const moved = await move(sql, run, onward, counts, at);
        if (moved !== null && onward === null) await sql.query(FORGET_SEEN, [run.tenantId, run.connectionId]);
        return moved;
      }),
    recent: (tenant) => database.query<ReconciliationRun>(RECENT_RUNS, [tenant ?? null]),
    stalled: async (since) =>
      (await database.query<{ id: ConnectionId }>(STALLED_RUNS, [since])).map((row) => row.id),
  };
}

const prefixOf = (platform: RecordRef["platform"], { objectType }: ReconciliationPlace): string =>
  refKey({ platform, objectType, id: "" });

async function compare(
  sql: Sql,
  wakeUps: WakeUps,
  run: ReconciliationRun,
  { platform, rows }: { platform: RecordRef["platform"]; rows: readonly ListedRecord[] },
  onward: ReconciliationPlace,
  at: Date,
): Promise<ReconciliationRun | null> {
  const { tenantId, connectionId, objectType } = run;
  const listed = rows.map(({ id: i, updatedAt: u, links, mergedIds: m = [] }) => ({
    i,
    u,
    l: links?.map(refKey) ?? null,
    m,
  }));
  const found = await sql.query<{ id: string; kind: Exclude<RepairKind, "deleted"> | null }>(COMPARE_PAGE, [
    tenantId,
    connectionId,
    objectType,
    prefixOf(platform, run),
    jsonParameter(listed),
  ]);
  const counts = { ...run.counts, compared: run.counts.compared + rows.length };
  for (const { kind } of found) if (kind !== null) counts[kind] += 1;
  const moved = await move(sql, run, onward, counts, at);
  if (moved === null || found.length === 0) return moved;
  const marks = [...new Set(found.map(({ id }) => id))]
    .map((i) => ({ t: tenantId, c: connectionId, f: platform, y: objectType, i }))
    .toSorted((a, b) => (a.i < b.i ? -1 : 1));
  await sql.query(MARK_RECORDS, [jsonParameter(marks)]);
  await wakeUps.send(sql, [{ name: "refresh-records", payload: { connectionId } }]);
  return moved;
}

async function move(
  sql: Sql,
  run: ReconciliationRun,
  onward: ReconciliationPlace | null,
  counts: ReconciliationCounts,
  at: Date,
): Promise<ReconciliationRun | null> {
  const to = onward ?? run;
  const [moved] = await sql.query<ReconciliationRun>(MOVE_RUN, [
    run.tenantId,
    run.connectionId,
    run.id,
    run.objectType,
    run.stage,
    run.position,
    to.objectType,
    to.stage,
    to.position,
    jsonParameter(counts),
    at,
    onward === null,
  ]);
  return moved ?? null;
}

import type { EventStore, IntakeCounts } from "../../services/ports.ts";
import {
  countsOf,
  distinctRows,
  type EventRow,
  eventId,
  eventRow,
  markedRecords,
  Origins,
} from "./event-rows.ts";
import { COUNT_INTAKE, INTAKE, MARK_RECORDS } from "./event-sql.ts";
import { GroupCommit } from "./group-commit.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

const MAX_EVENTS_PER_COMMIT = 2_000;
/** About 100 MB of events; whoever is refused is told to come again. */
const MAX_EVENTS_WAITING = 100_000;

export function createEventStore(database: Database, wakeUps: WakeUps): EventStore {
  const group = new GroupCommit<EventRow, boolean>({
    commit: (rows) => commit(database, wakeUps, rows),
    // a second transaction prepares while the first one waits for the disk
    lanes: database.kind === "server" ? 2 : 1,
    maxItems: MAX_EVENTS_PER_COMMIT,
    maxWaiting: MAX_EVENTS_WAITING,
  });
  return {
    append: async (events) => (events.length === 0 ? [] : await group.add(events.map(eventRow))),
    countRejected: async (tenant, source, events) => {
      await database.query(COUNT_INTAKE, [jsonParameter([{ t: tenant, s: source, a: 0, d: 0, r: events }])]);
    },
    counts: async (tenant) => {
      const rows = await database.query<IntakeCounts & { source: string }>(
        `SELECT source, sum(accepted)::bigint AS accepted, sum(duplicates)::bigint AS duplicates,
           sum(rejected)::bigint AS rejected
         FROM intake_count WHERE tenant_id = $1 GROUP BY source`,
        [tenant],
      );
      const of = (name: string): IntakeCounts => {
        const { accepted = 0, duplicates = 0, rejected = 0 } = rows.find((row) => row.source === name) ?? {};
        return { accepted, duplicates, rejected };
      };
      return { hubspot: of("hubspot"), zendesk: of("zendesk"), segment: of("segment") };
    },
  };
}

/** @returns per row whether it was new; of equal rows the first one is */
async function commit(database: Database, wakeUps: WakeUps, rows: readonly EventRow[]): Promise<boolean[]> {
  const distinct = distinctRows(rows);
  const isNew = new Set(await database.transaction((sql) => store(sql, wakeUps, rows, distinct)));
  return rows.map((row) => isNew.has(row));
}

/** @returns those of `distinct` that were new */
async function store(
  sql: Sql,
  wakeUps: WakeUps,
  rows: readonly EventRow[],
  distinct: readonly EventRow[],
): Promise<readonly EventRow[]> {
  const origins = new Origins();
  const events = distinct.map((row) => ({
    g: origins.numberOf(row),
    k: row.k,
    y: row.y,
    o: row.o,
    p: row.p,
  }));
  const marks = markedRecords(distinct).map(({ row, ref }) => ({
    g: origins.numberOf(row),
    f: ref.platform,
    y: ref.objectType,
    i: ref.id,
  }));
  const [answer] = await sql.query<{ added: number; keys: [string, string, string][] | null }>(
    INTAKE,
    [
      jsonParameter(events),
      jsonParameter(marks),
      jsonParameter(countsOf(rows, distinct)),
      origins.tenants,
      origins.connections,
      origins.sources,
      distinct.length,
    ],
    { isPrepared: true },
  );
  if (!answer) throw new Error("the intake statement gave no answer");
  if (answer.added === distinct.length) {
    await wake(sql, wakeUps, distinct);
    return distinct;
  }
  return await settleDuplicates(sql, wakeUps, rows, distinct, answer.keys ?? []);
}

/** Some were stored before: the statement has left marks and counts to this one. */
async function settleDuplicates(
  sql: Sql,
  wakeUps: WakeUps,
  rows: readonly EventRow[],
  distinct: readonly EventRow[],
  added: readonly [string, string, string][],
): Promise<EventRow[]> {
  const ids = new Set(added.map(([tenant, source, key]) => eventId(tenant, source, key)));
  const stored = distinct.filter((row) => ids.has(row.id));
  await sql.query(COUNT_INTAKE, [jsonParameter(countsOf(rows, stored))]);
  const marks = markedRecords(stored).map(({ row, ref }) => ({
    t: row.t,
    c: row.c,
    f: ref.platform,
    y: ref.objectType,
    i: ref.id,
  }));
  if (marks.length > 0) await sql.query(MARK_RECORDS, [jsonParameter(marks)]);
  await wake(sql, wakeUps, stored);
  return stored;
}

async function wake(sql: Sql, wakeUps: WakeUps, stored: readonly EventRow[]): Promise<void> {
  const connections = new Set(stored.filter((row) => row.refs.length > 0).map((row) => row.c));
  if (connections.size === 0) return;
  await wakeUps.send(
    sql,
    [...connections].map((connectionId) => ({ name: "refresh-records", payload: { connectionId } })),
  );
}

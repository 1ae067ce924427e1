import type { ConnectionId } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { EventStore, InboundEvent, IntakeCounts } from "../../services/ports.ts";
import { COUNT_INTAKE, INTAKE, MARK_RECORDS } from "./event-sql.ts";
import { GroupCommit } from "./group-commit.ts";
import { indexKey } from "./index-key.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

const MAX_EVENTS_PER_COMMIT = 2_000;
/** About 100 MB of events; whoever is refused is told to come again. */
const MAX_EVENTS_WAITING = 100_000;

/** One row of the statements' JSON; short names, because they are repeated for every event. */
interface Row {
  t: string;
  s: string;
  k: string;
  c: ConnectionId;
  y: string;
  o: string;
  p: unknown;
  refs: InboundEvent["refs"];
}

/** By code unit: the same order in every process. */
const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

const identity = (row: Pick<Row, "t" | "s" | "k">): string => `${row.t} ${row.s} ${row.k}`;

export function createEventStore(database: Database, wakeUps: WakeUps): EventStore {
  const group = new GroupCommit<Row, boolean>({
    commit: (rows) => commit(database, wakeUps, rows),
    // a second transaction prepares while the first one waits for the disk
    lanes: database.kind === "server" ? 2 : 1,
    maxItems: MAX_EVENTS_PER_COMMIT,
    maxWaiting: MAX_EVENTS_WAITING,
  });
  return {
    append: async (events) => (events.length === 0 ? [] : await group.add(events.map(toRow))),
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

function toRow(event: InboundEvent): Row {
  if (Number.isNaN(event.occurredAt.getTime()))
    throw new AppError("request_invalid", `event ${event.key} has no valid time`);
  return {
    t: event.tenantId,
    s: event.source,
    k: indexKey(event.key),
    c: event.connectionId,
    y: event.type,
    o: event.occurredAt.toISOString(),
    p: event.payload ?? null,
    refs: event.refs,
  };
}

/** @returns per row whether it was new; of equal rows the first one is */
async function commit(database: Database, wakeUps: WakeUps, rows: readonly Row[]): Promise<boolean[]> {
  const firsts = new Map<string, Row>();
  for (const row of rows) {
    const id = identity(row);
    if (!firsts.has(id)) firsts.set(id, row);
  }
  // in the order of the key, so that two processes with the same events wait for each other instead of locking up
  const sorted = [...firsts].toSorted(byKey).map(([, row]) => row);
  const stored = await database.transaction((sql) => store(sql, wakeUps, rows, sorted));
  const isNew = new Set(stored);
  return rows.map((row) => isNew.has(row));
}

async function store(
  sql: Sql,
  wakeUps: WakeUps,
  rows: readonly Row[],
  sorted: readonly Row[],
): Promise<readonly Row[]> {
  const [answer] = await sql.query<{ added: number; keys: [string, string, string][] | null }>(INTAKE, [
    jsonParameter(sorted.map(({ refs: _, ...row }) => row)),
    jsonParameter(marks(sorted)),
    jsonParameter(counts(rows, sorted)),
    sorted.length,
  ]);
  if (!answer) throw new Error("the intake statement gave no answer");
  if (answer.added === sorted.length) {
    await wake(sql, wakeUps, sorted);
    return sorted;
  }
  // some were stored before: the statement has left marks and counts to this one
  const ids = new Set((answer.keys ?? []).map(([t, s, k]) => identity({ t, s, k })));
  const stored = sorted.filter((row) => ids.has(identity(row)));
  await sql.query(COUNT_INTAKE, [jsonParameter(counts(rows, stored))]);
  const toMark = marks(stored);
  if (toMark.length > 0) await sql.query(MARK_RECORDS, [jsonParameter(toMark)]);
  await wake(sql, wakeUps, stored);
  return stored;
}

/** Each named record once, in the order of the key. */
function marks(rows: readonly Row[]): object[] {
  const found = new Map<string, object>();
  for (const row of rows)
    for (const ref of row.refs)
      found.set(`${row.t} ${row.c} ${ref.objectType} ${ref.id}`, {
        t: row.t,
        c: row.c,
        f: ref.platform,
        y: ref.objectType,
        i: ref.id,
      });
  return [...found].toSorted(byKey).map(([, mark]) => mark);
}

function counts(rows: readonly Row[], stored: readonly Row[]): object[] {
  const found = new Map<string, { t: string; s: string; a: number; d: number; r: number }>();
  const of = (row: Row) => {
    const key = `${row.t} ${row.s}`;
    const entry = found.get(key) ?? { t: row.t, s: row.s, a: 0, d: 0, r: 0 };
    found.set(key, entry);
    return entry;
  };
  for (const row of rows) of(row).d++;
  for (const row of stored) {
    of(row).a++;
    of(row).d--;
  }
  return [...found].toSorted(byKey).map(([, entry]) => entry);
}

async function wake(sql: Sql, wakeUps: WakeUps, stored: readonly Row[]): Promise<void> {
  const connections = new Set(stored.filter((row) => row.refs.length > 0).map((row) => row.c));
  if (connections.size === 0) return;
  await wakeUps.send(
    sql,
    [...connections].map((connectionId) => ({ name: "refresh-records", payload: { connectionId } })),
  );
}

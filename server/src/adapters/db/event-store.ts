import { type EventStore, type IntakeCounts, MAX_REQUEST_IDS, type Trace } from "../../services/ports.ts";
import {
  countsOf,
  distinctRows,
  type EventRow,
  eventId,
  eventRows,
  fatesOf,
  markedRecords,
  Origins,
  storedDeliveries,
} from "./event-rows.ts";
import { COUNT_INTAKE, INTAKE, KNOWN_EVENTS } from "./event-sql.ts";
import { SAVE_FATES } from "./fate-sql.ts";
import { GroupCommit } from "./group-commit.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

const MAX_EVENTS_PER_COMMIT = 2_000;
/** About 100 MB of events; whoever is refused is told to come again. */
const MAX_EVENTS_WAITING = 100_000;

export interface EventStoreOptions {
  wakeUps: WakeUps;
  /** Ids of deliveries; best in order of time. */
  newId: () => string;
  /** Many deliveries share a commit: this keeps which requests led to its wake-ups. Absent = nothing is kept. */
  trace?: Trace;
}

export function createEventStore(database: Database, options: EventStoreOptions): EventStore {
  const group = new GroupCommit<EventRow, boolean>({
    commit: (rows) => commit(database, options, rows),
    // a second transaction prepares while the first one waits for the disk
    lanes: database.kind === "server" ? 2 : 1,
    maxItems: MAX_EVENTS_PER_COMMIT,
    maxWaiting: MAX_EVENTS_WAITING,
  });
  return {
    append: async (delivery) => {
      if (delivery.events.length === 0) return [];
      return await group.add(eventRows(delivery, options.trace?.requestIds()));
    },
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

/**
 * All events are taken for new first: nearly always they are, and one statement does. Where some were known, nothing
 * of that try stays, and the others are tried again.
 * @returns per row whether it was new; of equal rows the first one is
 */
async function commit(
  database: Database,
  options: EventStoreOptions,
  rows: readonly EventRow[],
): Promise<boolean[]> {
  let candidates = distinctRows(rows);
  while (!(await isStored(database, options, rows, candidates)))
    candidates = await unknownOf(database, candidates);
  const isNew = new Set(candidates);
  return rows.map((row) => isNew.has(row));
}

/** Rolls a transaction back without being an error. */
const KNOWN_EVENT = Symbol("an event was known");

async function isStored(
  database: Database,
  options: EventStoreOptions,
  rows: readonly EventRow[],
  candidates: readonly EventRow[],
): Promise<boolean> {
  try {
    const run = () => database.transaction((sql) => store(sql, options, rows, candidates));
    await (options.trace ? options.trace.run({ requestIds: newestIds(candidates) }, run) : run());
    return true;
  } catch (reason) {
    if (reason === KNOWN_EVENT) return false;
    throw reason;
  }
}

function newestIds(rows: readonly EventRow[]): string[] {
  const ids = new Set<string>();
  for (let i = rows.length - 1; i >= 0 && ids.size < MAX_REQUEST_IDS; i -= 1)
    for (const id of rows[i]?.requestIds ?? []) ids.add(id);
  return [...ids];
}

async function store(
  sql: Sql,
  { wakeUps, newId }: EventStoreOptions,
  rows: readonly EventRow[],
  candidates: readonly EventRow[],
): Promise<void> {
  const counts = jsonParameter(countsOf(rows, candidates));
  if (candidates.length === 0) {
    await sql.query(COUNT_INTAKE, [counts]);
    return;
  }
  const origins = new Origins();
  const { deliveries, ids, body } = storedDeliveries(candidates, origins, newId);
  const marks = markedRecords(candidates, origins);
  const [answer] = await sql.query<{ added: number; marked: number }>(
    INTAKE,
    [
      jsonParameter(deliveries),
      body,
      jsonParameter(marks),
      counts,
      origins.tenants,
      origins.connections,
      origins.sources,
      ids,
      candidates.length,
    ],
    { isPrepared: true },
  );
  if (answer?.added !== candidates.length) throw KNOWN_EVENT;
  const fates = fatesOf(candidates);
  if (fates.length > 0) await sql.query(SAVE_FATES, [jsonParameter(fates)]);
  const products = new Set(origins.tenants.filter((_, i) => origins.sources[i] === "segment"));
  if (products.size > 0)
    await wakeUps.send(
      sql,
      [...products].map((tenantId) => ({ name: "count-usage" as const, payload: { tenantId } })),
    );
  // a mark that was there already has had its wake-up
  if (answer.marked === 0) return;
  const connections = new Set(marks.map(({ g }) => origins.connections[g - 1]));
  await wakeUps.send(
    sql,
    [...connections].flatMap((connectionId) =>
      connectionId === undefined ? [] : [{ name: "refresh-records" as const, payload: { connectionId } }],
    ),
  );
}

async function unknownOf(database: Database, candidates: readonly EventRow[]): Promise<EventRow[]> {
  const asked = candidates.map(({ key, delivery }) => ({ t: delivery.tenantId, s: delivery.source, k: key }));
  const known = await database.query<{ tenant: string; source: string; key: string }>(KNOWN_EVENTS, [
    jsonParameter(asked),
  ]);
  const ids = new Set(known.map(({ tenant, source, key }) => eventId(tenant, source, key)));
  return candidates.filter((row) => !ids.has(row.id));
}

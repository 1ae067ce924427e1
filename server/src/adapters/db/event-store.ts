import { type EventStore, type IntakeCounts, MAX_REQUEST_IDS, type Trace } from "../../services/ports.ts";
import {
  askedKeys,
  countsOf,
  fatesOf,
  firstOfEqual,
  type IntakeBatch,
  intakeBatch,
  markedRecords,
  newEvents,
  Origins,
  type StoredKey,
  storedDeliveries,
  withoutStored,
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
  const group = new GroupCommit<IntakeBatch, readonly boolean[]>({
    commit: (batches) => commit(database, options, batches),
    weightOf: (batch) => batch.keys.length,
    // a second transaction prepares while the first one waits for the disk
    lanes: database.kind === "server" ? 2 : 1,
    // a transaction costs as much as dozens of events
    gathers: true,
    maxItems: MAX_EVENTS_PER_COMMIT,
    maxWaiting: MAX_EVENTS_WAITING,
  });
  return {
    append: async (delivery) => {
      if (delivery.events.length === 0) return [];
      const [isNew = []] = await group.add([intakeBatch(delivery, options.trace?.requestIds())]);
      return [...isNew];
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
 * All events are taken for new first: nearly always they are, and one statement does. Where some were known, or came
 * twice, nothing of that try stays, and the others are tried again.
 * @returns per delivery and event whether it was new; of equal events the first one is
 */
async function commit(
  database: Database,
  options: EventStoreOptions,
  given: readonly IntakeBatch[],
): Promise<(readonly boolean[])[]> {
  let batches = given;
  while (!(await isStored(database, options, batches))) batches = await unknownOf(database, batches);
  return batches.map(({ isNew }) => isNew);
}

async function unknownOf(database: Database, batches: readonly IntakeBatch[]): Promise<IntakeBatch[]> {
  const distinct = firstOfEqual(batches);
  const asked = jsonParameter(askedKeys(distinct));
  return withoutStored(distinct, await database.query<StoredKey>(KNOWN_EVENTS, [asked]));
}

/** Rolls a transaction back without being an error. */
const KNOWN_EVENT = Symbol("an event was known");

async function isStored(
  database: Database,
  options: EventStoreOptions,
  batches: readonly IntakeBatch[],
): Promise<boolean> {
  try {
    const run = () => database.transaction((sql) => store(sql, options, batches));
    await (options.trace ? options.trace.run({ requestIds: newestIds(batches) }, run) : run());
    return true;
  } catch (reason) {
    if (reason === KNOWN_EVENT) return false;
    throw reason;
  }
}

/** Of the requests that brought something new. */
function newestIds(batches: readonly IntakeBatch[]): string[] {
  const ids = new Set<string>();
  for (const { requestIds, isNew } of batches.toReversed()) {
    if (ids.size >= MAX_REQUEST_IDS) break;
    if (isNew.includes(true)) for (const id of requestIds) ids.add(id);
  }
  return [...ids];
}

async function store(
  sql: Sql,
  { wakeUps, newId }: EventStoreOptions,
  batches: readonly IntakeBatch[],
): Promise<void> {
  const counts = jsonParameter(countsOf(batches));
  const events = newEvents(batches);
  if (events === 0) {
    await sql.query(COUNT_INTAKE, [counts]);
    return;
  }
  const origins = new Origins();
  const { deliveries, ids, body } = storedDeliveries(batches, origins, newId);
  const marks = markedRecords(batches, origins);
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
      events,
    ],
    { isPrepared: true },
  );
  if (answer?.added !== events) throw KNOWN_EVENT;
  const fates = fatesOf(batches);
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

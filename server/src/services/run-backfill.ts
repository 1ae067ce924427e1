import { type ConnectionId, MINUTE_MS, type ObjectType } from "@bellwether/shared";
import { catchUp } from "./catch-up.ts";
import { matchUnlinkedParties } from "./match-parties.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type { BackfillProgress, Connection, GatewayFor, JobQueue, Log, ScoreStore } from "./ports.ts";
import { type RecordDeps, readRecords } from "./read-records.ts";

export interface BackfillDeps extends RecordDeps {
  gatewayFor: GatewayFor;
  scores: ScoreStore;
  queue: JobQueue;
  log: Log;
}

/** A slice ends after this and sends itself on, so that no job outlives its lease in the queue. */
const SLICE_MS = 60_000;

/**
 * Reads a connection's history by page, each page with its cursor in one transaction: after a kill it goes on at
 * the last page. When the last of the tenant's connections is read, history is reconstructed and all is scored.
 */
export async function runBackfill(deps: BackfillDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active" || connection.syncedAt !== null) return;
  const startedAt = deps.clock.now();
  try {
    const reading = await readHistory(deps, connection, startedAt);
    if (reading === "unfinished") await deps.queue.enqueue("backfill", { connectionId: id });
    if (reading !== "done") return;
  } catch (error) {
    // the sweep sends it on; the cursor says where
    await handlePlatformTrouble(deps, connection, error);
    return;
  }
  await finish(deps, connection);
}

/** `elsewhere`: another process reads it already, and goes on. */
type Reading = "done" | "unfinished" | "elsewhere";

async function readHistory(deps: BackfillDeps, connection: Connection, startedAt: Date): Promise<Reading> {
  const gateway = deps.gatewayFor(connection);
  const known = new Map((await deps.ledger.progress(connection.id)).map((p) => [p.objectType, p]));
  for (const objectType of gateway.backfillOrder) {
    let progress = known.get(objectType) ?? begin(connection, objectType, startedAt);
    while (!progress.isDone) {
      if (deps.clock.now().getTime() - startedAt.getTime() > SLICE_MS) return "unfinished";
      const readAt = progress.cursor;
      const page = await gateway.page(objectType, readAt);
      progress = {
        ...progress,
        cursor: page.next,
        recordsRead: progress.recordsRead + page.records.length,
        recordsTotal: page.total ?? progress.recordsTotal,
        isDone: page.next === null,
        updatedAt: deps.clock.now(),
      };
      const read = { records: page.records, missing: [], claims: [], progress, readAt };
      // two processes that were woken for the same history read the same page; the second one leaves it to the first
      if (!(await readRecords(deps, connection, read))) return "elsewhere";
      deps.log.info(
        { connectionId: connection.id, objectType, read: progress.recordsRead, isDone: progress.isDone },
        `backfill of ${connection.platform}: ${progress.recordsRead} ${objectType} records read`,
      );
    }
  }
  return "done";
}

const begin = (connection: Connection, objectType: ObjectType, at: Date): BackfillProgress => ({
  connectionId: connection.id,
  objectType,
  cursor: null,
  recordsRead: 0,
  recordsTotal: null,
  isDone: false,
  startedAt: at,
  updatedAt: at,
});

async function finish(deps: BackfillDeps, connection: Connection): Promise<void> {
  await matchUnlinkedParties(deps, connection.tenantId);
  await completeSync(deps, connection.id);
  const connections = await deps.connections.list(connection.tenantId);
  const isWaiting = connections.some(
    (c) => c.id !== connection.id && c.status === "active" && c.syncedAt === null,
  );
  if (isWaiting) return;
  await deps.scores.markAll(connection.tenantId);
  await deps.queue.enqueue("score-accounts", { tenantId: connection.tenantId });
  await deps.queue.enqueue("reconstruct-history", { tenantId: connection.tenantId });
}

/** A shorter reading is covered by the first regular catch-up. */
const LONG_READING_MS = MINUTE_MS;

/**
 * Complete is what was there when the first page was read. What changed behind a long reading, or while the server
 * was down in the middle of it, is looked for at once.
 */
async function completeSync(deps: BackfillDeps, id: ConnectionId): Promise<void> {
  const now = deps.clock.now().getTime();
  const begun = (await deps.ledger.progress(id)).map((p) => p.startedAt.getTime());
  const completeAt = new Date(Math.min(now, ...begun));
  await deps.connections.update(id, { syncedAt: completeAt });
  if (now - completeAt.getTime() > LONG_READING_MS) await catchUp(deps, id);
}

import { type ConnectionId, MINUTE_MS } from "@bellwether/shared";
import type {
  Clock,
  ConnectionRepository,
  CorrectionStore,
  JobQueue,
  LedgerStore,
  OutboxStore,
  RescoreStore,
  ScoreStore,
} from "./ports.ts";

export interface SweepDeps {
  ledger: LedgerStore;
  scores: ScoreStore;
  rescoring: Pick<RescoreStore, "unfinished">;
  outbox: OutboxStore;
  corrections: CorrectionStore;
  connections: ConnectionRepository;
  queue: JobQueue;
  clock: Clock;
}

/**
 * Wakes up whatever has work that nobody alive holds: after a crash, after a wait for the platform, or when a
 * wake-up came while its work was not due. An override that expired is such work, too. Marks are the truth, wake-ups
 * only make it quick.
 */
export async function sweep(deps: SweepDeps): Promise<void> {
  for (const connectionId of await deps.ledger.connectionsWithMarks())
    await deps.queue.enqueue("refresh-records", { connectionId });
  await deps.corrections.markOutdated(deps.clock.now());
  for (const tenantId of await deps.scores.tenantsWithMarks())
    await deps.queue.enqueue("score-accounts", { tenantId });
  for (const tenantId of await deps.rescoring.unfinished()) await deps.queue.enqueue("rescore", { tenantId });
  for (const connectionId of await deps.outbox.connectionsWithPending(deps.clock.now()))
    await deps.queue.enqueue("write-back", { connectionId });
}

/** A quiet source counts as fresh only while somebody looks: well inside the 1 hour that tickets may be old. */
const CATCH_UP_MS = 10 * MINUTE_MS;
/** Zendesk's exports leave out the newest minute: what changed while the history was read is looked at soon after. */
const FIRST_CATCH_UP_MS = 2 * MINUTE_MS;

/** Connections that were never set up or read to the end, and those due for a look at what webhooks missed. */
export async function sweepConnections(deps: SweepDeps): Promise<void> {
  for (const connection of await deps.connections.list()) {
    if (connection.status !== "active") continue;
    const payload = { connectionId: connection.id };
    if (connection.provisionedAt === null) await deps.queue.enqueue("provision", payload);
    if (connection.syncedAt === null) {
      if (!(await isBeingRead(deps, connection.id))) await deps.queue.enqueue("backfill", payload);
    } else if (isDue(connection.connectedAt, connection.syncedAt, deps.clock.now()))
      await deps.queue.enqueue("catch-up", payload);
  }
}

/** Pages come faster than this while somebody alive reads them; a second reader would read one of them in vain. */
const READING_MS = 10_000;

async function isBeingRead(deps: SweepDeps, id: ConnectionId): Promise<boolean> {
  const since = deps.clock.now().getTime() - READING_MS;
  return (await deps.ledger.progress(id)).some((progress) => progress.updatedAt.getTime() > since);
}

function isDue(connectedAt: Date, syncedAt: Date, now: Date): boolean {
  const isFresh = now.getTime() - connectedAt.getTime() < CATCH_UP_MS;
  return now.getTime() - syncedAt.getTime() > (isFresh ? FIRST_CATCH_UP_MS : CATCH_UP_MS);
}

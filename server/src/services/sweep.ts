import { MINUTE_MS } from "@bellwether/shared";
import type { Clock, ConnectionRepository, JobQueue, LedgerStore, OutboxStore, ScoreStore } from "./ports.ts";

export interface SweepDeps {
  ledger: LedgerStore;
  scores: ScoreStore;
  outbox: OutboxStore;
  connections: ConnectionRepository;
  queue: JobQueue;
  clock: Clock;
}

/**
 * Wakes up whatever has work that nobody alive holds: after a crash, after a wait for the platform, or when a
 * wake-up came while its work was not due. Marks are the truth, wake-ups only make it quick.
 */
export async function sweep(deps: SweepDeps): Promise<void> {
  for (const connectionId of await deps.ledger.connectionsWithMarks())
    await deps.queue.enqueue("refresh-records", { connectionId });
  for (const tenantId of await deps.scores.tenantsWithMarks())
    await deps.queue.enqueue("score-accounts", { tenantId });
  for (const connectionId of await deps.outbox.connectionsWithPending(deps.clock.now()))
    await deps.queue.enqueue("write-back", { connectionId });
}

/** A quiet source counts as fresh only while somebody looks: well inside the 1 hour that tickets may be old. */
const CATCH_UP_MS = 10 * MINUTE_MS;

/** Connections that were never set up or read to the end, and those due for a look at what webhooks missed. */
export async function sweepConnections(deps: SweepDeps): Promise<void> {
  for (const connection of await deps.connections.list()) {
    if (connection.status !== "active") continue;
    const payload = { connectionId: connection.id };
    if (connection.provisionedAt === null) await deps.queue.enqueue("provision", payload);
    if (connection.syncedAt === null) await deps.queue.enqueue("backfill", payload);
    else if (deps.clock.now().getTime() - connection.syncedAt.getTime() > CATCH_UP_MS)
      await deps.queue.enqueue("catch-up", payload);
  }
}

import { DAY_MS, MINUTE_MS, type TenantId } from "@bellwether/shared";
import type {
  Clock,
  ConnectionRepository,
  GatewayFor,
  JobQueue,
  ReconciliationRun,
  ReconciliationStore,
} from "./ports.ts";

export interface StartReconciliationDeps {
  connections: ConnectionRepository;
  reconciliations: ReconciliationStore;
  gatewayFor: GatewayFor;
  queue: JobQueue;
  clock: Clock;
}

/** Before the daily rescoring, so that it rests on what the comparison repaired. In minutes of the UTC day. */
const NIGHTLY_AT = 65;
export const NIGHTLY = `${NIGHTLY_AT % 60} ${Math.floor(NIGHTLY_AT / 60)} * * *`;

export function nextNightlyRun(now: Date): Date {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const today = midnight + NIGHTLY_AT * MINUTE_MS;
  return new Date(today > now.getTime() ? today : today + DAY_MS);
}

/**
 * Begins a comparison of every connection that has been read, of one tenant or of all; where one is under way, it
 * goes on. A connection whose history is still being read has nothing to compare yet.
 */
export async function startReconciliation(
  deps: StartReconciliationDeps,
  tenant: TenantId | undefined,
): Promise<ReconciliationRun[]> {
  const runs: ReconciliationRun[] = [];
  for (const connection of await deps.connections.list(tenant)) {
    if (connection.status !== "active" || connection.syncedAt === null) continue;
    const [first] = deps.gatewayFor(connection).backfillOrder;
    if (first === undefined) continue;
    runs.push(await deps.reconciliations.begin(connection, first, deps.clock.now()));
    await deps.queue.enqueue("reconcile", { connectionId: connection.id });
  }
  return runs;
}

/** Pages come faster than this while somebody alive compares them. */
const STALLED_MS = 15_000;

/** Sends on what a crash or the platform's trouble has left. */
export async function resumeReconciliations(deps: StartReconciliationDeps): Promise<void> {
  const since = new Date(deps.clock.now().getTime() - STALLED_MS);
  for (const connectionId of await deps.reconciliations.stalled(since))
    await deps.queue.enqueue("reconcile", { connectionId });
}

import type { Clock, ConnectionRepository, JobQueue, RescoreStore } from "./ports.ts";

export interface RescoreAllDeps {
  rescoring: RescoreStore;
  connections: ConnectionRepository;
  queue: Pick<JobQueue, "enqueue">;
  clock: Clock;
}

/** Accounts that one worker takes at once. */
const RANGE = 50_000;

/** Windows move even when nothing happens: every account of every tenant is looked at again, in ranges that workers share. */
export async function rescoreAll(deps: RescoreAllDeps): Promise<void> {
  const day = deps.clock.now().toISOString().slice(0, 10);
  const tenants = new Set((await deps.connections.list()).map((connection) => connection.tenantId));
  for (const tenantId of tenants) {
    await deps.rescoring.begin(tenantId, day, RANGE);
    await deps.queue.enqueue("rescore", { tenantId });
  }
}

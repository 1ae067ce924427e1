import type { ConnectionRepository, JobQueue, ScoreStore } from "./ports.ts";

export interface RescoreDeps {
  scores: ScoreStore;
  connections: ConnectionRepository;
  queue: JobQueue;
}

/** Windows move even when nothing happens: every account of every tenant is scored again, in sets. */
export async function rescoreAll(deps: RescoreDeps): Promise<void> {
  const tenants = new Set((await deps.connections.list()).map((connection) => connection.tenantId));
  for (const tenantId of tenants) {
    await deps.scores.markAll(tenantId);
    await deps.queue.enqueue("score-accounts", { tenantId });
  }
}

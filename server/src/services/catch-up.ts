import { type ConnectionId, MINUTE_MS } from "@bellwether/shared";
import { matchUnlinkedParties } from "./match-parties.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type { GatewayFor, Log } from "./ports.ts";
import type { RecordDeps } from "./read-records.ts";

export interface CatchUpDeps extends RecordDeps {
  gatewayFor: GatewayFor;
  log: Log;
}

/** Platforms index changes with a delay; looking back further costs a few re-reads that change nothing. */
const OVERLAP_MS = 5 * MINUTE_MS;

/**
 * Marks what changed at the platform since it was last known to be complete, e.g. while the server was down, and
 * says that it is complete now. Webhooks stay the fast path; this is why a quiet source counts as fresh.
 */
export async function catchUp(deps: CatchUpDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active" || connection.syncedAt === null) return;
  const startedAt = deps.clock.now();
  try {
    const since = new Date(connection.syncedAt.getTime() - OVERLAP_MS);
    const refs = await deps.gatewayFor(connection).changedSince(since);
    if (refs.length > 0) await deps.ledger.markRecords(connection.tenantId, id, refs);
    await matchUnlinkedParties(deps, connection.tenantId);
    await deps.connections.update(id, { syncedAt: startedAt });
  } catch (error) {
    await handlePlatformTrouble(deps, connection, error);
  }
}

import type { ConnectionId } from "@bellwether/shared";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type { GatewayFor, Log, Meter } from "./ports.ts";
import { type RecordDeps, readRecords } from "./read-records.ts";

export interface RefreshDeps extends RecordDeps {
  gatewayFor: GatewayFor;
  log: Log;
  meter: Meter;
}

/** Records read per round: whole batches of 100 for both platforms' calls. */
const ROUND = 300;

/** Reads every marked record of a connection again, until none is left or the platform is in trouble. */
export async function refreshRecords(deps: RefreshDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active") return; // marks stay; reconnecting goes on from them
  const gateway = deps.gatewayFor(connection);
  for (;;) {
    const claims = await deps.ledger.claimRecords(id, ROUND);
    if (claims.length === 0) return;
    try {
      const read = await gateway.read(claims.map((claim) => claim.ref));
      await readRecords(deps, connection, { ...read, claims, progress: null });
      deps.meter.count("bellwether_records_read_total", { platform: connection.platform }, claims.length);
    } catch (error) {
      const { retryAt } = await handlePlatformTrouble(deps, connection, error).catch(async (fatal) => {
        await deps.ledger.releaseRecords(connection.tenantId, id, claims, deps.clock.now());
        throw fatal;
      });
      await deps.ledger.releaseRecords(connection.tenantId, id, claims, retryAt);
      return;
    }
  }
}

import type { ConnectionId } from "@bellwether/shared";
import { PlatformError } from "./errors.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type { ClaimedRecord, Connection, GatewayFor, Log, Meter } from "./ports.ts";
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
  for (;;) {
    const claims = await deps.ledger.claimRecords(id, ROUND);
    if (claims.length === 0) return;
    if (!(await refreshSet(deps, connection, claims))) return;
  }
}

/** @returns whether the platform is well enough to go on */
async function refreshSet(
  deps: RefreshDeps,
  connection: Connection,
  claims: readonly ClaimedRecord[],
): Promise<boolean> {
  try {
    const read = await deps.gatewayFor(connection).read(claims.map((claim) => claim.ref));
    await readRecords(deps, connection, { ...read, claims, progress: null });
    deps.meter.count("bellwether_records_read_total", { platform: connection.platform }, claims.length);
    return true;
  } catch (error) {
    const isRefused = error instanceof PlatformError && error.kind === "rejected";
    if (isRefused && claims.length > 1) return await refreshHalves(deps, connection, claims);
    const { retryAt } = await handlePlatformTrouble(deps, connection, error).catch(async (fatal) => {
      await release(deps, connection, claims, deps.clock.now());
      throw fatal;
    });
    await release(deps, connection, claims, retryAt);
    return isRefused;
  }
}

/** One record that the platform refuses must not hold up the others of its set: halving finds it. */
async function refreshHalves(
  deps: RefreshDeps,
  connection: Connection,
  claims: readonly ClaimedRecord[],
): Promise<boolean> {
  const middle = Math.ceil(claims.length / 2);
  const rest = claims.slice(middle);
  const isWell = await refreshSet(deps, connection, claims.slice(0, middle)).catch(async (fatal) => {
    await release(deps, connection, rest, deps.clock.now());
    throw fatal;
  });
  return (await refreshSet(deps, connection, rest)) && isWell;
}

const release = (
  deps: RefreshDeps,
  connection: Connection,
  claims: readonly ClaimedRecord[],
  retryAt: Date,
): Promise<void> => deps.ledger.releaseRecords(connection.tenantId, connection.id, claims, retryAt);

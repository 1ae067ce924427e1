import { type ConnectionId, HOUR_MS } from "@bellwether/shared";
import { PlatformError } from "./errors.ts";
import { type GatherDeps, gatherRecords } from "./gather-records.ts";
import { noticeDrift } from "./notice-drift.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type {
  ClaimedRecord,
  Connection,
  DeadLetterStore,
  DriftStore,
  GatewayFor,
  JobQueue,
  Log,
  Meter,
} from "./ports.ts";
import { type RecordDeps, readRecords } from "./read-records.ts";

export interface RefreshDeps extends RecordDeps, GatherDeps {
  gatewayFor: GatewayFor;
  deadLetters: DeadLetterStore;
  drift: DriftStore;
  queue: JobQueue;
  log: Log;
  meter: Meter;
  /** `false` once this process is ending: whoever comes next does what is left. Absent = always. */
  mayGoOn?: () => boolean;
}

/** Reads every marked record of a connection again, until none is left or the platform is in trouble. */
export async function refreshRecords(deps: RefreshDeps, id: ConnectionId): Promise<void> {
  if ((await deps.connections.find(id))?.status !== "active") return; // marks stay; reconnecting goes on from them
  while (deps.mayGoOn?.() ?? true) {
    const claims = await gatherRecords(deps, id);
    if (claims.length === 0) return;
    // read after the claim: a mark that a change of the field map set must not be read by the old map
    const connection = await deps.connections.find(id);
    if (connection?.status !== "active") {
      if (connection) await release(deps, connection, claims, deps.clock.now());
      return;
    }
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
    const readAt = deps.clock.now();
    const { shown, ...read } = await deps.gatewayFor(connection).read(claims.map((claim) => claim.ref));
    await readRecords(deps, connection, { ...read, claims, progress: null });
    const isIncomplete = shown !== undefined && (await noticeDrift(deps, connection, shown, readAt));
    if (isIncomplete) await provisionAgain(deps, connection);
    deps.meter.count("bellwether_records_read_total", { platform: connection.platform }, claims.length);
    return true;
  } catch (error) {
    const isRefused = error instanceof PlatformError && error.kind === "rejected";
    if (isRefused && claims.length > 1) return await refreshHalves(deps, connection, claims);
    const { retryAt, reason } = await handlePlatformTrouble(deps, connection, error).catch(async (fatal) => {
      await release(deps, connection, claims, deps.clock.now());
      throw fatal;
    });
    if (isRefused)
      await deps.deadLetters.refuseRecords(connection.tenantId, connection.id, claims, { reason, retryAt });
    else await release(deps, connection, claims, retryAt);
    return isRefused;
  }
}

/** Longer than another process may take to hear that they exist, and often enough for what somebody deleted. */
const PROVISION_AGAIN_MS = HOUR_MS;

async function provisionAgain(deps: RefreshDeps, { id, provisionedAt }: Connection): Promise<void> {
  if (provisionedAt === null || deps.clock.now().getTime() - provisionedAt.getTime() < PROVISION_AGAIN_MS)
    return;
  deps.log.warn({ connectionId: id }, "a property of ours was deleted and is created again");
  await deps.queue.enqueue("provision", { connectionId: id });
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

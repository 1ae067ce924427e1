import { type ConnectionId, MINUTE_MS, refKey } from "@bellwether/shared";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type {
  Connection,
  ConnectionRepository,
  GatewayFor,
  JobQueue,
  Log,
  Meter,
  PlatformGateway,
  ReconciliationPlace,
  ReconciliationRun,
  ReconciliationStore,
  RepairKind,
} from "./ports.ts";
import { type RecordDeps, readRecords } from "./read-records.ts";

export interface ReconcileDeps extends RecordDeps {
  connections: ConnectionRepository;
  reconciliations: ReconciliationStore;
  gatewayFor: GatewayFor;
  queue: JobQueue;
  log: Log;
  meter: Meter;
}

/** A slice ends after this and sends itself on, as the backfill's do. */
const SLICE_MS = MINUTE_MS;
/** What the platforms take at once when asked by id. */
const CONFIRMED_AT_ONCE = 100;

/**
 * Compares all that is known of a connection with what its platform lists, page by page; goes on where the run was
 * left. What differs is marked to be read again; what is not listed is asked for by id and removed if it is gone.
 */
export async function reconcileConnection(deps: ReconcileDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active") return; // the run waits for the day on which it is connected again
  const gateway = deps.gatewayFor(connection);
  const startedAt = deps.clock.now().getTime();
  try {
    let run = await deps.reconciliations.underWay(id);
    while (run !== null && run.finishedAt === null) {
      if (deps.clock.now().getTime() - startedAt > SLICE_MS) {
        await deps.queue.enqueue("reconcile", { connectionId: id });
        return;
      }
      run = await step(deps, connection, gateway, run);
    }
    if (run !== null) report(deps, connection, run);
  } catch (error) {
    // the sweep sends it on; the run says where
    await handlePlatformTrouble(deps, connection, error);
  }
}

/** @returns `null` when somebody else is at it */
async function step(
  deps: ReconcileDeps,
  connection: Connection,
  gateway: PlatformGateway,
  run: ReconciliationRun,
): Promise<ReconciliationRun | null> {
  const moved =
    run.stage === "listing"
      ? await comparePage(deps, connection, gateway, run)
      : await removeMissing(deps, connection, gateway, run);
  if (moved !== null) count(deps, connection, run, moved);
  return moved;
}

async function comparePage(
  deps: ReconcileDeps,
  { platform }: Connection,
  gateway: PlatformGateway,
  run: ReconciliationRun,
): Promise<ReconciliationRun | null> {
  const { objectType } = run;
  const page = (await gateway.inventory?.(objectType, run.position)) ?? null;
  const now = deps.clock.now();
  // of what cannot be listed nothing is known to be missing
  if (page === null) return deps.reconciliations.moveOn(run, nextType(gateway, run), 0, now);
  const onward: ReconciliationPlace =
    page.next === null
      ? { objectType, stage: "missing", position: null }
      : { objectType, stage: "listing", position: page.next };
  return deps.reconciliations.compare(run, { platform, rows: page.rows }, onward, now);
}

/** A list may pass over a record that is there; only one that its own id does not find is gone. */
async function removeMissing(
  deps: ReconcileDeps,
  connection: Connection,
  gateway: PlatformGateway,
  run: ReconciliationRun,
): Promise<ReconciliationRun | null> {
  const refs = await deps.reconciliations.unseen(run, connection.platform, CONFIRMED_AT_ONCE);
  const last = refs.at(-1);
  if (last === undefined)
    return deps.reconciliations.moveOn(run, nextType(gateway, run), 0, deps.clock.now());
  const read = await gateway.read(refs);
  await readRecords(deps, connection, { ...read, claims: [], progress: null });
  const asked = new Set(refs.map(refKey));
  const gone = read.missing.filter((ref) => asked.has(refKey(ref))).length;
  const onward: ReconciliationPlace = { ...run, position: refKey(last) };
  return deps.reconciliations.moveOn(run, onward, gone, deps.clock.now());
}

function nextType(gateway: PlatformGateway, { objectType }: ReconciliationRun): ReconciliationPlace | null {
  const order = gateway.backfillOrder;
  const next = order[order.indexOf(objectType) + 1];
  return next === undefined ? null : { objectType: next, stage: "listing", position: null };
}

const KINDS: readonly (RepairKind | "compared")[] = [
  "compared",
  "created",
  "changed",
  "deleted",
  "restored",
  "relinked",
  "merged",
];

function count(
  { meter }: ReconcileDeps,
  { platform }: Connection,
  before: ReconciliationRun,
  after: ReconciliationRun,
): void {
  for (const kind of KINDS) {
    const found = after.counts[kind] - before.counts[kind];
    if (found > 0) meter.count("bellwether_reconciled_records_total", { platform, kind }, found);
  }
}

function report(
  { log }: ReconcileDeps,
  { id, platform }: Connection,
  { counts, startedAt, finishedAt }: ReconciliationRun,
): void {
  const durationMs = (finishedAt ?? startedAt).getTime() - startedAt.getTime();
  log.info(
    { connectionId: id, platform, ...counts, durationMs },
    `reconciliation of ${platform}: ${counts.compared} records compared`,
  );
}

import type { ConnectionId, ObjectType } from "@bellwether/shared";
import { nameProblem, problemOf } from "./name-problem.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type {
  Clock,
  Connection,
  ConnectionRepository,
  GatewayFor,
  Log,
  Meter,
  OutboxRow,
  OutboxStore,
  Pause,
  WriteOutcome,
} from "./ports.ts";

export interface WriteBackDeps {
  outbox: OutboxStore;
  connections: ConnectionRepository;
  gatewayFor: GatewayFor;
  clock: Clock;
  log: Log;
  meter: Meter;
  pause: Pause;
  /** `false` once this process is ending: whoever comes next does what is left. Absent = always. */
  mayGoOn?: () => boolean;
}

/** One full call of either platform. */
const BATCH = 100;
/** Calls of a run that are under way at once: a round trip to a platform takes longer than filling the next call. */
const MOST_CALLS = 4;
/** How long a call that is not full waits for rows that are being calculated, and how often it looks. */
const PATIENCE_MS = 1_000;
const LOOK_AGAIN_MS = 25;
const WRITTEN_TYPES = {
  hubspot: ["company"],
  zendesk: ["organization", "ticket"],
} as const satisfies Record<Connection["platform"], readonly ObjectType[]>;

/** Drains what a connection should show and does not show yet, in full calls, several of them under way. */
export async function writeBack(deps: WriteBackDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active") return;
  if (connection.provisionedAt === null) return; // its properties do not exist yet; provisioning wakes us
  for (const objectType of WRITTEN_TYPES[connection.platform]) {
    if (!(await drain(deps, connection, objectType))) return;
  }
}

/** @returns whether the platform is well enough to go on @throws the first error inside, when all calls have ended */
async function drain(deps: WriteBackDeps, connection: Connection, objectType: ObjectType): Promise<boolean> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let isHealthy = true;
  const begin = (rows: readonly OutboxRow[]): void => {
    const call = writeBatch(deps, connection, objectType, rows)
      .then(
        (isWell) => {
          isHealthy &&= isWell;
        },
        (error: unknown) => void failures.push(error),
      )
      .finally(() => underWay.delete(call));
    underWay.add(call);
  };
  try {
    while (deps.mayGoOn?.() ?? true) {
      if (underWay.size >= MOST_CALLS) await Promise.race(underWay);
      if (!isHealthy || failures.length > 0) break;
      const rows = await nextBatch(deps, connection, objectType);
      if (rows.length === 0) break;
      begin(rows);
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failures.length > 0) throw failures[0];
  return isHealthy;
}

/** A full call; or what there is, once nothing more is being calculated. */
async function nextBatch(
  { outbox, clock, pause }: WriteBackDeps,
  { id }: Connection,
  objectType: ObjectType,
): Promise<OutboxRow[]> {
  for (let waitedMs = 0; ; waitedMs += LOOK_AGAIN_MS) {
    // asked first: what is done meanwhile is among the rows
    const mayFill = waitedMs < PATIENCE_MS && (await outbox.isMoreComing(id));
    const rows = await outbox.claim(id, objectType, BATCH, clock.now(), mayFill ? BATCH : 1);
    if (rows.length > 0 || !mayFill) return rows;
    await pause(LOOK_AGAIN_MS);
  }
}

async function writeBatch(
  deps: WriteBackDeps,
  connection: Connection,
  objectType: ObjectType,
  rows: readonly OutboxRow[],
): Promise<boolean> {
  const gateway = deps.gatewayFor(connection);
  try {
    const outcomes = await (objectType === "ticket"
      ? gateway.writeTickets(rows)
      : gateway.writeAccounts(rows));
    await settle(deps, connection, rows, outcomes);
    await nameProblem(deps, connection, firstProblem(outcomes));
    return true;
  } catch (error) {
    const trouble = await handlePlatformTrouble(deps, connection, error).catch(async (fatal) => {
      const reason = "an error inside Bellwether; its log says which";
      await settle(
        deps,
        connection,
        rows,
        rows.map(() => ({ kind: "failed", reason })),
      );
      throw fatal;
    });
    const { reason, retryAt, kind, isPaused } = trouble;
    if (!isPaused && kind === "forbidden") await nameProblem(deps, connection, problemOf(connection, kind));
    await settle(
      deps,
      connection,
      rows,
      rows.map(() => ({ kind: "deferred", reason, retryAt })),
    );
    return false;
  }
}

const firstProblem = (outcomes: readonly WriteOutcome[]): string | null =>
  outcomes.map((outcome) => (outcome.kind === "failed" ? outcome.problem : undefined)).find(Boolean) ?? null;

async function settle(
  deps: WriteBackDeps,
  connection: Connection,
  rows: readonly OutboxRow[],
  outcomes: readonly WriteOutcome[],
): Promise<void> {
  const settled = rows.map((row, i) => ({
    row,
    outcome: outcomes[i] ?? { kind: "failed" as const, reason: "the platform gave no answer for this row" },
  }));
  await deps.outbox.settle(connection.id, settled, deps.clock.now());
  for (const { row, outcome } of settled) {
    deps.meter.count("bellwether_writes_total", { platform: connection.platform, outcome: outcome.kind });
    if (outcome.kind === "confirmed") measure(deps, connection, row);
  }
}

/** Only what went through at once: of a value that had to wait for the platform the wait says nothing about us. */
function measure({ clock, meter }: WriteBackDeps, { platform }: Connection, row: OutboxRow): void {
  if (row.attempts > 0 || !row.eventAt) return;
  const ms = Math.max(0, clock.now().getTime() - row.eventAt.getTime());
  meter.observe("bellwether_event_to_write_back_seconds", { platform }, ms / 1000);
}

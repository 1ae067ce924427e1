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
  WriteOutcome,
} from "./ports.ts";

export interface WriteBackDeps {
  outbox: OutboxStore;
  connections: ConnectionRepository;
  gatewayFor: GatewayFor;
  clock: Clock;
  log: Log;
  meter: Meter;
}

/** One full call of either platform. */
const BATCH = 100;
const WRITTEN_TYPES = {
  hubspot: ["company"],
  zendesk: ["organization", "ticket"],
} as const satisfies Record<Connection["platform"], readonly ObjectType[]>;

/** Drains what a connection should show and does not show yet, in full batches. */
export async function writeBack(deps: WriteBackDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active") return;
  if (connection.provisionedAt === null) return; // its properties do not exist yet; provisioning wakes us
  for (const objectType of WRITTEN_TYPES[connection.platform]) {
    for (;;) {
      const rows = await deps.outbox.claim(id, objectType, BATCH, deps.clock.now());
      if (rows.length === 0) break;
      const isHealthy = await writeBatch(deps, connection, objectType, rows);
      if (!isHealthy) return;
    }
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

import type { ConnectionId, ObjectType } from "@bellwether/shared";
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
    return true;
  } catch (error) {
    const trouble = await handlePlatformTrouble(deps, connection, error).catch(async (fatal) => {
      await settle(deps, connection, rows, failed(rows, "internal error"));
      throw fatal;
    });
    await settle(deps, connection, rows, failed(rows, trouble.reason));
    return false;
  }
}

const failed = (rows: readonly OutboxRow[], reason: string): WriteOutcome[] =>
  rows.map(() => ({ kind: "failed", reason }));

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
  for (const { outcome } of settled)
    deps.meter.count("bellwether_writes_total", { platform: connection.platform, outcome: outcome.kind });
}

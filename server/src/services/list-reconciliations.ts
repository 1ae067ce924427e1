import type { TenantId } from "@bellwether/shared";
import type {
  Clock,
  Connection,
  ConnectionRepository,
  ReconciliationCounts,
  ReconciliationRun,
  ReconciliationStore,
} from "./ports.ts";
import { nextNightlyRun } from "./start-reconciliation.ts";

export interface ReconciliationReport {
  connectionId: Connection["id"];
  platform: Connection["platform"];
  externalId: string;
  /** The newest finished run; `null` = none yet. */
  last: RunReport | null;
  /** The one under way. */
  running: Omit<RunReport, "finishedAt" | "durationSeconds"> | null;
  /** `null` = not before it is connected and read. */
  nextRunAt: Date | null;
}

interface RunReport {
  startedAt: Date;
  finishedAt: Date;
  durationSeconds: number;
  compared: number;
  repaired: Omit<ReconciliationCounts, "compared">;
}

/** What the nightly comparisons found and repaired, per connection. */
export async function listReconciliations(
  deps: { connections: ConnectionRepository; reconciliations: ReconciliationStore; clock: Clock },
  tenant: TenantId | undefined,
): Promise<ReconciliationReport[]> {
  const [connections, runs] = await Promise.all([
    deps.connections.list(tenant),
    deps.reconciliations.recent(tenant),
  ]);
  const nextRunAt = nextNightlyRun(deps.clock.now());
  return connections.map((connection) => {
    const own = runs.filter((run) => run.connectionId === connection.id);
    const isRead = connection.status === "active" && connection.syncedAt !== null;
    return {
      connectionId: connection.id,
      platform: connection.platform,
      externalId: connection.externalId,
      last: own.map(finished).find((report) => report !== null) ?? null,
      running: own.filter((run) => run.finishedAt === null).map(begun)[0] ?? null,
      nextRunAt: isRead ? nextRunAt : null,
    };
  });
}

function begun({ startedAt, counts: { compared, ...repaired } }: ReconciliationRun) {
  return { startedAt, compared, repaired };
}

function finished(run: ReconciliationRun): RunReport | null {
  const { startedAt, finishedAt } = run;
  if (finishedAt === null) return null;
  return { ...begun(run), finishedAt, durationSeconds: (finishedAt.getTime() - startedAt.getTime()) / 1000 };
}

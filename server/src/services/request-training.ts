import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, ChurnModelStore, Clock, JobQueue, TrainingRun } from "./ports.ts";
import { isDead } from "./train-churn-model.ts";

export interface RequestTrainingDeps {
  churnModels: ChurnModelStore;
  audit: AuditLog;
  queue: JobQueue;
  clock: Clock;
  newId(): string;
}

/** Starts a run, or answers the one that is under way. */
export async function requestTraining(
  deps: RequestTrainingDeps,
  { tenant, actor }: { tenant: TenantId; actor: Actor },
): Promise<TrainingRun> {
  const at = deps.clock.now();
  const [newest] = await listRuns(deps, tenant, 1);
  const run: TrainingRun =
    newest?.status === "running"
      ? newest
      : {
          id: deps.newId(),
          status: "running",
          detail: "Waiting to start.",
          done: 0,
          total: null,
          version: null,
          startedBy: actor.id,
          startedAt: at,
          finishedAt: null,
        };
  if (run !== newest) {
    await deps.churnModels.saveRun(tenant, run);
    const entry = {
      at,
      actor: actor.id,
      action: "churn_model.train",
      outcome: "allowed" as const,
      detail: {},
    };
    await deps.audit.record(tenant, [{ ...entry, subject: `training-run:${run.id}` }]);
  }
  await deps.queue.enqueue("train-churn-model", { tenantId: tenant });
  return run;
}

/** Newest first; a run that died with its process is closed here, so that none goes on for ever. */
export async function listRuns(
  deps: Pick<RequestTrainingDeps, "churnModels" | "clock">,
  tenant: TenantId,
  limit: number,
): Promise<TrainingRun[]> {
  const now = deps.clock.now();
  const runs: TrainingRun[] = [];
  for (const run of await deps.churnModels.runs(tenant, limit)) {
    const shown: TrainingRun = isDead(run, now)
      ? {
          ...run,
          status: "failed",
          detail: "The training stopped before it was done. Nothing was changed; start it again.",
          finishedAt: now,
        }
      : run;
    if (shown !== run) await deps.churnModels.saveRun(tenant, shown);
    runs.push(shown);
  }
  return runs;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Parts } from "./compose.ts";
import { letOthersIn } from "./first-comers.ts";
import { backtestScorecard } from "./services/backtest-scorecard.ts";
import { catchUp } from "./services/catch-up.ts";
import { countUsage } from "./services/count-usage.ts";
import { monitorAllChurnModels } from "./services/monitor-churn-model.ts";
import type { JobName, JobPayloads } from "./services/ports.ts";
import { provisionConnection } from "./services/provision-connection.ts";
import { reconcileConnection } from "./services/reconcile-connection.ts";
import { reconstructHistory } from "./services/reconstruct-history.ts";
import { refreshRecords } from "./services/refresh-records.ts";
import { rescoreAccounts } from "./services/rescore-accounts.ts";
import { rescoreAll } from "./services/rescore-all.ts";
import { runBackfill } from "./services/run-backfill.ts";
import { scoreAccounts } from "./services/score-accounts.ts";
import { NIGHTLY, resumeReconciliations, startReconciliation } from "./services/start-reconciliation.ts";
import { sweep, sweepConnections } from "./services/sweep.ts";
import { forgetUsageEvents, moveUsageWindows, sweepUsage } from "./services/sweep-usage.ts";
import { syncOutcomes } from "./services/sync-outcomes.ts";
import { trainChurnModel } from "./services/train-churn-model.ts";
import { writeBack } from "./services/write-back.ts";

/** The claims of a process that died are free after 6 s: others have them within 9. */
const SWEEP_MS = 3_000;
/** How long a connection whose setting up met trouble waits at most; until then it has no webhook. */
const CONNECTION_SWEEP_MS = 15_000;
const CARD_SWEEP_MS = 3_600_000;
/** Windows move even when nothing happens; 03:15 UTC is night for most of our tenants' offices. */
const DAILY = "15 3 * * *";
/** Soon after midnight UTC, and again for whoever was down then. */
const HOURLY = "7 * * * *";
const AFTER_RESCORING = "15 5 * * *";

const pause = (ms: number): Promise<void> => sleep(ms);

/** Binds job names to services and starts the sweeps. @returns what ends the sweeps, and the jobs after the work in hand */
export async function bindJobs(parts: Parts): Promise<() => void> {
  let isEnding = false;
  const mayGoOn = (): boolean => !isEnding;
  const work = async <N extends JobName>(
    name: N,
    handle: (payload: JobPayloads[N]) => Promise<void>,
  ): Promise<void> => {
    await letOthersIn();
    await parts.queue.work(name, async (payload) => {
      const startedAt = performance.now();
      let outcome: "done" | "failed" = "failed";
      try {
        await handle(payload);
        outcome = "done";
      } finally {
        parts.meter.observe("bellwether_job_seconds", { job: name }, (performance.now() - startedAt) / 1000);
        parts.meter.count("bellwether_jobs_total", { job: name, outcome });
      }
    });
  };
  await work("provision", ({ connectionId }) => provisionConnection(parts, connectionId));
  await work("backfill", ({ connectionId }) => runBackfill(parts, connectionId));
  await work("refresh-records", ({ connectionId }) =>
    refreshRecords({ ...parts, pause, mayGoOn }, connectionId),
  );
  await work("score-accounts", ({ tenantId }) => scoreAccounts({ ...parts, mayGoOn }, tenantId));
  await work("write-back", ({ connectionId }) => writeBack({ ...parts, pause, mayGoOn }, connectionId));
  await work("catch-up", ({ connectionId }) => catchUp(parts, connectionId));
  await work("reconcile", ({ connectionId }) => reconcileConnection(parts, connectionId));
  await work("reconcile-all", async () => void (await startReconciliation(parts, undefined)));
  await work("reconstruct-history", async ({ tenantId }) => {
    // first who was lost: a lost customer's history ends there
    await syncOutcomes(parts, tenantId);
    await reconstructHistory(parts, tenantId);
  });
  await work("rescore-all", () => rescoreAll(parts));
  await work("rescore", ({ tenantId }) => rescoreAccounts(parts, tenantId));
  await work("backtest", ({ tenantId, version }) => backtestScorecard(parts, tenantId, version));
  await work("sync-outcomes", ({ tenantId }) => syncOutcomes(parts, tenantId));
  await work("train-churn-model", ({ tenantId }) => trainChurnModel(parts, tenantId));
  await work("count-usage", ({ tenantId }) => countUsage(parts, tenantId));
  await work("move-usage-windows", () => moveUsageWindows(parts));
  await work("forget-usage-events", () => forgetUsageEvents(parts));
  await work("monitor-churn-models", () => monitorAllChurnModels(parts));
  await parts.queue.schedule("reconcile-all", NIGHTLY, {});
  await parts.queue.schedule("rescore-all", DAILY, {});
  await parts.queue.schedule("move-usage-windows", HOURLY, {});
  await parts.queue.schedule("forget-usage-events", AFTER_RESCORING, {});
  await parts.queue.schedule("monitor-churn-models", AFTER_RESCORING, {});
  const timers = [
    every(parts, SWEEP_MS, "sweep", () => sweep(parts)),
    every(parts, SWEEP_MS, "sweep of product usage", () => sweepUsage(parts)),
    every(parts, CONNECTION_SWEEP_MS, "sweep of connections", () => sweepConnections(parts)),
    every(parts, CONNECTION_SWEEP_MS, "sweep of comparisons", () => resumeReconciliations(parts)),
    every(parts, CARD_SWEEP_MS, "sweep of cards", () => parts.cards.dropExpired(parts.clock.now())),
  ];
  return () => {
    isEnding = true;
    for (const timer of timers) clearInterval(timer);
  };
}

/** Runs at once and then at the interval, never twice at the same time; a failure is logged and the next turn tries again. */
function every(parts: Parts, ms: number, name: string, run: () => Promise<void>): NodeJS.Timeout {
  let isRunning = false;
  const turn = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    try {
      await run();
    } catch (error) {
      parts.log.error({ error }, `${name} failed`);
    } finally {
      isRunning = false;
    }
  };
  void turn();
  return setInterval(() => void turn(), ms);
}

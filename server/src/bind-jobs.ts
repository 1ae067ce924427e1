import type { Parts } from "./compose.ts";
import { catchUp } from "./services/catch-up.ts";
import type { JobName, JobPayloads } from "./services/ports.ts";
import { provisionConnection } from "./services/provision-connection.ts";
import { reconstructHistory } from "./services/reconstruct-history.ts";
import { refreshRecords } from "./services/refresh-records.ts";
import { rescoreAll } from "./services/rescore-all.ts";
import { runBackfill } from "./services/run-backfill.ts";
import { scoreAccounts } from "./services/score-accounts.ts";
import { sweep, sweepConnections } from "./services/sweep.ts";
import { writeBack } from "./services/write-back.ts";

const SWEEP_MS = 5_000;
/** How long a connection whose setting up met trouble waits at most; until then it has no webhook. */
const CONNECTION_SWEEP_MS = 15_000;
/** Windows move even when nothing happens; 03:15 UTC is night for most of our tenants' offices. */
const DAILY = "15 3 * * *";

/** Binds job names to services and starts the sweeps. @returns what stops the sweeps */
export async function bindJobs(parts: Parts): Promise<() => void> {
  const work = <N extends JobName>(
    name: N,
    handle: (payload: JobPayloads[N]) => Promise<void>,
  ): Promise<void> =>
    parts.queue.work(name, async (payload) => {
      const startedAt = performance.now();
      await handle(payload);
      parts.meter.observe("bellwether_job_seconds", { job: name }, (performance.now() - startedAt) / 1000);
    });
  await work("provision", ({ connectionId }) => provisionConnection(parts, connectionId));
  await work("backfill", ({ connectionId }) => runBackfill(parts, connectionId));
  await work("refresh-records", ({ connectionId }) => refreshRecords(parts, connectionId));
  await work("score-accounts", ({ tenantId }) => scoreAccounts(parts, tenantId));
  await work("write-back", ({ connectionId }) => writeBack(parts, connectionId));
  await work("catch-up", ({ connectionId }) => catchUp(parts, connectionId));
  await work("reconstruct-history", ({ tenantId }) => reconstructHistory(parts, tenantId));
  await work("rescore-all", () => rescoreAll(parts));
  await parts.queue.schedule("rescore-all", DAILY, {});
  const timers = [
    every(parts, SWEEP_MS, "sweep", () => sweep(parts)),
    every(parts, CONNECTION_SWEEP_MS, "sweep of connections", () => sweepConnections(parts)),
  ];
  return () => {
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

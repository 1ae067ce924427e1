import { fromPglite, type Job, type JobInsert, type JobResult, PgBoss } from "pg-boss";
import type { JobName, JobPayloads, JobQueue, Log, Trace } from "../../services/ports.ts";
import type { OpenDatabase } from "../db/database.ts";
import { guarded } from "../db/database-errors.ts";
import type { Sql } from "../db/sql.ts";
import type { WakeUp, WakeUps } from "../db/wake-ups.ts";
import { BackgroundRuns } from "./background-runs.ts";
import { Coalescer } from "./coalescer.ts";
import { ANNOUNCED_POLL_SECONDS, BATCH_SIZE, JOB_OPTIONS, POLL_SECONDS } from "./job-options.ts";
import { provideQueues } from "./provide-queues.ts";
import { quietly } from "./quiet-log.ts";
import { RequestIds, withoutIds, withRequestIds } from "./request-ids.ts";

export type PostgresQueue = JobQueue & WakeUps;

export interface QueueOptions {
  log: Log;
  /** Whether this process looks after the queue's own tables and schedules: workers do, web processes need not. */
  isWorker: boolean;
  /** Absent = jobs do not know which requests led to them. */
  trace?: Trace;
  /** Names a run of a job in the log. */
  newRunId?: () => string;
}

/** Connections of the queue's own, beside the one that it listens on. */
const POOL_SIZE = 2;

/** Opens the queue on `database`, creating its tables and queues where they are missing. */
export async function openQueue(database: OpenDatabase, options: QueueOptions): Promise<PostgresQueue> {
  const boss = createBoss(database, options.isWorker);
  const report = quietly(options.log);
  boss.on("error", (error) => report("the job queue is in trouble", error));
  boss.on("warning", (warning) => report(`the job queue warns: ${warning.message}`, null));
  await guarded(() =>
    database.exclusive("bellwether queue", async () => {
      await boss.start();
      await provideQueues(boss);
    }),
  );
  const coalescer = new Coalescer();
  const runs = new BackgroundRuns();
  const waiting = new RequestIds();
  const requestIds = (): readonly string[] => options.trace?.requestIds() ?? [];
  return {
    enqueue: async (name, payload) => {
      await guarded(() => boss.insert(name, [{ data: withRequestIds(payload, requestIds()) }]));
    },
    send: (sql, wakeUps) => send(boss, sql, wakeUps, requestIds()),
    work: async (name, handle) => {
      await work(boss, name, (payload, ids) => {
        const key = `${name} ${JSON.stringify(payload)}`;
        waiting.add(key, ids);
        const { runs: most } = JOB_OPTIONS[name];
        const handled = () => logged(options, name, waiting.take(key), () => handle(payload));
        const run = coalescer.run(key, handled, most);
        return runs.hold(name, run);
      });
    },
    schedule: async (name, cron, payload) => {
      const key = Object.values(payload).join("_");
      await guarded(() => boss.schedule(name, cron, payload, { tz: "UTC", ...(key !== "" && { key }) }));
    },
    stop: async (timeoutMs) => {
      const until = performance.now() + timeoutMs;
      await boss.stop({ graceful: true, timeout: timeoutMs, close: true });
      await runs.settled(until - performance.now());
    },
  };
}

function createBoss(database: OpenDatabase, isWorker: boolean): PgBoss {
  const common = {
    useListenNotify: true,
    schedule: isWorker,
    supervise: isWorker,
    // the tables stay small: finished jobs are deleted within minutes
    reindex: false,
    monitorVacuum: false,
  };
  return database.kind === "embedded"
    ? new PgBoss({ ...common, db: fromPglite(database.pglite), backend: "pglite" })
    : new PgBoss({
        ...common,
        connectionString: database.connectionString,
        application_name: "bellwether-queue",
        max: POOL_SIZE,
        connectionTimeoutMillis: 5_000,
      });
}

async function send(
  boss: PgBoss,
  sql: Sql,
  wakeUps: readonly WakeUp[],
  requestIds: readonly string[],
): Promise<void> {
  const byName = Map.groupBy(wakeUps, (wakeUp) => wakeUp.name);
  const db = {
    executeSql: async (text: string, values: unknown[] = []) => ({
      // one text per queue, and planning it costs more than running it
      rows: await sql.query(text, values as string[], { isPrepared: true }),
    }),
  };
  for (const [name, group] of byName)
    await boss.insert(
      name,
      group.map(
        ({ payload, at }): JobInsert => ({
          data: withRequestIds(payload, requestIds),
          ...(at && { startAfter: at }),
        }),
      ),
      { db },
    );
}

async function work<N extends JobName>(
  boss: PgBoss,
  name: N,
  handle: (payload: JobPayloads[N], requestIds: readonly string[]) => Promise<void>,
): Promise<void> {
  await boss.work(
    name,
    {
      batchSize: BATCH_SIZE,
      localConcurrency: JOB_OPTIONS[name].workers,
      pollingIntervalSeconds: POLL_SECONDS,
      notifyPollingIntervalSeconds: ANNOUNCED_POLL_SECONDS,
      burstWhenBatchFull: true,
      perJobResults: true,
    },
    async (jobs: Job<JobPayloads[N]>[]): Promise<JobResult[]> => {
      const named = jobs.map(({ id, data }) => ({ id, ...withoutIds<JobPayloads[N]>(data) }));
      const groups = Map.groupBy(named, (job) => JSON.stringify(job.payload));
      const settled = [...groups.values()].map(async (equal) => {
        const [first] = equal;
        const ids = equal.toReversed().flatMap((job) => job.requestIds);
        const outcome = first
          ? await attempt(() => handle(first.payload, ids))
          : { status: "completed" as const };
        return equal.map((job) => ({ id: job.id, ...outcome }));
      });
      return (await Promise.all(settled)).flat();
    },
  );
}

/** Only the kind of an error is kept with the job; the log has the rest. */
async function attempt(run: () => Promise<void>): Promise<Pick<JobResult, "status" | "output">> {
  try {
    await run();
    return { status: "completed" };
  } catch (error) {
    return { status: "failed", output: { error: error instanceof Error ? error.name : "unknown" } };
  }
}

/** A run that ends well is told at debug level: thousands of them say nothing; the metrics count them all. */
async function logged(
  { log, trace, newRunId = () => "run" }: QueueOptions,
  job: JobName,
  requestIds: readonly string[],
  run: () => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const told = (outcome: "done" | "failed") => ({
    job,
    outcome,
    durationMs: Math.round(performance.now() - startedAt),
  });
  const traced = async (): Promise<void> => {
    try {
      await run();
      log.debug(told("done"), `job ${job} is done`);
    } catch (error) {
      log.error({ ...told("failed"), err: error }, `job ${job} failed and is tried again`);
      throw error;
    }
  };
  const fields = { job, jobId: newRunId(), ...(requestIds.length > 0 && { requestIds }) };
  await (trace ? trace.run(fields, traced) : traced());
}

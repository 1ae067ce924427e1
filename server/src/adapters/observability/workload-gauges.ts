import type { Workload } from "../db/workload.ts";
import type { PrometheusMeter } from "./meter.ts";

/** Scrapes that come faster than this see the same figures: looking must not become load. */
const FRESH_MS = 5_000;
/** A database that stands still must not make the metrics stand still. */
const PATIENCE_MS = 2_000;

export interface WorkloadSources {
  meter: PrometheusMeter;
  read(): Promise<Workload>;
  /** Of this process' connections to a server; `null` = embedded. */
  pool(): { total: number; idle: number; waiting: number } | null;
  /** In milliseconds, monotonic. */
  elapsedMs(): number;
}

/** @returns brings the gauges up to date; never rejects, because a scrape without them says more than none */
export function workloadGauges({ meter, read, pool, elapsedMs }: WorkloadSources): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    try {
      show(meter, await read());
      meter.gauge("bellwether_database_up", {}, 1);
    } catch {
      meter.gauge("bellwether_database_up", {}, 0); // which is what there is to say; the log has the reason elsewhere
    } finally {
      lookedAt = elapsedMs();
      looking = null;
    }
  };
  return async () => {
    const connections = pool();
    if (connections)
      for (const state of ["total", "idle", "waiting"] as const)
        meter.gauge("bellwether_database_pool", { state }, connections[state]);
    if (elapsedMs() - lookedAt < FRESH_MS) return;
    looking ??= look();
    if (!(await isDoneWithin(looking, PATIENCE_MS))) meter.gauge("bellwether_database_up", {}, 0);
  };
}

function show(meter: PrometheusMeter, { due, outbox, jobs, connections, databaseBytes }: Workload): void {
  for (const kind of ["record", "account", "write_back", "segment"] as const) {
    meter.gauge("bellwether_queue_age_seconds", { kind }, due[kind].ageSeconds);
    meter.gauge("bellwether_queue_size", { kind }, due[kind].size);
  }
  for (const state of ["pending", "waiting", "parked"] as const)
    meter.gauge("bellwether_outbox_rows", { state }, outbox[state]);
  meter.clear("bellwether_jobs_waiting");
  for (const { job, state, count } of jobs) meter.gauge("bellwether_jobs_waiting", { job, state }, count);
  meter.clear("bellwether_connections");
  for (const { platform, status, count } of connections)
    meter.gauge("bellwether_connections", { platform, status }, count);
  meter.gauge("bellwether_database_bytes", {}, databaseBytes);
}

async function isDoneWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

import type { Counters, Gauges, Histograms } from "../../services/ports.ts";

/** What a metric says and which labels it has. Labels are few and bounded: no names, no addresses, no record ids. */
export interface MetricEntry {
  help: string;
  labels: readonly string[];
  /** Upper bounds of a histogram in seconds; Prometheus' usual ones when absent. */
  buckets?: readonly number[];
}

/** An entry per name, with exactly the labels that the port names. */
type Declared<M> = {
  [N in keyof M]: Omit<MetricEntry, "labels"> & { labels: readonly (keyof M[N] & string)[] };
};

/** An answer is wanted within tens of milliseconds; HubSpot gives up on us after five seconds. */
const ACK_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
/** From the 150 ms that are promised to a platform that was away for a day. */
const WRITE_BACK_BUCKETS = [0.1, 0.25, 0.4, 0.6, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 86_400];
const JOB_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 900];

export const COUNTERS = {
  bellwether_events_total: {
    help: "Delivered events by what became of them: accepted, duplicates, or unknown (of an account that is not connected).",
    labels: ["source", "outcome"],
  },
  bellwether_records_read_total: { help: "Records read again after an event.", labels: ["platform"] },
  bellwether_reconciled_records_total: {
    help: "Records compared with what the platform lists, and those that differed: created, changed, deleted, restored, relinked, merged.",
    labels: ["platform", "kind"],
  },
  bellwether_accounts_scored_total: { help: "Accounts scored.", labels: [] },
  bellwether_writes_total: {
    help: "Rows written back by outcome: confirmed, failed or deferred (tried again), refused (given up), dropped (nothing to write to).",
    labels: ["platform", "outcome"],
  },
  bellwether_platform_calls_total: {
    help: "Attempts to call a platform by status class (2xx, 4xx, ..., no_answer).",
    labels: ["platform", "outcome"],
  },
  bellwether_http_requests_total: { help: "Requests answered.", labels: ["route", "status"] },
  bellwether_jobs_total: {
    help: "Runs of jobs by outcome: done, or failed (tried again).",
    labels: ["job", "outcome"],
  },
} as const satisfies Declared<Counters>;

export const HISTOGRAMS = {
  bellwether_ack_seconds: {
    help: "Deliveries of events (webhooks, and segment for those of products): from their arrival to the answer 2xx, which is given once they are stored.",
    labels: ["source"],
    buckets: ACK_BUCKETS,
  },
  bellwether_event_to_write_back_seconds: {
    help: "From the oldest event that a value follows from, as stored, to the platform's confirmation of the value, one observation per row that is confirmed at the first try. Rows without an event behind them (daily rescoring, a new scorecard) are not measured.",
    labels: ["platform"],
    buckets: WRITE_BACK_BUCKETS,
  },
  bellwether_http_seconds: { help: "Time to answer a request.", labels: ["route"] },
  bellwether_job_seconds: { help: "Time a run of a job took.", labels: ["job"], buckets: JOB_BUCKETS },
  bellwether_platform_call_seconds: { help: "Time a platform took to answer a call.", labels: ["platform"] },
} as const satisfies Declared<Histograms>;

export const GAUGES = {
  bellwether_breaker_state: {
    help: "Circuit breaker of a connection: 0 closed (calls go through), 1 half-open (one call tries), 2 open (no calls).",
    labels: ["platform", "connection"],
  },
  bellwether_build_info: {
    help: "Always 1; the labels say which version runs.",
    labels: ["version", "node"],
  },
  bellwether_queue_age_seconds: {
    help: "Age of the oldest work that is due: record (to be read again), account (to be scored), write_back (to be written; from its event, or else from its scoring), segment (product events to be counted). 0 = nothing is due. Of the whole database, so equal in every process; at most 10 s old.",
    labels: ["kind"],
  },
  bellwether_queue_size: {
    help: "Rows of work that is due, by kind as in bellwether_queue_age_seconds; counted up to 100000.",
    labels: ["kind"],
  },
  bellwether_outbox_rows: {
    help: "Values to be written: pending (at the next run), waiting (after a failure, until its next try), parked (given up, until a person or a new value sets them going).",
    labels: ["state"],
  },
  bellwether_jobs_waiting: {
    help: "Jobs in the queue by state: created (waiting), retry (waiting after a failure), active (being run). Wake-ups, so not a measure of work.",
    labels: ["job", "state"],
  },
  bellwether_connections: {
    help: "Connected platforms by status; disconnected ones need a person.",
    labels: ["platform", "status"],
  },
  bellwether_database_up: { help: "1 = the database answered the last look at the queues.", labels: [] },
  bellwether_database_pool: {
    help: "Connections of this process to the database: total, idle, and requests waiting for one.",
    labels: ["state"],
  },
  bellwether_database_bytes: { help: "Size of the database.", labels: [] },
} as const satisfies Declared<Gauges>;

import type { Platform } from "@bellwether/shared";
import type { EventSource } from "./intake.ts";
import type { JobName } from "./jobs.ts";
import type { RepairKind } from "./reconciliation.ts";
import type { WriteOutcome } from "./write-back.ts";

export interface Clock {
  now(): Date;
}

/** Lets time go by. */
export type Pause = (ms: number) => Promise<void>;

/** Logs without secrets; fields are structured. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** What stands beside every log line: the request, or the run of a job and the requests that led to it. */
export interface TraceFields {
  requestId?: string;
  job?: JobName;
  /** Of one run. */
  jobId?: string;
  /** Newest first, at most `MAX_REQUEST_IDS`. */
  requestIds?: readonly string[];
}
/** Of many deliveries that one run of a job deals with, the newest few are enough to find the rest. */
export const MAX_REQUEST_IDS = 5;

/** Carries request ids through what they lead to. */
export interface Trace {
  /** Of the requests that led to what runs now, newest first. */
  requestIds(): readonly string[];
  run<T>(fields: TraceFields, work: () => T): T;
}

/** Labels of each counter. */
export interface Counters {
  bellwether_events_total: {
    source: EventSource;
    outcome: "accepted" | "duplicates" | "unknown" | "rejected";
  };
  bellwether_records_read_total: { platform: Platform };
  bellwether_reconciled_records_total: { platform: Platform; kind: RepairKind | "compared" };
  bellwether_accounts_scored_total: Record<string, never>;
  bellwether_writes_total: { platform: Platform; outcome: WriteOutcome["kind"] };
  /** `outcome`: `2xx`, `4xx`, … or `no_answer`. */
  bellwether_platform_calls_total: { platform: Platform; outcome: string };
  bellwether_http_requests_total: { route: string; status: string };
  bellwether_jobs_total: { job: JobName; outcome: "done" | "failed" };
}
/** Labels of each histogram; all are in seconds. */
export interface Histograms {
  bellwether_ack_seconds: { source: string };
  bellwether_event_to_write_back_seconds: { platform: Platform };
  bellwether_http_seconds: { route: string };
  bellwether_job_seconds: { job: JobName };
  bellwether_platform_call_seconds: { platform: Platform };
}

/** Labels of each gauge: what is so just now. */
export interface Gauges {
  /** 0 closed, 1 half-open, 2 open. `connection`: its id. */
  bellwether_breaker_state: { platform: Platform; connection: string };
  bellwether_build_info: { version: string; node: string };
  bellwether_queue_age_seconds: { kind: WorkKind };
  bellwether_queue_size: { kind: WorkKind };
  bellwether_outbox_rows: { state: "pending" | "waiting" | "parked" };
  bellwether_jobs_waiting: { job: string; state: string };
  bellwether_connections: { platform: string; status: string };
  bellwether_database_up: Record<string, never>;
  bellwether_database_pool: { state: "total" | "idle" | "waiting" };
  bellwether_database_bytes: Record<string, never>;
}
/** Work that waits in a table of its own. */
export type WorkKind = "record" | "account" | "write_back" | "segment";

/** What is counted and timed; the adapter exposes it to Prometheus with a help text each. */
export interface Meter {
  count<N extends keyof Counters>(name: N, labels: Counters[N], by?: number): void;
  observe<N extends keyof Histograms>(name: N, labels: Histograms[N], value: number): void;
  /** Sets what is so from now on. */
  gauge<N extends keyof Gauges>(name: N, labels: Gauges[N], value: number): void;
}

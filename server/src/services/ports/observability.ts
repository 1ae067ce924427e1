import type { Platform } from "@bellwether/shared";
import type { JobName } from "./jobs.ts";
import type { WriteOutcome } from "./write-back.ts";

export interface Clock {
  now(): Date;
}

/** Logs without secrets; fields are structured. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

/** Labels of each counter. */
export interface Counters {
  bellwether_events_total: { source: Platform; outcome: "accepted" | "duplicates" | "unknown" };
  bellwether_records_read_total: { platform: Platform };
  bellwether_accounts_scored_total: Record<string, never>;
  bellwether_writes_total: { platform: Platform; outcome: WriteOutcome["kind"] };
  /** `outcome`: `2xx`, `4xx`, … or `no_answer`. */
  bellwether_platform_calls_total: { platform: Platform; outcome: string };
  bellwether_http_requests_total: { route: string; status: string };
}
/** Labels of each histogram; all are in seconds. */
export interface Histograms {
  bellwether_http_seconds: { route: string };
  bellwether_job_seconds: { job: JobName };
  bellwether_platform_call_seconds: { platform: Platform };
}

/** What is counted and timed; the adapter exposes it to Prometheus with a help text each. */
export interface Meter {
  count<N extends keyof Counters>(name: N, labels: Counters[N], by?: number): void;
  observe<N extends keyof Histograms>(name: N, labels: Histograms[N], value: number): void;
}

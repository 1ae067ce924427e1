import type { ConnectionId, TenantId } from "@bellwether/shared";

/** Job name → payload. All are wake-ups: safe to lose none, to repeat, and to run at once in several processes. */
export interface JobPayloads {
  provision: { connectionId: ConnectionId };
  backfill: { connectionId: ConnectionId };
  "refresh-records": { connectionId: ConnectionId };
  "score-accounts": { tenantId: TenantId };
  "write-back": { connectionId: ConnectionId };
  "catch-up": { connectionId: ConnectionId };
  /** Begins the nightly comparisons; `reconcile` goes on with one that was begun. */
  "reconcile-all": Record<string, never>;
  reconcile: { connectionId: ConnectionId };
  "reconstruct-history": { tenantId: TenantId };
  "rescore-all": Record<string, never>;
  rescore: { tenantId: TenantId };
  "sync-outcomes": { tenantId: TenantId };
  "train-churn-model": { tenantId: TenantId };
  "monitor-churn-models": Record<string, never>;
  "count-usage": { tenantId: TenantId };
  "move-usage-windows": Record<string, never>;
  "forget-usage-events": Record<string, never>;
  backtest: { tenantId: TenantId; version: string };
}
export type JobName = keyof JobPayloads;

export interface JobQueue {
  enqueue<N extends JobName>(name: N, payload: JobPayloads[N]): Promise<void>;
  /** `handle` gets the distinct payloads of a fetched batch, one call each; a rejection is retried with backoff. */
  work<N extends JobName>(name: N, handle: (payload: JobPayloads[N]) => Promise<void>): Promise<void>;
  /** Cron in UTC, once over all processes. */
  schedule<N extends JobName>(name: N, cron: string, payload: JobPayloads[N]): Promise<void>;
  /** Waits for running handlers, at most `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

import type { JobName } from "../../services/ports.ts";

export interface JobOptions {
  /** How often a rejected handler is tried again; the sweep sends on what is left over. */
  retryLimit: number;
  /** Seconds before the first retry; doubles with each, up to `retryDelayMax`. */
  retryDelay: number;
  retryDelayMax: number;
  /** Seconds after which the queue takes a handler for dead. */
  expireInSeconds: number;
  /** Batches worked on at once in one process: a slow platform holds up one of them. */
  workers: number;
  /** Runs of one payload at once in one process: one calculates while the other waits for database or platform. */
  runs: number;
}

const quick: JobOptions = {
  retryLimit: 5,
  retryDelay: 1,
  retryDelayMax: 60,
  expireInSeconds: 300,
  workers: 4,
  runs: 1,
};
const slow: JobOptions = {
  retryLimit: 5,
  retryDelay: 5,
  retryDelayMax: 300,
  expireInSeconds: 900,
  workers: 2,
  runs: 1,
};

export const JOB_OPTIONS: Record<JobName, JobOptions> = {
  provision: slow,
  backfill: { ...slow, workers: 4 },
  "refresh-records": { ...quick, runs: 2 },
  "score-accounts": { ...quick, runs: 2 },
  "write-back": { ...quick, runs: 2 },
  "catch-up": slow,
  "reconcile-all": { ...slow, workers: 1 },
  reconcile: slow,
  "reconstruct-history": { ...slow, workers: 1 },
  "rescore-all": { ...slow, workers: 1 },
  rescore: { ...slow, workers: 1 },
  "sync-outcomes": { ...slow, workers: 1 },
  "train-churn-model": { ...slow, workers: 1 },
  "monitor-churn-models": { ...slow, workers: 1 },
  "count-usage": quick,
  "move-usage-windows": { ...slow, workers: 1 },
  "forget-usage-events": { ...slow, workers: 1 },
  backtest: { ...slow, workers: 1 },
};
export const JOB_NAMES = Object.keys(JOB_OPTIONS) as JobName[];

/** Wake-ups taken from the queue at once; equal ones lead to one call. */
export const BATCH_SIZE = 200;
/** Where the database does not announce new jobs. */
export const POLL_SECONDS = 0.5;
/** Where it does: only for what an announcement missed and for what becomes due. */
export const ANNOUNCED_POLL_SECONDS = 2;
/** Finished wake-ups are of no use to anybody. */
export const DELETE_AFTER_SECONDS = 60;

import type { JobName, JobPayloads } from "../../services/ports.ts";
import type { Sql } from "./sql.ts";

/** A job that says "there is work". The work itself stands in the tables. */
export type WakeUp = {
  [N in JobName]: { name: N; payload: JobPayloads[N] /** Absent = now. */; at?: Date };
}[JobName];

export interface WakeUps {
  /** In the caller's transaction: the job exists exactly when the rows do. */
  send(sql: Sql, wakeUps: readonly WakeUp[]): Promise<void>;
}

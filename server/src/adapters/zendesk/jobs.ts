import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { Limiter } from "../platform/limiter.ts";
import type { TimeSource } from "../platform/time-source.ts";
import type { ZendeskClient } from "./client.ts";
import type { JobSlots } from "./job-slots.ts";

/** What became of one item of a bulk job. `unknown` = it may or may not have been applied. */
export type ItemFate =
  | { kind: "done" }
  | { kind: "refused"; reason: string }
  | { kind: "unknown"; reason: string };

const FIRST_WAIT_MS = 200;
const WAIT_GROWTH = 1.6;
const LONGEST_WAIT_MS = 5_000;
/** A job that is still waiting after this is looked at through its records instead. */
const PATIENCE_MS = 90_000;

const result = z.looseObject({
  id: z
    .union([z.int().transform(String), z.string()])
    .nullable()
    .catch(null),
  index: z.int().nonnegative().nullable().catch(null),
  success: z.boolean().nullable().catch(null),
  status: z.string().catch(""),
  error: z.string().nullable().catch(null),
});
const jobStatus = z.object({
  id: z.string(),
  status: z.string().toLowerCase(),
  message: z.string().nullable().catch(null),
  results: z.array(result).catch([]),
});
export type JobStatus = z.infer<typeof jobStatus>;
/** Of a bulk update; an account that answers without a job leaves the fate of its items unknown. */
export const jobAnswer = z.object({ job_status: jobStatus.nullable().catch(null) });

export interface JobDeps {
  client: ZendeskClient;
  /** Admits as many jobs at once as one process should have. */
  jobs: Limiter;
  /** Admits as many as the account has room for. */
  slots: JobSlots;
  time: TimeSource;
}

/**
 * Starts a bulk job and waits for its end.
 * @param ids in the order of the job's items
 * @returns a fate for every id
 * @throws {PlatformError} when the job could not be started, or the token is refused
 */
export function runJob(
  deps: JobDeps,
  ids: readonly string[],
  start: () => Promise<z.infer<typeof jobAnswer>>,
): Promise<Map<string, ItemFate>> {
  return deps.jobs.run(async () => {
    const slot = await deps.slots.take();
    const { job_status: started } = await start().catch(async (error) => {
      if (isRefusal(error)) await deps.slots.free(slot);
      throw error;
    });
    if (started === null) {
      await deps.slots.free(slot);
      return allUnknown(ids, "Zendesk answered without a job");
    }
    const ended = await awaitEnd(deps, started);
    if (typeof ended === "string") return allUnknown(ids, ended); // it may still run, and keeps its slot
    await deps.slots.free(slot);
    return fatesOf(ended, ids);
  });
}

/** Zendesk said no; without an answer a job may have been started. */
const isRefusal = (error: unknown): boolean =>
  error instanceof PlatformError && error.status !== null && error.status < 500;

const isRunning = (job: JobStatus): boolean => job.status === "queued" || job.status === "working";

/** @returns the ended job, or why its end is not known */
async function awaitEnd({ client, time }: JobDeps, started: JobStatus): Promise<JobStatus | string> {
  const deadline = time.nowMs() + PATIENCE_MS;
  let job = started;
  for (let waitMs = FIRST_WAIT_MS; isRunning(job); waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS)) {
    if (time.nowMs() >= deadline) return `the job is still ${job.status}`;
    await time.sleep(waitMs);
    try {
      const answer = await client.get(["job_statuses", job.id], z.object({ job_status: jobStatus }));
      job = answer.job_status;
    } catch (error) {
      // its results are kept for a short time only; anything else than a refused token leaves the job where it is
      if (!(error instanceof PlatformError) || error.kind === "unauthorized") throw error;
      return `the job's end is not known: ${error.message}`;
    }
  }
  return job;
}

function fatesOf(job: JobStatus, ids: readonly string[]): Map<string, ItemFate> {
  const fates = allUnknown(ids, `the job ended as ${job.status} without a word on this record`);
  for (const item of job.results) {
    const id = item.id ?? (item.index === null ? undefined : ids[item.index]);
    if (id !== undefined && fates.has(id)) fates.set(id, fateOf(item));
  }
  return fates;
}

function fateOf(item: z.infer<typeof result>): ItemFate {
  const isDone = item.success ?? (item.error === null && item.status.toLowerCase() === "updated");
  return isDone ? { kind: "done" } : { kind: "refused", reason: (item.error ?? item.status) || "refused" };
}

const allUnknown = (ids: readonly string[], reason: string): Map<string, ItemFate> =>
  new Map(ids.map((id) => [id, { kind: "unknown", reason }]));

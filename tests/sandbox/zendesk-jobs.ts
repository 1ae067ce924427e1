import type { Fault } from "./faults.ts";
import { zendeskError } from "./zendesk-context.ts";

export interface JobItem {
  index: number;
  id: number;
  action: "update";
  success: boolean;
  status: "Updated" | "Failed";
  error?: string;
  details?: string;
}

interface Job {
  id: string;
  status: "queued" | "working" | "completed";
  total: number;
  results: JobItem[] | null;
}

/** Background jobs: queued, then working, then completed with a result per item, of which some may have failed. */
export class ZendeskJobs {
  readonly #jobs = new Map<string, Job>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #newId: () => string;
  readonly #stepMs: number;
  readonly #maxOpen: number;

  constructor(options: { newId: () => string; stepMs: number; maxOpen: number }) {
    this.#newId = options.newId;
    this.#stepMs = options.stepMs;
    this.#maxOpen = options.maxOpen;
  }

  /**
   * @param work done when the job gets to it, not when it is asked for
   * @throws {ApiFailure} 429 with too many jobs open
   */
  start(total: number, fault: Fault, work: () => JobItem[]): Job {
    const open = [...this.#jobs.values()].filter(({ status }) => status !== "completed").length;
    if (open >= this.#maxOpen) {
      throw zendeskError(429, "TooManyJobs", `Only ${this.#maxOpen} jobs may be queued or running`);
    }
    const job: Job = { id: this.#newId(), status: "queued", total, results: null };
    this.#jobs.set(job.id, job);
    if (fault.jobs === "stuck") return job;
    this.#after(() => {
      job.status = "working";
      this.#after(() => {
        job.results = work();
        job.status = "completed";
      });
    });
    return { ...job };
  }

  find(id: string): Job | null {
    return this.#jobs.get(id) ?? null;
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(step: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      step();
    }, this.#stepMs);
    this.#timers.add(timer);
  }
}

export function presentJob(origin: string, job: Job) {
  return {
    job_status: {
      id: job.id,
      url: `${origin}/api/v2/job_statuses/${job.id}.json`,
      total: job.total,
      progress: job.status === "queued" ? null : job.status === "working" ? 0 : job.total,
      status: job.status,
      message: job.status === "completed" ? "Completed" : null,
      results: job.results,
    },
  };
}

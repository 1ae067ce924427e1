import { setTimeout as sleep } from "node:timers/promises";
import type { JobName } from "../../services/ports.ts";

/** How long a run may keep a worker: after that the worker goes on to other connections, and so does the run. */
const PATIENCE_MS = 2_000;
/**
 * Jobs that wait for a platform. One connection in trouble, or with much to write, must not take a worker from all
 * others. What fails after its job was let go is sent on by the sweep.
 */
const WAITING_JOBS: ReadonlySet<JobName> = new Set(["write-back", "refresh-records"]);

/** Runs that outlast their jobs. */
export class BackgroundRuns {
  readonly #running = new Set<Promise<void>>();
  readonly #patienceMs: number;

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Waits for the run; where its job is one that waits for a platform, only for a while. */
  async hold(name: JobName, run: Promise<void>): Promise<void> {
    if (!WAITING_JOBS.has(name)) return await run;
    const ended = run.then(
      () => undefined,
      () => undefined, // whoever began the run has logged it
    );
    this.#running.add(ended);
    void ended.then(() => this.#running.delete(ended));
    const timer = new AbortController();
    await Promise.race([
      run,
      sleep(this.#patienceMs, undefined, { signal: timer.signal, ref: false }).catch(() => undefined),
    ]);
    timer.abort();
  }

  /** Until all have ended, at most so long. */
  async settled(timeoutMs: number): Promise<void> {
    await Promise.race([
      Promise.all([...this.#running]),
      sleep(Math.max(0, timeoutMs), undefined, { ref: false }),
    ]);
  }
}

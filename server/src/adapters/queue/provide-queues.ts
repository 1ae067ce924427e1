import type { PgBoss, QueueResult } from "pg-boss";
import type { JobName } from "../../services/ports.ts";
import { DELETE_AFTER_SECONDS, JOB_NAMES, JOB_OPTIONS } from "./job-options.ts";

/**
 * Creates the queues that are missing and brings the settings of the others up to date, writing only what differs.
 *
 * Queues take any number of equal jobs. One that allowed a single job per key would drop a wake-up whose forerunner is
 * just being worked on, or is stuck with a process that died.
 */
export async function provideQueues(boss: PgBoss): Promise<void> {
  const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
  for (const name of JOB_NAMES) {
    const wanted = settingsOf(name);
    const queue = known.get(name);
    if (queue !== undefined && has(queue, wanted)) continue;
    if (queue === undefined) await boss.createQueue(name, { policy: "standard", ...wanted });
    else await boss.updateQueue(name, wanted);
    // pg-boss reads a queue's settings at its own start, or else at their first use, and keeps them. That first use
    // must not come inside a caller's transaction: on the embedded database's one connection the reading would wait
    // for the transaction, which waits for the reading.
    await boss.insert(name, []);
  }
}

function settingsOf(name: JobName) {
  const { workers: _, runs: __, ...retry } = JOB_OPTIONS[name];
  return { ...retry, retryBackoff: true, deleteAfterSeconds: DELETE_AFTER_SECONDS, notify: true };
}

const has = (queue: QueueResult, wanted: ReturnType<typeof settingsOf>): boolean =>
  queue.retryLimit === wanted.retryLimit &&
  queue.retryDelay === wanted.retryDelay &&
  queue.retryDelayMax === wanted.retryDelayMax &&
  queue.retryBackoff === wanted.retryBackoff &&
  queue.expireInSeconds === wanted.expireInSeconds &&
  queue.deleteAfterSeconds === wanted.deleteAfterSeconds &&
  queue.notify === wanted.notify;

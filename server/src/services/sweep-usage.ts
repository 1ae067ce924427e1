import { DAY_MS, USAGE_KEPT_DAYS } from "@bellwether/shared";
import type { Clock, JobQueue, UsageStore } from "./ports.ts";

export interface SweepUsageDeps {
  usage: UsageStore;
  queue: JobQueue;
  clock: Clock;
}

/** Wakes up counting that a crash left undone, and gauges whose rest is over. */
export async function sweepUsage({ usage, queue, clock }: SweepUsageDeps): Promise<void> {
  for (const tenantId of await usage.tenantsWithWork(clock.now()))
    await queue.enqueue("count-usage", { tenantId });
}

/** A day without events changes gauges, too: the window moves on. */
export async function moveUsageWindows(deps: SweepUsageDeps): Promise<void> {
  await deps.usage.moveWindows(deps.clock.now());
  await sweepUsage(deps);
}

/** As long as Segment itself knows an event again: a library that was offline for the weekend may send it twice. */
const EVENTS_KEPT_DAYS = 3;
const REJECTED_KEPT_DAYS = 7;
/** A user without a group for a month will hardly get one. */
const PENDING_KEPT_DAYS = 30;

/** Forgets keys and bodies of events after 72 hours, and counts that no window reaches back to; the sums of events stay. */
export async function forgetUsageEvents({ usage, clock }: SweepUsageDeps): Promise<void> {
  const back = (days: number): Date => new Date(clock.now().getTime() - days * DAY_MS);
  const day = (days: number): string => back(days).toISOString().slice(0, 10);
  const limits = {
    eventsBefore: back(EVENTS_KEPT_DAYS),
    rejectedBefore: back(REJECTED_KEPT_DAYS),
    countsBefore: day(USAGE_KEPT_DAYS),
    pendingBefore: day(PENDING_KEPT_DAYS),
  };
  while (await usage.forget(limits));
}

import { randomUUID } from "node:crypto";
import { MINUTE_MS } from "@bellwether/shared";
import { z } from "zod";
import { PlatformError } from "../../services/errors.ts";
import type { BudgetScope, PlatformBudgets } from "../../services/ports.ts";
import type { TimeSource } from "../platform/time-source.ts";

/** Source: Zendesk, bulk and batch jobs: 30 may be queued or running in an account at once. */
export const MAX_OPEN_JOBS = 30;
/** A job of which nothing is known any more counts as open for this long. */
const SLOT_MS = 15 * MINUTE_MS;
const POLL_MS = 500;
/** Who waits longer goes to the end of the queue, so that no job of ours hangs. */
const PATIENCE_MS = MINUTE_MS;

const slotState = z.array(z.tuple([z.string(), z.number()])).catch([]);

/** @returns whether there was room; ids and ends of the jobs that count as open */
export function takeSlot(
  stored: unknown,
  nowMs: number,
  id: string,
): { state: [string, number][]; answer: boolean } {
  const open = slotState.parse(stored).filter(([, until]) => until > nowMs);
  const hasRoom = open.length < MAX_OPEN_JOBS;
  return { state: hasRoom ? [...open, [id, nowMs + SLOT_MS]] : open, answer: hasRoom };
}

export const freeSlot = (stored: unknown, id: string): { state: [string, number][]; answer: null } => ({
  state: slotState.parse(stored).filter(([known]) => known !== id),
  answer: null,
});

/** Zendesk's limit of open jobs, kept over all processes. */
export interface JobSlots {
  /** @throws {PlatformError} `rate_limited` when none is free for a minute */
  take(): Promise<string>;
  /** The job has ended. One whose end is not known keeps its slot until it runs out. */
  free(id: string): Promise<void>;
}

export function jobSlots(deps: {
  budgets: PlatformBudgets;
  scope: BudgetScope;
  time: Pick<TimeSource, "nowMs" | "sleep">;
}): JobSlots {
  const { budgets, scope, time } = deps;
  return {
    take: async () => {
      const id = randomUUID();
      const deadline = time.nowMs() + PATIENCE_MS;
      while (!(await budgets.change(scope, "jobs", (state, now) => takeSlot(state, now, id)))) {
        if (time.nowMs() >= deadline)
          throw new PlatformError("rate_limited", "Zendesk has 30 jobs open already", {
            retryAfterMs: MINUTE_MS,
          });
        await time.sleep(POLL_MS);
      }
      return id;
    },
    free: async (id) => {
      await budgets.change(scope, "jobs", (state) => freeSlot(state, id));
    },
  };
}

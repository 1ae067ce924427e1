import { defaultCapacity, MOST_CAPACITY } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type {
  AccountStore,
  AuditLog,
  Clock,
  ConnectionRepository,
  JobQueue,
  ScorecardStore,
} from "./ports.ts";
import { keepTemplate } from "./propose-scorecard.ts";
import { recordAct, type ScorecardAct } from "./scorecard-deps.ts";
import { tenantSources } from "./scoring-inputs.ts";
import {
  type BacktestState,
  changeBacktest,
  isDead,
  isOpen,
  stateOf,
  storedBacktest,
} from "./stored-backtest.ts";

export interface RequestBacktestDeps {
  scorecards: ScorecardStore;
  accounts: Pick<AccountStore, "count">;
  connections: ConnectionRepository;
  queue: Pick<JobQueue, "enqueue">;
  audit: Pick<AuditLog, "record">;
  clock: Clock;
}

/** Half a year: as much as is reconstructed when a platform is connected. */
const DEFAULT_WEEKS = 26;

export const backtestRequest = z.object({
  /** How far back. */
  weeks: z.int().min(1).max(104).default(DEFAULT_WEEKS),
  /** Customers that the team can work on in a month; by default a tenth of all. */
  capacity: z.int().min(1).max(MOST_CAPACITY).optional(),
});

/**
 * Asks for a backtest. One runs at a time per version: while it does, asking again changes nothing.
 * @throws {AppError} `not_found`, `conflict` while the history is still being read
 */
export async function requestBacktest(
  deps: RequestBacktestDeps,
  act: ScorecardAct,
  wanted: z.infer<typeof backtestRequest>,
): Promise<BacktestState> {
  const { tenant, actor, version } = act;
  await keepTemplate(deps, act);
  await storedOrTemplate(deps, tenant, version);
  if (!(await tenantSources(deps.connections, tenant)).isReady)
    throw new AppError(
      "conflict",
      "The history of a connected platform is still being read; run the backtest when it is complete.",
    );
  const now = deps.clock.now();
  const total = await deps.accounts.count(tenant);
  const capacity = wanted.capacity ?? defaultCapacity(total);
  const begun = await changeBacktest(deps, tenant, version, (stored) => {
    if (stored !== null && isOpen(stored.run) && !isDead(stored.run, now)) return null;
    return {
      format: 1,
      run: {
        state: "queued",
        claim: (stored?.run.claim ?? 0) + 1,
        failures: 0,
        weeks: wanted.weeks,
        capacity,
        startedBy: actor.id,
        startedAt: now.toISOString(),
        updatedAt: now.toISOString(),
        done: 0,
        total,
        detail: "The backtest is about to begin.",
        checkpoint: null,
      },
      result: stored?.result ?? null,
    };
  });
  if (begun === null) return stateOf(storedBacktest(await storedOrTemplate(deps, tenant, version)));
  await recordAct(deps, act, "scorecard.backtest", { weeks: wanted.weeks, capacity });
  await deps.queue.enqueue("backtest", { tenantId: tenant, version });
  return stateOf(begun);
}

import {
  addToBacktest,
  type BacktestPlan,
  canonicalJson,
  finishBacktest,
  startBacktest,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type { JobQueue, Log, ScorecardStore } from "./ports.ts";
import { type PlanDeps, readAccounts, scorecardPlan } from "./scorecard-plan.ts";
import {
  type BacktestRun,
  changeBacktest,
  definitionText,
  isDead,
  type StoredBacktest,
} from "./stored-backtest.ts";

export interface BacktestDeps extends PlanDeps {
  scorecards: ScorecardStore;
  queue: Pick<JobQueue, "enqueue">;
  connect: { sha256(text: string): string };
  log: Log;
}

const PAGE = 50;
/** A slice ends after this and sends itself on, so that no job outlives its lease in the queue. */
const SLICE_MS = 60_000;
/** Progress is stored as often as this: often enough to be watched, seldom enough to cost nothing. */
const SAVE_MS = 3_000;
/** Early ends after which a run is given up: what breaks it will break it again. */
const MOST_FAILURES = 3;

interface Claim {
  tenant: TenantId;
  version: string;
  run: BacktestRun;
}

/**
 * Works on a version's backtest, page by page; each page is stored with where to go on, so that after a kill another
 * process continues there. What belongs to somebody alive is left to them.
 */
export async function backtestScorecard(
  deps: BacktestDeps,
  tenant: TenantId,
  version: string,
): Promise<void> {
  const run = await claimRun(deps, tenant, version);
  if (run === null) return;
  const claim = { tenant, version, run };
  try {
    await work(deps, claim);
  } catch (error) {
    const isOver = await release(deps, claim);
    if (!isOver) throw error; // the queue tries again
    deps.log.error({ error, tenant, version }, "a backtest was given up");
  }
}

async function claimRun(deps: BacktestDeps, tenant: TenantId, version: string): Promise<BacktestRun | null> {
  // a draft may have been deleted meanwhile
  if ((await deps.scorecards.find(tenant, version)) === null) return null;
  const now = deps.clock.now();
  const claimed = await changeBacktest(deps, tenant, version, (stored) => {
    if (stored === null) return null;
    const { run } = stored;
    const isLeftBehind = run.state === "running" && isDead(run, now);
    if (run.state !== "queued" && !isLeftBehind) return null;
    const failures = run.failures + (isLeftBehind ? 1 : 0);
    return failures >= MOST_FAILURES
      ? { ...stored, run: failed(run, failures, now) }
      : {
          ...stored,
          run: {
            ...run,
            state: "running",
            claim: run.claim + 1,
            failures,
            updatedAt: now.toISOString(),
            detail: "The past of every customer is gone through.",
          },
        };
  });
  return claimed?.run.state === "running" ? claimed.run : null;
}

const failed = (run: BacktestRun, failures: number, now: Date): BacktestRun => ({
  ...run,
  state: "failed",
  failures,
  checkpoint: null,
  updatedAt: now.toISOString(),
  detail: `The backtest ended early ${failures} times and was given up. Run it again over fewer weeks; if that fails too, the server's log says why.`,
});

/** @returns whether the run is given up for good */
async function release(deps: BacktestDeps, { tenant, version, run }: Claim): Promise<boolean> {
  const now = deps.clock.now();
  const left = await changeBacktest(deps, tenant, version, (stored) => {
    if (stored?.run.claim !== run.claim) return null;
    const failures = stored.run.failures + 1;
    return {
      ...stored,
      run:
        failures >= MOST_FAILURES
          ? failed(stored.run, failures, now)
          : { ...stored.run, state: "queued", failures, updatedAt: now.toISOString() },
    };
  });
  return left === null || left.run.state === "failed";
}

async function work(deps: BacktestDeps, claim: Claim): Promise<void> {
  const { tenant, version, run } = claim;
  const begunAt = deps.clock.now().getTime();
  const now = new Date(run.startedAt);
  const card = await storedOrTemplate(deps, tenant, version);
  const plan = await scorecardPlan(deps, tenant, card, { now, weeks: run.weeks });
  const basis = deps.connect.sha256(basisText(plan, run));
  const known = run.checkpoint?.basis === basis ? run.checkpoint : null;
  const progress = known?.progress ?? startBacktest(run);
  let savedAt = 0;
  for (let after = known?.after ?? null; ; ) {
    const page = await readAccounts(deps, tenant, { now, after, limit: PAGE });
    for (const account of page.accounts) {
      addToBacktest(progress, plan, account);
      await otherWork();
    }
    if (page.next === null) break;
    after = page.next;
    const at = deps.clock.now().getTime();
    const isLong = at - begunAt > SLICE_MS;
    if (!isLong && at - savedAt < SAVE_MS) continue;
    savedAt = at;
    const isKept = await save(deps, claim, (stored) => ({
      ...stored,
      run: {
        ...stored.run,
        state: isLong ? "queued" : "running",
        done: progress.read,
        checkpoint: { basis, after: page.next ?? "", progress },
      },
    }));
    if (!isKept) return;
    if (isLong) return deps.queue.enqueue("backtest", { tenantId: tenant, version });
  }
  const report = finishBacktest(progress, plan, await deps.outcomes.counts(tenant));
  const definitionHash = deps.connect.sha256(definitionText(card));
  await save(deps, claim, (stored) => ({
    ...stored,
    run: {
      ...stored.run,
      state: "done",
      done: progress.read,
      total: progress.read,
      checkpoint: null,
      detail: "The backtest is complete.",
    },
    result: { definitionHash, report },
  }));
}

/** What a progress is good for: with other definitions it begins again. */
const basisText = (plan: BacktestPlan, { weeks, capacity, startedAt }: BacktestRun): string =>
  canonicalJson({
    current: plan.current,
    candidate: plan.candidate,
    churnModel: plan.churnModel,
    sources: [plan.sources.crm, plan.sources.tickets].map((seen) => seen !== null),
    weeks,
    capacity,
    startedAt,
  });

/** Between two accounts requests and other jobs of this process have their turn. */
const otherWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @returns `false` where somebody else has taken over, or it was asked for anew */
async function save(
  deps: BacktestDeps,
  { tenant, version, run }: Claim,
  change: (stored: StoredBacktest) => StoredBacktest,
): Promise<boolean> {
  const updatedAt = deps.clock.now().toISOString();
  try {
    const saved = await changeBacktest(deps, tenant, version, (stored) => {
      if (stored?.run.claim !== run.claim || stored.run.state !== "running") return null;
      const changed = change(stored);
      return { ...changed, run: { ...changed.run, updatedAt } };
    });
    return saved !== null;
  } catch (error) {
    // the draft was deleted
    if (error instanceof AppError && error.code === "not_found") return false;
    throw error;
  }
}

import {
  type AccountId,
  type InForce,
  type Outlook,
  type Segment,
  stillSays,
  type TenantId,
} from "@bellwether/shared";
import type {
  Clock,
  ConnectionRepository,
  JobQueue,
  RescoreRange,
  RescoreStore,
  UsageStore,
} from "./ports.ts";
import { tenantSources } from "./scoring-inputs.ts";
import { type DefinitionDeps, tenantDefinitions } from "./tenant-definitions.ts";
import { writtenUnder } from "./written-under.ts";

export interface RescoreDeps extends DefinitionDeps {
  rescoring: RescoreStore;
  connections: ConnectionRepository;
  usage?: Pick<UsageStore, "lastReceivedAt">;
  queue: Pick<JobQueue, "enqueue">;
  clock: Clock;
}

/** Accounts in memory at once: a few megabytes of outlooks. */
const PAGE = 4_000;

/**
 * A tenant's share of the daily rescoring, range by range until none is left: whoever may say something else by now is
 * marked, and scored like after an event. Several processes share the ranges.
 */
export async function rescoreAccounts(deps: RescoreDeps, tenant: TenantId): Promise<void> {
  const { isReady } = await tenantSources(deps.connections, tenant, deps.usage);
  if (!isReady) return; // the ranges wait, until their history is read or another day begins
  for (let isFirst = true; ; isFirst = false) {
    const range = await deps.rescoring.claim(tenant);
    if (range === null) return;
    // the next process that is free takes the next range
    if (isFirst) await deps.queue.enqueue("rescore", { tenantId: tenant });
    try {
      await rescoreRange(deps, range);
    } catch (error) {
      await deps.rescoring.release(range);
      throw error;
    }
  }
}

async function rescoreRange(deps: RescoreDeps, claimed: RescoreRange): Promise<void> {
  const now = deps.clock.now();
  const isDue = await dueAt(deps, claimed.tenantId, now);
  const { page, settle } = deps.rescoring;
  let accounts = await page(claimed, PAGE, now);
  for (let range = claimed; ; ) {
    const last = accounts.accounts.at(-1)?.[0] ?? range.after;
    // the database reads the next page while this one is looked at
    const next = accounts.isLast ? null : page({ ...range, after: last }, PAGE, now);
    const due = accounts.accounts.filter(([, outlook]) => isDue(outlook)).map(([id]): AccountId => id);
    const [rest, following] = await Promise.all([settle(range, accounts, due), next]);
    if (rest === null || following === null) return;
    [range, accounts] = [rest, following];
  }
}

/** Without an outlook an account is due, and beside a shadow scorecard, which is to be scored on every day, too. */
async function dueAt(
  deps: RescoreDeps,
  tenant: TenantId,
  now: Date,
): Promise<(outlook: Outlook | null) => boolean> {
  const [sources, definitions] = await Promise.all([
    tenantSources(deps.connections, tenant, deps.usage),
    tenantDefinitions(deps, tenant, now),
  ]);
  if (definitions.shadows.length > 0) return () => true;
  const settings = writtenUnder(sources);
  if (settings === null) return () => true;
  const { churnModel, scorecardFor } = definitions;
  const of = (segment: Segment): InForce => ({
    scorecard: scorecardFor(segment),
    churnModel,
    sources: sources.seen,
    settings,
  });
  const bySegment = { new: of("new"), growing: of("growing"), established: of("established") };
  const nowMs = now.getTime();
  return (outlook) =>
    outlook === null ||
    !stillSays(outlook, bySegment[outlook.isLost ? "established" : outlook.segment], nowMs);
}

import {
  type AccountId,
  accountAge,
  DAY_MS,
  foldAsOf,
  type HealthResult,
  memoryFor,
  remember,
  type SourcesSeen,
  scoreAccount,
  type TenantId,
  type VersionMemory,
} from "@bellwether/shared";
import type { AccountLedger, AccountStore, JobQueue } from "./ports.ts";
import type { ScoreDeps } from "./score-accounts.ts";
import { tenantSources } from "./scoring-inputs.ts";
import { type TenantDefinitions, tenantDefinitions } from "./tenant-definitions.ts";

export interface ReconstructDeps extends ScoreDeps {
  accounts: AccountStore;
  queue: JobQueue;
}

/** Half a year of weekly points: enough for the trend and the chart from the first day on. */
const WEEKS = 26;
const PAGE = 100;

/**
 * Scores the past from the dated facts that the backfill found, as they stood on each day, by the definitions in
 * force today. Points are stored as reconstructed and never replace one that was calculated at its time; a repeated
 * run adds nothing.
 */
export async function reconstructHistory(deps: ReconstructDeps, tenant: TenantId): Promise<void> {
  const now = deps.clock.now();
  const { seen } = await tenantSources(deps.connections, tenant, deps.usage);
  const definitions = await tenantDefinitions(deps, tenant, now);
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ledgers = await deps.scores.ledgers(
      tenant,
      page.accounts.map((account) => account.id),
      now,
    );
    const snapshots = ledgers.flatMap((ledger) => pastResults(definitions, ledger, now, seen));
    await deps.scores.saveReconstructed(tenant, snapshots);
    if (page.next === null) break;
    after = page.next;
  }
  // the 30-day trend exists only now
  await deps.scores.markAll(tenant);
  await deps.queue.enqueue("score-accounts", { tenantId: tenant });
}

function pastResults(
  definitions: TenantDefinitions,
  ledger: AccountLedger,
  now: Date,
  seen: SourcesSeen,
): { accountId: AccountId; result: HealthResult }[] {
  // they come oldest first
  const first = ledger.observations[0]?.at ?? now.toISOString();
  const past: { accountId: AccountId; result: HealthResult }[] = [];
  let memories: VersionMemory[] = [];
  for (let week = WEEKS; week >= 1; week--) {
    const at = new Date(now.getTime() - week * 7 * DAY_MS);
    if (at.toISOString() < first) continue;
    if (ledger.lostAt !== null && at >= ledger.lostAt) break;
    const result = resultAsOf(definitions, ledger, at, seen, memories);
    past.push({ accountId: ledger.accountId, result });
    memories = remember(memories, result, null);
  }
  return past;
}

function resultAsOf(
  { scorecardFor, churnModel }: TenantDefinitions,
  { observations, createdAt }: AccountLedger,
  at: Date,
  seen: SourcesSeen,
  memories: readonly VersionMemory[],
): HealthResult {
  const state = foldAsOf(observations, at);
  const scorecard = scorecardFor(accountAge(state, createdAt, at).segment);
  return scoreAccount({
    state,
    createdAt,
    scorecard,
    churnModel,
    now: at,
    // the whole history was read, so it was complete on that day
    sources: {
      ...seen,
      crm: seen.crm && at,
      tickets: seen.tickets && at,
      ...(seen.usage && { usage: at }),
    },
    previous: memoryFor(memories, scorecard.version, at.toISOString()),
  });
}

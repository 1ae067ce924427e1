import {
  type AccountId,
  DAY_MS,
  foldAsOf,
  type HealthResult,
  type SourcesSeen,
  scoreAccount,
  type TenantId,
} from "@bellwether/shared";
import type { AccountLedger, AccountStore, JobQueue } from "./ports.ts";
import type { ScoreDeps } from "./score-accounts.ts";
import { type Definitions, tenantSources } from "./scoring-inputs.ts";

export interface ReconstructDeps extends ScoreDeps {
  accounts: AccountStore;
  queue: JobQueue;
}

/** Half a year of weekly points: enough for the trend and the chart from the first day on. */
const WEEKS = 26;
const PAGE = 100;

/**
 * Scores the past from the dated facts that the backfill found, as they stood on each day. Points are stored as
 * reconstructed and never replace one that was calculated at its time; a repeated run adds nothing.
 */
export async function reconstructHistory(deps: ReconstructDeps, tenant: TenantId): Promise<void> {
  const now = deps.clock.now();
  const { seen } = await tenantSources(deps.connections, tenant);
  for (let after: string | null = null; ; ) {
    const page = await deps.accounts.list(tenant, { after, limit: PAGE });
    const ledgers = await deps.scores.ledgers(
      tenant,
      page.accounts.map((account) => account.id),
      now,
    );
    const snapshots = ledgers.flatMap((ledger) => pastResults(deps.definitions, ledger, now, seen));
    await deps.scores.saveReconstructed(tenant, snapshots);
    if (page.next === null) break;
    after = page.next;
  }
  // the 30-day trend exists only now
  await deps.scores.markAll(tenant);
  await deps.queue.enqueue("score-accounts", { tenantId: tenant });
}

function pastResults(
  definitions: Definitions,
  ledger: AccountLedger,
  now: Date,
  seen: SourcesSeen,
): { accountId: AccountId; result: HealthResult }[] {
  // they come oldest first
  const first = ledger.observations[0]?.at ?? now.toISOString();
  const past: { accountId: AccountId; result: HealthResult }[] = [];
  let previous: HealthResult | null = null;
  for (let week = WEEKS; week >= 1; week--) {
    const at = new Date(now.getTime() - week * 7 * DAY_MS);
    if (at.toISOString() < first) continue;
    const result: HealthResult = scoreAccount({
      state: foldAsOf(ledger.observations, at),
      createdAt: ledger.createdAt,
      ...definitions,
      now: at,
      // the whole history was read, so it was complete on that day
      sources: { ...seen, crm: seen.crm && at, tickets: seen.tickets && at },
      previous,
    });
    past.push({ accountId: ledger.accountId, result });
    previous = result;
  }
  return past;
}

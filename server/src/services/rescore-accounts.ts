import { holdingsAt, type TenantId } from "@bellwether/shared";
import type {
  Clock,
  ConnectionRepository,
  JobQueue,
  RescoreMoment,
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

/** Accounts that one transaction looks at: some 20 ms of the database. */
const PAGE = 10_000;

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
  const moment = await momentOf(deps, claimed.tenantId);
  for (let rest: RescoreRange | null = claimed; rest !== null; )
    rest = await deps.rescoring.look(rest, PAGE, moment);
}

/** Beside a shadow scorecard, which is to be scored on every day, no outlook holds. */
async function momentOf(deps: RescoreDeps, tenant: TenantId): Promise<RescoreMoment> {
  const now = deps.clock.now();
  const [sources, definitions] = await Promise.all([
    tenantSources(deps.connections, tenant, deps.usage),
    tenantDefinitions(deps, tenant, now),
  ]);
  const settings = writtenUnder(sources);
  if (definitions.shadows.length > 0 || settings === null) return { now, holdings: [] };
  return { now, holdings: holdingsAt({ ...definitions, sources: sources.seen, settings }, now.getTime()) };
}

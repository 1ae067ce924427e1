import { attributeEvents, DAY_MS, HOUR_MS, type TenantId, USAGE_KEPT_DAYS } from "@bellwether/shared";
import { type MatchDeps, matchParties } from "./match-parties.ts";
import type { UsageStore } from "./ports.ts";

export interface CountUsageDeps extends MatchDeps {
  usage: UsageStore;
}

const GROUPS_PER_MATCH = 500;
const FIRST_REST_MS = 5_000;

/**
 * Every new gauge is a fact in the ledger for good and a calculation of the score, so a busy group's are calculated
 * less and less often during a day: after 5 s, 10 s, 20 s and so on, at last once an hour.
 */
export const restMs = (rounds: number): number => Math.min(HOUR_MS, FIRST_REST_MS * 2 ** (rounds - 1));

/**
 * From events to what the ledger knows: counts by day, gauges of 30 days, and the groups as parties of accounts. Each
 * step may be repeated or stop halfway; what is left stands in the tables.
 */
export async function countUsage(deps: CountUsageDeps, tenant: TenantId): Promise<void> {
  const map = await deps.usage.map(tenant);
  const oldest = new Date(deps.clock.now().getTime() - USAGE_KEPT_DAYS * DAY_MS);
  const options = { map, oldestDay: oldest.toISOString().slice(0, 10) };
  while ((await deps.usage.count(tenant, (events, known) => attributeEvents(events, known, options))) > 0);
  while ((await deps.usage.tellGauges(tenant, deps.clock.now(), restMs)) > 0);
  for (;;) {
    const groups = await deps.usage.unmatched(tenant, GROUPS_PER_MATCH);
    if (groups.length === 0) return;
    await matchParties(deps, tenant, groups);
    await deps.usage.noteMatched(tenant, groups);
  }
}

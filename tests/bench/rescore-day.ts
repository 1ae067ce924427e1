import { setTimeout as sleep } from "node:timers/promises";
import type { TenantId } from "@bellwether/shared";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { keepHeapSmall } from "../../server/src/heap.ts";
import { rescoreAccounts } from "../../server/src/services/rescore-accounts.ts";
import { rescoreAll } from "../../server/src/services/rescore-all.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";

/** How long a wake-up takes to be heard. */
const PICKED_UP_MS = 20;

/**
 * A worker's daily rescoring of one tenant, in a process of its own for the sake of its memory: what the product's
 * jobs do. Arguments: tenant, time, and `marked` to score only what is marked; on stdout what it took.
 */
const [tenant, time, what] = process.argv.slice(2);
if (tenant === undefined || time === undefined) throw new Error("usage: rescore-day.ts TENANT TIME [marked]");
const config = readConfig(process.env);
keepHeapSmall(); // as a worker does
const composed = await compose(config, createLog("error"), false);
const now = new Date(time);
let calculated = 0;
const meter = {
  ...composed.meter,
  count: (name: string, _labels: object, by = 1) => {
    if (name === "bellwether_accounts_scored_total") calculated += by;
  },
};
const connections = { ...composed.connections, list: () => composed.connections.list(tenant as TenantId) };
const parts = { ...composed, connections, clock: { now: () => now }, meter };

const startedAt = performance.now();
let isLooking = what !== "marked";
await Promise.all([look(), score(), score()]);
const ms = performance.now() - startedAt;
const peakMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ ms, calculated, peakMiB }));
await composed.queue.stop(0);
await composed.close();

async function look(): Promise<void> {
  if (!isLooking) return;
  try {
    await rescoreAll(parts);
    await rescoreAccounts(parts, tenant as TenantId);
  } finally {
    isLooking = false;
  }
}

/** The queue wakes two runs in a process whenever a page has marked somebody, while the next page is looked at. */
async function score(): Promise<void> {
  for (let isLast = false; !isLast; ) {
    isLast = !isLooking;
    await scoreAccounts(parts, tenant as TenantId);
    if (!isLast) await sleep(PICKED_UP_MS);
  }
}

import type { TenantId } from "@bellwether/shared";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { compose } from "../../server/src/compose.ts";
import { readConfig } from "../../server/src/config.ts";
import { rescoreAccounts } from "../../server/src/services/rescore-accounts.ts";
import { rescoreAll } from "../../server/src/services/rescore-all.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";

/**
 * A worker's daily rescoring of one tenant, in a process of its own for the sake of its memory: what the product's
 * jobs do. Arguments: tenant, time, and `marked` to score only what is marked; on stdout what it took.
 */
const [tenant, time, what] = process.argv.slice(2);
if (tenant === undefined || time === undefined) throw new Error("usage: rescore-day.ts TENANT TIME [marked]");
const config = readConfig(process.env);
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
if (what !== "marked") {
  await rescoreAll(parts);
  await rescoreAccounts(parts, tenant as TenantId);
}
const lookedAtMs = performance.now() - startedAt;
// the queue hands out every wake-up, so that a process has several rounds under way
await Promise.all([1, 2].map(() => scoreAccounts(parts, tenant as TenantId)));
const ms = performance.now() - startedAt;
const peakMiB = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ ms, lookedAtMs, calculated, peakMiB }));
await composed.queue.stop(0);
await composed.close();

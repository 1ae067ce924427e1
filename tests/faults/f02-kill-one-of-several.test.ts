import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Sql } from "../../server/src/adapters/db/sql.ts";
import { TEST_SERVER } from "../support/database.ts";
import { startLoadBalancer } from "../support/load-balancer.ts";
import { freePort, type ServerProcess } from "../support/server-process.ts";
import { bar, drawsFor, inSeconds, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const TAKEN_OVER_MS = 10_000;
/** Half of the calls take so long that a kill finds rows claimed. */
const SLOW = { method: "POST", path: /batch/, slowMs: 250, rate: 0.5 };

describe.skipIf(TEST_SERVER === null)("F2 one of several processes is killed (needs PostgreSQL)", () => {
  it("F2 two web and two worker processes: the others take its work over and repeat one call at most", async () => {
    const random = drawsFor("F2");
    const kills = sized(36, 4);
    const ports = [await freePort(), await freePort()];
    const balancer = await startLoadBalancer(ports);
    const world = await openFaultWorld({ kind: "server", publicUrl: balancer.url });
    try {
      const webs: ServerProcess[] = [];
      const workers: ServerProcess[] = [];
      showOnFailure(() => [...webs, ...workers]);
      for (const port of ports) webs.push(await world.start("web", port));
      for (let n = 0; n < 2; n++) workers.push(await world.start("worker", await freePort()));
      const [firstWeb] = webs;
      if (!firstWeb) throw new Error("no web process");
      await untilReady(world, firstWeb);
      world.sandbox.faults.set("hubspot", SLOW);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 60 });
      const takeOvers: number[] = [];
      await world.look(async (database) => {
        for (let kill = 1; kill <= kills; kill++) {
          await sleep(random.int(100, 900));
          const n = random.int(0, 1);
          if (kill % 3 === 0) {
            await world.kill(webs[n] ?? firstWeb);
            webs[n] = await world.start("web", ports[n]);
            continue;
          }
          await world.kill(workers[n] ?? firstWeb);
          if (kill % 3 === 1) takeOvers.push(await takenOver(database));
          workers[n] = await world.start("worker", await freePort());
        }
      });
      stream.stop();
      world.sandbox.faults.clear();
      const report = await world.settle([...webs, ...workers]);
      sayFault("F2", {
        kills,
        report,
        measured: { "taken over after at most": inSeconds(Math.max(...takeOvers)) },
      });
      expect(report.violations).toEqual([]);
      // the balancer's own 502 for a connection that died is no answer of ours
      expect(world.sender.wrongAnswers.filter((status) => status !== "502")).toEqual([]);
      expect(Math.max(...takeOvers)).toBeLessThan(bar(TAKEN_OVER_MS));
    } finally {
      await world.remove();
      await balancer.close();
    }
  });
});

const CLAIMED = `
SELECT 'record ' || object_type || ' ' || object_id || ' ' || claimed_by || ' ' || claimed_at AS claim
FROM record_mark WHERE claimed_by IS NOT NULL
UNION ALL SELECT 'account ' || account_id || ' ' || claimed_by || ' ' || claimed_at
FROM account_mark WHERE claimed_by IS NOT NULL
UNION ALL SELECT 'write ' || object_type || ' ' || object_id || ' ' || claimed_by || ' ' || claimed_at
FROM outbox WHERE claimed_by IS NOT NULL`;

/** @returns milliseconds until nothing is claimed any more as it was claimed at the kill */
async function takenOver(database: Sql): Promise<number> {
  const begun = performance.now();
  const claims = async () =>
    new Set((await database.query<{ claim: string }>(CLAIMED)).map((row) => row.claim));
  const before = await claims();
  while (performance.now() - begun < 4 * TAKEN_OVER_MS) {
    const now = await claims();
    if (![...before].some((claim) => now.has(claim))) return performance.now() - begun;
    await sleep(50);
  }
  return Number.POSITIVE_INFINITY;
}

import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { SandboxWrite } from "../sandbox/index.ts";
import { TEST_SERVER } from "../support/database.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { drawsFor, IS_SHORT, inSeconds, sized } from "./support/plan.ts";
import { eventAbout } from "./support/sender.ts";
import {
  type FaultWorld,
  openFaultWorld,
  sayFault,
  showOnFailure,
  untilIdle,
  untilReady,
} from "./support/world.ts";

/** Of what is taken in while the platforms are there. */
const SHARE_TAKEN_IN = 0.8;
const MEMORY_GROWTH = 1.25;
const PLATFORMS = ["hubspot", "zendesk"] as const;

describe.skipIf(TEST_SERVER === null)("F14 a backlog (needs PostgreSQL)", () => {
  it("F14 while both platforms are down, events are taken in as before; afterwards each record is written once, with its newest value", async () => {
    drawsFor("F14");
    const events = sized(100_000, 12_000);
    const world = await openFaultWorld({ kind: "server", sandbox: { accounts: sized(200, 20) } });
    const { sandbox } = world;
    try {
      const server = await world.start();
      showOnFailure(() => [server]);
      await untilReady(world, server);
      const usual = await pour(world, server, events / 5);
      await untilIdle(world, [server]);
      const downAt = Date.now();
      for (const platform of PLATFORMS) sandbox.faults.set(platform, { status: 503 });
      await noneGoesThrough(world);
      const [callsBefore, writesBefore] = [sandbox.requests.length, sandbox.writes.length];
      const changing = changeAll(world);
      const down = await pour(world, server, events);
      await changing;
      await tellOfAll(world); // the last word on every company is behind the backlog
      expect(sandbox.writes.length).toBe(writesBefore);
      const refusedCalls = sandbox.requests.length - callsBefore;
      sandbox.faults.clear();
      const upAt = Date.now();
      await untilIdle(world, [server]);
      const drainedMs = Date.now() - upAt;
      world.disturbances.push({ from: downAt, to: upAt });
      const report = await world.settle([server]);
      const askedAgainMs = Math.max(
        ...PLATFORMS.map((platform) => firstAnswer(world, platform, upAt) - upAt),
      );
      const since = sandbox.writes.filter(({ at }) => at.getTime() >= upAt);
      const perRecord = [...Map.groupBy(since, recordOf).values()].map((writes) => writes.length);
      sayFault("F14", {
        kills: 0,
        report,
        measured: {
          "events/s before": Math.round(usual.perSecond),
          "events/s while down": Math.round(down.perSecond),
          "memory in the first half (MB)": Math.round(down.memory.first / 1e6),
          "memory in the second half (MB)": Math.round(down.memory.second / 1e6),
          "calls while down": refusedCalls,
          "records written afterwards": perRecord.length,
          "writes of one record at most": Math.max(...perRecord),
          "asked again after at most": inSeconds(askedAgainMs),
          "drained in": inSeconds(drainedMs),
        },
      });
      expect(report.violations).toEqual([]);
      expect(world.sender.wrongAnswers).toEqual([]);
      expect(perRecord.length).toBeGreaterThan(0);
      expect(Math.max(...perRecord)).toBe(1);
      expect(down.memory.second).toBeLessThan(MEMORY_GROWTH * down.memory.first);
      expect(down.perSecond).toBeGreaterThan((IS_SHORT ? 1 / 3 : 1) * SHARE_TAKEN_IN * usual.perSecond);
    } finally {
      await world.remove();
    }
  });
});

const recordOf = ({ platform, objectType, id }: SandboxWrite): string => `${platform} ${objectType} ${id}`;

/** When this platform was first asked again and answered; a breaker that was refused for long asks rarely. */
const firstAnswer = ({ sandbox }: FaultWorld, platform: (typeof PLATFORMS)[number], upAt: number): number =>
  sandbox.requests
    .find(
      (request) => request.platform === platform && request.at.getTime() >= upAt && request.status === 200,
    )
    ?.at.getTime() ?? Number.POSITIVE_INFINITY;

const PER_DELIVERY = 50;
const AT_ONCE = 4;
let eventId = 1;

/** That many events, as fast as they are taken in. */
async function pour(world: FaultWorld, server: ServerProcess, count: number) {
  const companies = world.sandbox.accounts.map((account) => account.hubspotCompanyId);
  const memory = { first: 0, second: 0 };
  const begun = performance.now();
  let left = Math.ceil(count / PER_DELIVERY);
  const half = left / 2;
  const look = setInterval(() => {
    const part = left > half ? "first" : "second";
    void memoryOf(server).then((bytes) => {
      memory[part] = Math.max(memory[part], bytes);
    });
  }, 100);
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const about = Array.from(
        { length: PER_DELIVERY },
        (_, n) => companies[(left + n) % companies.length] ?? "",
      );
      await world.sender.send(about.map((id) => eventAbout(world.sandbox, id, eventId++)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  clearInterval(look);
  return { perSecond: (1_000 * count) / (performance.now() - begun), memory };
}

/** Resident, in bytes. */
async function memoryOf(server: ServerProcess): Promise<number> {
  const text = await fetch(`${server.url}/metrics`).then(
    (answer) => answer.text(),
    () => "",
  );
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1] ?? 0);
}

/** What was on its way when the platforms went down has ended. */
const noneGoesThrough = async ({ sandbox }: FaultWorld): Promise<void> => {
  await sandbox.deliver.idle();
  await sleep(500);
};

/** Each customer's figures go down and up again, and down at last. */
async function changeAll({ sandbox }: FaultWorld): Promise<void> {
  for (const change of ["usageDrops", "usageRecovers", "usageDrops"] as const)
    for (const { key } of sandbox.accounts) {
      await sandbox.actions[change](key);
      await sleep(1);
    }
}

async function tellOfAll(world: FaultWorld): Promise<void> {
  for (const { hubspotCompanyId } of world.sandbox.accounts)
    await world.sender.send([eventAbout(world.sandbox, hubspotCompanyId, eventId++)]);
}

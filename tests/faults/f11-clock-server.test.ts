import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { TEST_SERVER } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { freePort, type ServerProcess } from "../support/server-process.ts";
import { type WrongClock, wrongClock } from "./support/clock.ts";
import { drawsFor, IS_SHORT, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const MINUTE_MS = 60_000;
const FAR_MS = 10 * MINUTE_MS;
/** HubSpot's signatures are good for five minutes. */
const NEAR_MS = 4 * MINUTE_MS;

describe.skipIf(TEST_SERVER === null)("F11 clocks that are wrong under load (needs PostgreSQL)", () => {
  it("F11 two workers twenty minutes apart, whose clocks jump and of which one dies, do everything once", async () => {
    const random = drawsFor("F11 workers");
    const folder = await mkdtemp(join(tmpdir(), "bellwether-clocks-"));
    const world = await openFaultWorld({ kind: "server" });
    try {
      const clocks = [
        await wrongClock(folder, "ahead", FAR_MS),
        await wrongClock(folder, "behind", -FAR_MS),
      ] as const;
      const ofWeb = await wrongClock(folder, "web", 0);
      const worker = async ({ environment }: WrongClock): Promise<ServerProcess> =>
        world.start("worker", await freePort(), environment);
      const web = await world.start("web", world.port, ofWeb.environment);
      const workers = [await worker(clocks[0]), await worker(clocks[1])];
      showOnFailure(() => [web, ...workers]);
      await untilReady(world, web);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 60 });
      const kills = sized(10, 2);
      let ahead = 0;
      for (let jump = 1; jump <= 2 * kills; jump++) {
        await sleep(random.int(300, 1_500));
        ahead = 1 - ahead;
        await Promise.all([
          clocks[0].set(ahead === 0 ? FAR_MS : -FAR_MS),
          clocks[1].set(ahead === 1 ? FAR_MS : -FAR_MS),
          ofWeb.set(random.pick([-NEAR_MS, 0, NEAR_MS])),
        ]);
        if (jump % 2 === 1) continue;
        const n = random.int(0, 1);
        await sleep(random.int(0, 300));
        await world.kill(workers[n] as ServerProcess);
        workers[n] = await worker(clocks[n] as WrongClock);
      }
      stream.stop();
      const report = await world.settle([web, ...workers]);
      sayFault("F11 workers", { kills, report, measured: { jumps: 2 * kills } });
      expect(report.violations).toEqual([]);
      expect(world.sender.wrongAnswers).toEqual([]);
    } finally {
      await world.remove();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it.skipIf(IS_SHORT)(
    "F11 a web process ten minutes off takes nothing in, and everything once its clock is right",
    async () => {
      const random = drawsFor("F11 web");
      const folder = await mkdtemp(join(tmpdir(), "bellwether-clocks-"));
      const world = await openFaultWorld({ kind: "server" });
      try {
        const clock = await wrongClock(folder, "clock", 0);
        const server = await world.start(undefined, world.port, clock.environment);
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const stream = startStream(world.sandbox, world.sender, random, { everyMs: 60 });
        for (const offsetMs of [FAR_MS, -FAR_MS]) {
          await clock.set(offsetMs);
          await untilAnswered(world, 401);
          await sleep(500);
          const ackedBefore = world.sender.acked.length;
          await sleep(500);
          expect(world.sender.acked.length).toBe(ackedBefore);
          await clock.set(0);
          await untilAnswered(world, 202);
        }
        stream.stop();
        const report = await world.settle([server]);
        sayFault("F11 web", { kills: 0, report });
        expect(report.violations).toEqual([]);
        // nobody can tell an old signature from a clock that is wrong: both are refused
        expect(new Set(world.sender.wrongAnswers)).toEqual(new Set(["401"]));
      } finally {
        await world.remove();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

async function untilAnswered({ sender }: FaultWorld, status: number): Promise<void> {
  const from = sender.answers.length;
  await eventually(() => {
    if (!sender.answers.slice(from).some((answer) => answer.status === status))
      throw new Error(`no delivery was answered ${status}`);
  }, 30_000);
}

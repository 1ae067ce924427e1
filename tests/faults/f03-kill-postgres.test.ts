import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Random } from "../sandbox/random.ts";
import { eventually } from "../support/eventually.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { type OwnPostgres, POSTGRES_BIN, startOwnPostgres } from "./support/own-postgres.ts";
import { bar, drawsFor, inSeconds, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { startTcpProxy, type TcpProxy } from "./support/tcp-proxy.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const RECOVERED_MS = 5_000;
const FREEZE_MS = sized(30_000, 6_000);
/** How long the turn of a cut lasts, if nothing passes that it is for. */
const CUT_MS = 1_000;

/** What may be cut off: statements on their way, and answers to those that were carried out. */
const CUTS = [
  { direction: "request", pattern: "INSERT INTO inbox", after: 200 },
  { direction: "request", pattern: "COMMIT", after: 0 },
  { direction: "answer", pattern: "COMMIT", after: 0 },
  { direction: "request", pattern: "INSERT INTO health_snapshot", after: 400 },
  { direction: "request", pattern: /UPDATE outbox AS row SET\s+claimed_by = NULL/, after: 300 },
  { direction: "request", pattern: "COPY ", after: 40 },
] as const;

describe.skipIf(POSTGRES_BIN === null)("F3 PostgreSQL in trouble (needs its programs)", () => {
  it("F3 stopped at once, killed, frozen and cut off: 503 with Retry-After, soon well again, nothing lost", async () => {
    const random = drawsFor("F3");
    const postgres = await startOwnPostgres();
    const proxy = await startTcpProxy(postgres.port);
    const storage = {
      name: "own",
      environment: {
        DATABASE_URL: postgres.url(proxy.port),
        ENCRYPTION_KEY: randomBytes(32).toString("base64"),
      },
      remove: async () => undefined,
    };
    const world = await openFaultWorld({ kind: "server", storage });
    try {
      const server = await world.start();
      showOnFailure(() => [server]);
      await untilReady(world, server);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 80 });
      const trouble = troubleOf(world, postgres, proxy, random);
      const recoveries: number[] = [];
      let kills = 0;
      for (let round = 0; round < sized(5, 1); round++) {
        for (const stop of [postgres.stopImmediately, postgres.killAll]) {
          recoveries.push(await trouble.down(stop));
          kills += 1;
        }
        await trouble.cut();
      }
      recoveries.push(await trouble.frozen(FREEZE_MS));
      stream.stop();
      expect(await isServing(server)).toBe(true);
      const report = await world.settle([server]);
      const refused = world.sender.answers.filter((answer) => answer.status === 503).length;
      sayFault("F3", {
        kills,
        report,
        measured: {
          "cut connections": trouble.cuts(),
          "answers of 503": refused,
          "taken in again after at most": inSeconds(Math.max(...recoveries)),
        },
      });
      expect(report.violations).toEqual([]);
      expect(world.sender.wrongAnswers).toEqual([]);
      expect(refused).toBeGreaterThan(0);
      expect(Math.max(...recoveries)).toBeLessThan(bar(RECOVERED_MS));
    } finally {
      await world.remove();
      await proxy.close();
      await postgres.remove();
    }
  });
});

const isServing = async (server: ServerProcess): Promise<boolean> =>
  (await fetch(`${server.url}/healthz`)).ok;

function troubleOf(world: FaultWorld, postgres: OwnPostgres, proxy: TcpProxy, random: Random) {
  let cuts = 0;
  const disturbed = async (work: () => Promise<void>): Promise<number> => {
    const from = Date.now();
    await work();
    const ready = Date.now();
    await eventually(() => {
      if (!world.sender.answers.some(({ status, at }) => status === 202 && at > ready))
        throw new Error("no event was taken in after PostgreSQL was ready again");
    }, 30_000);
    // what was under way may find out later that its connection is gone
    world.disturbances.push({ from, to: Date.now() });
    return Date.now() - ready;
  };
  return {
    cuts: () => cuts,
    /** @returns milliseconds from its answering again to the next event that was taken in */
    down: (stop: () => Promise<unknown>): Promise<number> =>
      disturbed(async () => {
        await sleep(random.int(50, 800));
        await stop();
        await sleep(random.int(200, 1_500));
        await postgres.start();
      }),
    frozen: (ms: number): Promise<number> =>
      disturbed(async () => {
        await postgres.freeze();
        await sleep(ms);
        await postgres.thaw();
      }),
    /** The connection of every kind of statement in turn, and then all at once. */
    cut: async (): Promise<void> => {
      for (const cut of random.shuffle(CUTS)) {
        // some pass on new connections only, so that their turn may come later
        const done = proxy.cut({ ...cut, nth: random.int(1, 3) }).then(() => {
          cuts += 1;
          world.disturbances.push({ from: Date.now(), to: Date.now() });
        });
        await Promise.race([done, sleep(CUT_MS)]);
      }
      await disturbed(async () => {
        cuts += proxy.resetAll();
      });
    },
  };
}

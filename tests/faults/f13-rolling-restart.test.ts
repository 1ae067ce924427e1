import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { TEST_SERVER } from "../support/database.ts";
import { startLoadBalancer } from "../support/load-balancer.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { bar, drawsFor, IS_SHORT, inSeconds } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

const DRAINED_MS = 10_000;
const MIGRATION = "29991231000000_a_newer_version";

describe.skipIf(TEST_SERVER === null)("F13 a rolling restart (needs PostgreSQL)", () => {
  it("F13 of two servers under load, over a migration and back: every answer is good, nothing is lost", async () => {
    const random = drawsFor("F13");
    const ports = [await freePort(), await freePort()] as const;
    const balancer = await startLoadBalancer(ports);
    const newer = await newerVersion();
    const world = await openFaultWorld({ kind: "server", publicUrl: balancer.url });
    const start = (n: 0 | 1, main?: string): Promise<ServerProcess> =>
      startServer(world.environment, ports[n], undefined, main);
    const servers = [await start(0), await start(1)];
    try {
      showOnFailure(() => servers);
      await untilReady(world, servers[0] as ServerProcess);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 40 });
      const drains: number[] = [];
      const begun = Date.now();
      const restarts: string[] = [];
      // the newer one beside the older, then newer ones alone, and back: the older one starts on the newer tables
      const releases = [newer.main, ...(IS_SHORT ? [] : [undefined])];
      for (const main of releases)
        for (const n of [0, 1] as const) {
          const from = Date.now() - begun;
          const { code, ms } = (await servers[n]?.stop()) ?? { code: -1, ms: 0 };
          expect(code).toBe(0);
          drains.push(ms);
          servers[n] = await start(n, main);
          restarts.push(
            `${n} from ${from} ms, ended by ${Math.round(from + ms)}, ready by ${Date.now() - begun}`,
          );
          await sleep(500);
        }
      stream.stop();
      const applied = await world.look((database) =>
        database.query(
          "SELECT 1 FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NOT NULL",
          [MIGRATION],
        ),
      );
      expect(applied).toHaveLength(1);
      expect(await deadlocksIn(world)).toBe(0);
      const report = await world.settle(servers);
      const wrong = world.sender.answers.filter(({ status }) => status !== 202);
      sayFault("F13", {
        kills: 0,
        report,
        measured: { restarts: drains.length, "drained after at most": inSeconds(Math.max(...drains)) },
      });
      const shown = wrong.map(
        ({ status, at, ms }) => `${status} at ${at - begun} ms, after ${Math.round(ms)} ms`,
      );
      expect({ shown, restarts }).toEqual({ shown: [], restarts });
      expect(report.violations).toEqual([]);
      expect(report.repeats).toBe(0);
      expect(Math.max(...drains)).toBeLessThan(bar(DRAINED_MS));
    } finally {
      await Promise.all(servers.map((server) => server.kill()));
      await world.remove();
      await balancer.close();
      await newer.remove();
    }
  });
});

/** Two processes at the same rows: each of these costs a second in which everybody behind them waits. */
const deadlocksIn = async (world: FaultWorld): Promise<number | undefined> =>
  world.look(async (database) => {
    const [row] = await database.query<{ deadlocks: number }>(
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    );
    return row?.deadlocks;
  });

/** This version with one more migration, in a folder of its own. */
async function newerVersion() {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), "bellwether-newer-"));
  for (const part of ["package.json", "src", "prisma"])
    await cp(join(root, "server", part), join(folder, "server", part), { recursive: true });
  await cp(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const migration = join(folder, "server/prisma/migrations", MIGRATION);
  await mkdir(migration);
  await writeFile(
    join(migration, "migration.sql"),
    `ALTER TABLE account ADD COLUMN "of_the_newer_version" TEXT NOT NULL DEFAULT 'new';
     CREATE TABLE of_the_newer_version (tenant_id UUID NOT NULL, id UUID NOT NULL, PRIMARY KEY (tenant_id, id));`,
  );
  return {
    main: join(folder, "server/src/main.ts"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

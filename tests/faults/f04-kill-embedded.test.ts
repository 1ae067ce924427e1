import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { readMigrations } from "../../server/src/adapters/db/migrations.ts";
import { eventually } from "../support/eventually.ts";
import { newEmptyStorage, newStorage, untilScored } from "../support/one-company.ts";
import { freePort, startServer } from "../support/server-process.ts";
import { killWithin } from "./support/kill-within.ts";
import { drawsFor, IS_SHORT, inSeconds, say, sized } from "./support/plan.ts";
import { startStream } from "./support/sender.ts";
import { openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

/** Whether this machine lets us mount a file system of our own. */
const CAN_MOUNT = canMount();

describe("F4 the embedded database", () => {
  it("F4 killed again and again under load loses nothing that was acknowledged", async () => {
    const random = drawsFor("F4 kills");
    const kills = sized(40, 3);
    const world = await openFaultWorld({ kind: "embedded", sandbox: { accounts: 8 } });
    try {
      let server = await world.start();
      showOnFailure(() => [server]);
      await untilScored(server.url);
      const stream = startStream(world.sandbox, world.sender, random, { everyMs: 60 });
      let slowest = 0;
      for (let kill = 0; kill < kills; kill++) {
        await sleep(random.int(0, 500));
        await world.kill(server);
        const before = performance.now();
        server = await world.start();
        slowest = Math.max(slowest, performance.now() - before);
      }
      stream.stop();
      const report = await world.settle([server]);
      sayFault("F4 kills", { kills, report, measured: { "ready after at most": inSeconds(slowest) } });
      expect(report.violations).toEqual([]);
      expect(world.sender.wrongAnswers).toEqual([]);
    } finally {
      await world.remove();
    }
  });

  it("F4 killed inside its first start, at any moment, starts whole the next time", async () => {
    const random = drawsFor("F4 first start");
    const kills = sized(8, 1);
    const migrations = (await readMigrations()).length;
    for (let kill = 0; kill < kills; kill++) {
      const storage = await newEmptyStorage("embedded");
      const port = await freePort();
      await killWithin(storage.environment, port, random.int(200, 2_500));
      const server = await startServer(storage.environment, port);
      await server.stop();
      const database = await openDatabase({
        databaseUrl: null,
        dataDir: storage.environment["DATA_DIR"] ?? "",
      });
      const [row] = await database.query<{ done: number }>(
        "SELECT count(*)::int AS done FROM _prisma_migrations WHERE finished_at IS NOT NULL",
      );
      await database.close();
      expect(row?.done).toBe(migrations);
      await storage.remove();
    }
    say(`F4 first start: ${kills} kills, every next start was whole`);
  });

  it("F4 is refused to a second process, and taken over from one that was killed", async () => {
    drawsFor("F4 lock");
    const storage = await newStorage("embedded");
    const port = await freePort();
    try {
      const first = await startServer(storage.environment, port);
      await expect(startServer(storage.environment, await freePort())).rejects.toThrow(
        /data directory .* is in use by process \d+/,
      );
      expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
      await first.kill();
      const lock = join(storage.environment["DATA_DIR"] ?? "", "bellwether.lock");
      const { pid } = JSON.parse(await readFile(lock, "utf8")) as { pid: number };
      const second = await startServer(storage.environment, port);
      expect((JSON.parse(await readFile(lock, "utf8")) as { pid: number }).pid).not.toBe(pid);
      await second.stop();
      say("F4 lock: 1 kill, the second process was refused, the dead one's lock taken over");
    } finally {
      await storage.remove();
    }
  });

  it.skipIf(IS_SHORT || !CAN_MOUNT)(
    "F4 on a full disk answers 503, loses nothing and goes on when there is room",
    async () => {
      const random = drawsFor("F4 full disk");
      const disk = await mountTmpfs();
      const storage = {
        name: "full disk",
        environment: {
          DATA_DIR: join(disk.path, "data"),
          ENCRYPTION_KEY: Buffer.alloc(32, 5).toString("base64"),
        },
        remove: () => disk.remove(),
      };
      const world = await openFaultWorld({ kind: "embedded", storage, sandbox: { accounts: 8 } });
      try {
        let server = await world.start();
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const stream = startStream(world.sandbox, world.sender, random, { everyMs: 20 });
        await sleep(500);
        const from = Date.now();
        await disk.fill();
        const answersBefore = world.sender.answers.length;
        await eventually(() => {
          if (!world.sender.answers.slice(answersBefore).some(({ status }) => status !== 202))
            throw new Error("the disk is full and everything is still taken in");
        }, 60_000);
        await sleep(1_000);
        await disk.free();
        // a supervisor starts what ended by itself
        const hasEnded = await eventually(
          () => fetch(`${server.url}/healthz`).then((answer) => !answer.ok),
          2_000,
        ).catch(() => true);
        if (hasEnded) {
          await server.kill();
          server = await world.start();
        }
        const freeAt = Date.now();
        await eventually(() => {
          if (!world.sender.answers.some(({ status, at }) => status === 202 && at > freeAt))
            throw new Error("nothing is taken in though there is room again");
        }, 30_000);
        world.disturbances.push({ from, to: Date.now() });
        stream.stop();
        const report = await world.settle([server]);
        sayFault("F4 full disk", {
          kills: 0,
          report,
          measured: { "the process": hasEnded ? "ended and was started again" : "went on" },
        });
        expect(report.violations).toEqual([]);
        expect(world.sender.wrongAnswers).toEqual([]);
      } finally {
        await world.remove();
      }
    },
  );
});

function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  try {
    execFileSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

const DISK_MB = 220;

/** A small file system in memory that can be filled up. */
async function mountTmpfs() {
  const path = await mkdtemp(join(tmpdir(), "bellwether-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", path]);
  const ballast = join(path, "ballast");
  return {
    path,
    fill: async (): Promise<void> => {
      const { bavail, bsize } = await statfs(path);
      // the server writes meanwhile and may take the last of it first: full all the same
      await writeFile(ballast, Buffer.alloc(bavail * bsize, 1)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOSPC") throw error;
      });
    },
    free: () => rm(ballast, { force: true }),
    remove: async (): Promise<void> => {
      execFileSync("umount", [path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { lockDirectory } from "../../server/src/adapters/db/directory-lock.ts";

const DATABASE = new URL("../../server/src/adapters/db/database.ts", import.meta.url).href;
const FILE = "bellwether.lock";

/** Another process that opens the embedded database, says `open`, and then stores numbers, saying each when stored. */
const KEEPER = `
  const { openDatabase } = await import(${JSON.stringify(DATABASE)});
  console.log("starting");
  const database = await openDatabase({ databaseUrl: null, dataDir: process.argv[1] });
  await database.script("CREATE TABLE IF NOT EXISTS kept (n int)");
  console.log("open");
  for (let n = 1; ; n++) {
    await database.query("INSERT INTO kept VALUES ($1)", [n]);
    console.log(n);
  }`;

describe("data directory", () => {
  let directory: string;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "bellwether-lock-"));
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    child = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  /** Starts a keeper; resolves with what it has said so far once that has `words`. */
  const keeper = async (words: string): Promise<() => string> => {
    const started = spawn(process.execPath, ["--input-type=module", "-e", KEEPER, directory]);
    child = started;
    let said = "";
    started.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    while (!said.includes(words)) {
      if (started.exitCode !== null) throw new Error(`the keeper ended: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return () => said;
  };
  const kill = async (): Promise<number | undefined> => {
    const killed = child;
    if (!killed) return undefined;
    const gone = once(killed, "exit");
    killed.kill("SIGKILL");
    await gone;
    return killed.pid;
  };

  it("is refused to a second process, which is told the directory and the holder", async () => {
    await keeper("open");
    await expect(openDatabase({ databaseUrl: null, dataDir: directory })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`${directory} is in use by process ${child?.pid}`),
    });
  });

  it("is taken over from a killed process, with everything that it said was stored", async () => {
    const said = await keeper("\n25\n");
    await kill();
    const last = Number(said().trim().split("\n").at(-1));
    const database = await openDatabase({ databaseUrl: null, dataDir: directory });
    const [row] = await database.query<{ count: number; distinct: number }>(
      "SELECT count(*)::int AS count, count(DISTINCT n)::int AS distinct FROM kept",
    );
    await database.close();
    expect(row?.count).toBeGreaterThanOrEqual(last);
    expect(row?.distinct).toBe(row?.count);
  });

  it("starts after a kill during the first start", async () => {
    await keeper("starting");
    await new Promise((resolve) => setTimeout(resolve, 400));
    await kill();
    const database = await openDatabase({ databaseUrl: null, dataDir: directory });
    expect(await database.isReady()).toBe(true);
    await database.close();
    expect(await readdir(directory)).toEqual(["postgres"]);
  });

  it("is refused to the same process a second time, and free after a release", async () => {
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "conflict" });
    await lock.release();
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it("goes to one of many who want it at once, also when a stale lock is there", async () => {
    for (let round = 0; round < 50; round++) {
      await writeFile(
        join(directory, FILE),
        JSON.stringify({ pid: 2 ** 22 + 1, processStart: "1", host: hostname(), token: `stale ${round}` }),
      );
      const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      const held = outcomes.filter((outcome) => outcome.status === "fulfilled");
      expect(held).toHaveLength(1);
      for (const outcome of held) await outcome.value.release();
    }
  });

  it("goes on after a starter died in the middle of taking over", async () => {
    const holder = { pid: 2 ** 22 + 1, processStart: "1", host: hostname(), token: "stale" };
    await writeFile(join(directory, FILE), JSON.stringify(holder));
    const guard = join(directory, `${FILE}.takeover`);
    await mkdir(guard);
    const long = new Date(Date.now() - 11_000);
    await utimes(guard, long, long);
    await (await lockDirectory(directory)).release();
  });

  it("does not take a later process with the same pid for the holder", async () => {
    const holder = { pid: process.pid, processStart: "1", host: hostname(), token: "earlier" };
    await writeFile(join(directory, FILE), JSON.stringify(holder));
    const lock = await lockDirectory(directory);
    expect(JSON.parse(await readFile(join(directory, FILE), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
  });

  it("believes a holder on another machine while its lock is young, and an unreadable lock never", async () => {
    const path = join(directory, FILE);
    await writeFile(path, JSON.stringify({ pid: 1, processStart: "1", host: "elsewhere", token: "t" }));
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: "conflict" });
    const long = new Date(Date.now() - 11_000);
    await utimes(path, long, long);
    await (await lockDirectory(directory)).release();
    await writeFile(path, "{half");
    await (await lockDirectory(directory)).release();
  });
});

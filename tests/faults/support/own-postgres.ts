import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { eventually } from "../../support/eventually.ts";
import { freePort } from "../../support/server-process.ts";

/** Where the programs of the newest PostgreSQL are; `null` = none is installed, so that faults of it cannot be tried. */
export const POSTGRES_BIN: string | null = newestBin("/usr/lib/postgresql");

function newestBin(root: string): string | null {
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).filter((name) => existsSync(join(root, name, "bin", "initdb")));
  const [newest] = versions.toSorted((a, b) => Number(b) - Number(a));
  return newest === undefined ? null : join(root, newest, "bin");
}

/** A PostgreSQL of a test's own, which may be killed. */
export interface OwnPostgres {
  port: number;
  /** Of an empty database, over `port` or that of a proxy in front of it. */
  url(port?: number): string;
  /** `pg_ctl stop -m immediate`: no checkpoint, recovery at the next start. */
  stopImmediately(): Promise<void>;
  /** SIGKILL for the postmaster and all of its processes. @returns how many they were */
  killAll(): Promise<number>;
  /** SIGSTOP for all of them; connections stay open and say nothing. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** A cluster in a folder of its own, on a free port; run as the user `postgres` when we are root. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  if (POSTGRES_BIN === null) throw new Error("no PostgreSQL is installed here");
  const bin = POSTGRES_BIN;
  const folder = await mkdtemp(join(tmpdir(), "bellwether-postgres-"));
  const data = join(folder, "data");
  const port = await freePort();
  const owner = process.getuid?.() === 0 ? userId("postgres") : null;
  if (owner) await chown(folder, owner.uid, owner.gid);
  const run = (program: string, ...args: string[]) =>
    finished(join(bin, program), args, owner, join(folder, "log"));
  await run("initdb", "-D", data, "--auth=trust", "--username=postgres", "--no-sync");
  const start = async (): Promise<void> => {
    const options = `-p ${port} -h 127.0.0.1 -c unix_socket_directories= -c max_connections=60 -c shared_buffers=64MB`;
    await run("pg_ctl", "-D", data, "-o", options, "-l", join(folder, "log"), "-w", "-t", "60", "start");
    await eventually(() => statement(port, "postgres", "SELECT 1"), 60_000);
  };
  await start();
  await statement(port, "postgres", "CREATE DATABASE bellwether");
  const signalAll = async (signal: NodeJS.Signals): Promise<number> => {
    const pids = await processesOf(data);
    for (const pid of pids) signalIfAlive(pid, signal);
    return pids.length;
  };
  return {
    port,
    url: (through = port) => `postgres://postgres@127.0.0.1:${through}/bellwether`,
    stopImmediately: () => run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"),
    killAll: async () => {
      const killed = await signalAll("SIGKILL");
      await eventually(async () => {
        if ((await processesOf(data)).length > 0) throw new Error("PostgreSQL still runs");
      });
      // under an init that is slow to reap, a dead postmaster still answers to its number and keeps the next one out
      await rm(join(data, "postmaster.pid"), { force: true });
      return killed;
    },
    freeze: async () => void (await signalAll("SIGSTOP")),
    thaw: async () => void (await signalAll("SIGCONT")),
    start,
    remove: async () => {
      await signalAll("SIGCONT");
      if ((await processesOf(data)).length > 0)
        await run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function statement(port: number, database: string, text: string): Promise<void> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: "postgres", database });
  client.on("error", () => client.end().catch(() => undefined)); // reported by the call under way as well
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** Backends end by themselves, too. */
function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

interface Owner {
  uid: number;
  gid: number;
}

function userId(name: string): Owner {
  const id = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function finished(program: string, args: readonly string[], owner: Owner | null, log: string): Promise<void> {
  // the postmaster keeps what it is started with: with a pipe we would wait for its end
  const child = spawn(program, args, { stdio: "ignore", cwd: "/", ...owner });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", async (code) => {
      if (code === 0) return resolve();
      const said = existsSync(log) ? (await readFile(log, "utf8")).slice(-2_000) : "it left no log";
      reject(new Error(`${program} ended with ${code}: ${said}`));
    });
  });
}

/** The postmaster and its children, by its own file and the system's process table. */
async function processesOf(data: string): Promise<number[]> {
  const main = Number((await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "")).split("\n")[0]);
  const table = await Promise.all((await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(entryOf));
  const live = table.filter((entry) => entry !== null);
  if (!live.some(({ pid, command }) => pid === main && command === "postgres")) {
    return []; // the file is that of a dead one
  }
  return live.filter(({ pid, parent }) => pid === main || parent === main).map(({ pid }) => pid);
}

async function entryOf(name: string): Promise<{ pid: number; parent: number; command: string } | null> {
  const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => null); // ended meanwhile
  if (text === null) return null;
  const command = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
  const [state, parent] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return state === "Z" ? null : { pid: Number(name), parent: Number(parent), command };
}

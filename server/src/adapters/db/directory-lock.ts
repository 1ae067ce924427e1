import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { AppError } from "../../services/errors.ts";

const FILE = "bellwether.lock";
const BEAT_MS = 2_000;
/** Of a holder on another machine only the age of its last beat is known. */
const FOREIGN_HOLDER_DEAD_AFTER_MS = 10_000;
const MAX_ATTEMPTS = 5;

interface Holder {
  pid: number;
  /** Tells a process from a later one that got the same pid; `null` where the system does not say. */
  processStart: string | null;
  host: string;
  /** Tells two holds of one process apart. */
  token: string;
}

export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Holds `directory` for this process: the embedded database does not guard its files itself, and two processes
 * in one directory lose data. A lock whose process is dead is taken over.
 * @throws {AppError} `conflict`, naming the directory and the process that holds it
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, FILE);
  const me: Holder = {
    pid: process.pid,
    processStart: await processStart(process.pid),
    host: hostname(),
    token: randomUUID(),
  };
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await create(path, me)) return hold(path, me);
    const holder = await read(path);
    if (holder && (await isAlive(path, holder))) throw refusal(directory, holder);
    await removeStale(path, holder);
  }
  throw new AppError("conflict", `the data directory ${directory} cannot be locked: ${path} keeps changing`);
}

const refusal = (directory: string, holder: Holder): AppError =>
  new AppError(
    "conflict",
    `the data directory ${directory} is in use by process ${holder.pid} on ${holder.host}; ` +
      "stop it first, or set DATA_DIR to another directory, or DATABASE_URL to a PostgreSQL server",
  );

/** Creates the lock with its content in one step: nobody ever reads half of it. */
async function create(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${holder.token}`;
  await writeFile(draft, JSON.stringify(holder));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function hold(path: string, me: Holder): DirectoryLock {
  const beat = setInterval(() => {
    const now = new Date();
    // a missed beat only matters to another machine, and the next one makes up for it
    utimes(path, now, now).catch(() => undefined);
  }, BEAT_MS);
  beat.unref();
  return {
    release: async () => {
      clearInterval(beat);
      if ((await read(path))?.token === me.token) await rm(path, { force: true });
    },
  };
}

async function read(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Holder;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Moves the lock aside first: if another starter was quicker and it is no longer the stale one, it goes back. */
async function removeStale(path: string, stale: Holder | null): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = await read(aside);
  if (moved && moved.token !== stale?.token)
    await link(aside, path).catch((error: unknown) => {
      if (codeOf(error) !== "EEXIST") throw error;
    });
  await rm(aside, { force: true });
}

async function isAlive(path: string, holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return await beatsStill(path);
  try {
    process.kill(holder.pid, 0); // asks whether it is there
  } catch (error) {
    if (codeOf(error) === "ESRCH") return false;
    if (codeOf(error) !== "EPERM") throw error;
  }
  // another process may have got the pid since then, this one included
  return holder.processStart === (await processStart(holder.pid));
}

async function beatsStill(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs < FOREIGN_HOLDER_DEAD_AFTER_MS;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Field 22 of Linux' process table: clock ticks since boot. Its second field may hold blanks and brackets. */
async function processStart(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

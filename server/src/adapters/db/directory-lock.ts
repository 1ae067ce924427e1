import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../../services/errors.ts";

const FILE = "bellwether.lock";
const BEAT_MS = 2_000;
/** Of a holder on another machine only the age of its last beat is known. */
const FOREIGN_HOLDER_DEAD_AFTER_MS = 10_000;
const MAX_ATTEMPTS = 200;
/** A takeover is a read and a removal; its guard is never held for long. */
const GUARD_DEAD_AFTER_MS = 10_000;
const GUARD_WAIT_MS = 10;

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
    const found = await readText(path);
    if (found === null) continue; // let go a moment ago
    const holder = holderIn(found);
    if (holder && (await isAlive(path, holder))) throw refusal(directory, holder);
    await removeStale(path, found);
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
      if ((await readText(path)) === JSON.stringify(me)) await rm(path, { force: true });
    },
  };
}

/** `null` = there is no lock. */
async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** `null` = not a lock of ours; nobody holds by it. */
function holderIn(text: string): Holder | null {
  try {
    return JSON.parse(text) as Holder;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Only who holds the guard takes a lock away, and only after reading it once more: a lock that a quicker starter
 * has just made in place of the stale one stays where it is.
 */
async function removeStale(path: string, stale: string): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    await passGuard(guard);
    return;
  }
  try {
    if ((await readText(path)) === stale) await rm(path, { force: true });
  } finally {
    await rm(guard, { recursive: true, force: true });
  }
}

/** Somebody else is taking over: waits a little, or clears what a starter left behind that died in the middle. */
async function passGuard(guard: string): Promise<void> {
  const since = await stat(guard).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  });
  if (since !== null && Date.now() - since.mtimeMs > GUARD_DEAD_AFTER_MS)
    await rm(guard, { recursive: true, force: true });
  else await sleep(GUARD_WAIT_MS);
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

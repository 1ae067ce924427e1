import { readdir, readFile } from "node:fs/promises";

/** What Linux counts processor time in. */
const TICK_US = 10_000;

interface ProcessTime {
  parent: number;
  ownUs: number;
  /** Of children that ended. */
  endedUs: number;
}

/** The second field may hold blanks and brackets. @returns `null` = it ended meanwhile */
async function timeOf(pid: number | string): Promise<ProcessTime | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const [, parent = 0, , , , , , , , , , user = 0, system = 0, endedUser = 0, endedSystem = 0] = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  return { parent, ownUs: (user + system) * TICK_US, endedUs: (endedUser + endedSystem) * TICK_US };
}

/** Processor time of a process so far. */
export async function processUs(pid: number): Promise<number> {
  const time = await timeOf(pid);
  if (time === null) throw new Error(`there is no process ${pid}`);
  return time.ownUs;
}

/**
 * Processor time of a whole PostgreSQL so far: its connections, those that ended too, and its helpers.
 * @param backend process of any of its connections
 * @throws where it runs on another machine
 */
export async function postgresUs(backend: number): Promise<number> {
  const main = (await timeOf(backend))?.parent;
  const whole = main === undefined ? null : await timeOf(main);
  if (main === undefined || whole === null) throw new Error("PostgreSQL has to run on this machine");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const living = (await Promise.all(pids.map(timeOf))).filter((time) => time?.parent === main);
  return whole.ownUs + whole.endedUs + living.reduce((sum, time) => sum + (time?.ownUs ?? 0), 0);
}

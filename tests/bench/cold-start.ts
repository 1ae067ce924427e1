import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PORTAL_ID, portalSettings, SECRET, SERVER_FILE } from "./intake-servers.ts";
import { makeDeliveries, tryDelivery } from "./load.ts";
import { type BenchContext, type BenchResult, median, result } from "./result.ts";

const PORT = 34_103;
const TRIES = 3;
const GIVE_UP_MS = 60_000;

/**
 * From the start of the process to the first acknowledged signed webhook, with the embedded database: into an empty
 * folder (migrations included), and into one with a hundred thousand events. A cache of the program's own that a
 * first start leaves behind is warm, as at any restart; the database folder is not.
 */
export async function measureColdStart(_context: BenchContext): Promise<BenchResult[]> {
  const empty: number[] = [];
  const filled: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const folder = await mkdtemp(join(tmpdir(), "bellwether-bench-"));
    try {
      empty.push(await startAndStop(folder, 1, FILL));
      filled.push(await startAndStop(folder, 1_000_000, 1));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return [
    result("cold-start/empty", "ms", { ours: median(empty), floor: null, n: TRIES }),
    result("cold-start/filled", "ms", { ours: median(filled), floor: null, n: TRIES }),
  ];
}

/** Deliveries of 100 that fill the folder before it is measured as a filled one. */
const FILL = 1_000;

/** @returns ms until the first of `deliveries` was acknowledged; the others follow before the server is stopped */
async function startAndStop(dataDir: string, firstEventId: number, deliveries: number): Promise<number> {
  const load = makeDeliveries(deliveries, { firstEventId, portalId: PORTAL_ID, eventsPerDelivery: 100 });
  const url = `http://127.0.0.1:${PORT}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [SERVER_FILE], {
    env: { PATH: process.env["PATH"] ?? "", DATA_DIR: dataDir, PORT: String(PORT), ...portalSettings(PORT) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    let acknowledgedMs: number | null = null;
    for (const { body } of load) {
      while (!(await tryDelivery(url, SECRET, body)))
        if (performance.now() - startedAt > GIVE_UP_MS || child.exitCode !== null)
          throw new Error("the server took no webhook");
      acknowledgedMs ??= performance.now() - startedAt;
    }
    return acknowledgedMs ?? Number.NaN;
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

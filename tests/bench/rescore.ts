import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DAY_MS } from "@bellwether/shared";
import { z } from "zod";
import { migrate, readMigrations } from "../../server/src/adapters/db/migrations.ts";
import { openServer } from "../../server/src/adapters/db/server-database.ts";
import { withClient } from "../support/with-client.ts";
import { type Book, makeBook, multiplyCalm, readSources } from "./rescore-book.ts";
import { floorMs, makeFloor } from "./rescore-floor.ts";
import { type BenchContext, type BenchResult, result } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

const SIZES = [10_000, 100_000, 1_000_000] as const;
const LARGEST = 1_000_000;
const dayFile = fileURLToPath(new URL("./rescore-day.ts", import.meta.url));
const run = promisify(execFile);

const dayReport = z.object({
  ms: z.number(),
  calculated: z.number(),
  peakMiB: z.number(),
});
type DayReport = z.infer<typeof dayReport>;

interface Measured {
  book: Book;
  /** The next day's rescoring, and the first calculation of all accounts with a ledger. */
  day: DayReport;
  explained: DayReport;
  floorMs: number;
}

/**
 * The day after: every account is read and its score looked at; one in a hundred says something else, and is
 * calculated, explained and written. `rescore/1000000-explained` is the speed at which accounts of which every one has
 * changed are calculated and explained (n of them). The floor scores and writes them all, without explanations.
 */
export const measureRescore = (context: BenchContext): Promise<BenchResult[]> =>
  withScratchDatabase(context.postgresUrl, async (url) => {
    await prepare(url);
    const measured = new Map<number, Measured>();
    for (const size of SIZES) measured.set(size, await measureSize(url, size));
    return [...measured.values()].flatMap(resultsOf);
  });

function resultsOf({ book: { accounts: n }, day, explained, floorMs: floor }: Measured): BenchResult[] {
  const found: BenchResult[] = [];
  if (n === LARGEST) {
    const perSecond = (accounts: number, ms: number): number => (accounts / ms) * 1000;
    const name = `rescore/${n}`;
    const against = perSecond(n, floor);
    found.push(result(name, "accounts/s", { ours: perSecond(n, day.ms), floor: against, n }));
    const ours = perSecond(explained.calculated, explained.ms);
    found.push(result(`${name}-explained`, "accounts/s", { ours, floor: against, n: explained.calculated }));
  }
  if (n !== 100_000) found.push(result(`rescore/memory/${n}`, "MiB", { ours: day.peakMiB, floor: null, n }));
  if (n !== 10_000)
    found.push(
      result(`rescore/per-account/${n}`, "µs", {
        ours: (day.ms * 1000) / n,
        floor: (floor * 1000) / n,
        n,
      }),
    );
  return found;
}

async function prepare(url: string): Promise<void> {
  const database = openServer({
    connectionString: url,
    applicationName: "bench",
    onIdleError: () => undefined,
  });
  await migrate(database, await readMigrations());
  await database.close();
}

async function measureSize(url: string, accounts: number): Promise<Measured> {
  return await withClient(url, async (client) => {
    const today = new Date();
    const yesterday = new Date(today.getTime() - DAY_MS);
    const book = await makeBook(client, accounts, yesterday);
    await readSources(client, book, yesterday);
    const explained = await rescoreDay(url, book, yesterday, ["marked"]);
    const changed = await multiplyCalm(client, book, today);
    await makeFloor(url, accounts);
    await readSources(client, book, today);
    await client.query("CHECKPOINT");
    const floor = await floorMs(url, accounts);
    await client.query("CHECKPOINT");
    const day = await rescoreDay(url, book, today);
    if (day.calculated !== changed)
      throw new Error(`${day.calculated} accounts were calculated, and ${changed} have changed`);
    return { book, day, explained, floorMs: floor };
  });
}

async function rescoreDay(
  url: string,
  { tenantId }: Book,
  now: Date,
  more: readonly string[] = [],
): Promise<DayReport> {
  const { stdout } = await run(process.execPath, [dayFile, tenantId, now.toISOString(), ...more], {
    env: {
      PATH: process.env["PATH"] ?? "",
      DATABASE_URL: url,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
    },
  });
  return dayReport.parse(JSON.parse(stdout));
}

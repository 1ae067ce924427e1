import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { accountHealthView, type TenantId } from "@bellwether/shared";
import { migrate, readMigrations } from "../../server/src/adapters/db/migrations.ts";
import { openServer } from "../../server/src/adapters/db/server-database.ts";
import { withClient } from "../support/with-client.ts";
import { ACCOUNTS, APP_SECRET, type CardBook, ENCRYPTION_KEY, makeCardBook } from "./card-book.ts";
import { type CardRequest, openLoop, requestsPerSecond, signedRequests } from "./card-load.ts";
import { type ChildServer, startChild } from "./child-server.ts";
import { SECRET, SERVER_FILE, withChild } from "./intake-servers.ts";
import { type BenchContext, type BenchResult, median, quantile, result } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

const [OURS_PORT, FLOOR_PORT] = [34_111, 34_112];
const fileOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** A round of the closed loop keeps both sides busy for about `secondsPerRound`; the load is the same for both. */
const READS_PER_SECOND = 2_500;
/** By the clock; both sides can do several times as many. */
const OPENED_PER_SECOND = 400;

/**
 * Cards beside records of a book of a million accounts, half of them in HubSpot (signed address), half in Zendesk
 * (signed token). What is read are cards of accounts that the product has calculated, all of which somebody has opened
 * once before; every answer is the whole card with its explanation. The floor verifies the same signatures, reads one
 * of a million rows by its key, and answers the very same text, stored beside that key: so both sides pack, unpack and
 * send the same bytes. While rescoring, a worker calculates all accounts with a ledger again, so that most of the cards
 * that are read by then are out of date and are built anew.
 */
export const measureCards = (context: BenchContext): Promise<BenchResult[]> =>
  withScratchDatabase(context.postgresUrl, async (url) => {
    await prepare(url);
    const book = await makeCardBook(url);
    await ended(startScoring(url, book.tenantId));
    return withChild(startOurs(url), async (ours) => {
      await openAll(url, ours, book);
      return withChild(startFloor(url), (floor) => measure(context, { url, ours, floor, book }));
    });
  });

interface Sides {
  url: string;
  ours: ChildServer;
  floor: ChildServer;
  book: CardBook;
}

async function measure(context: BenchContext, sides: Sides): Promise<BenchResult[]> {
  const { ours, floor, book } = sides;
  const load = (server: ChildServer, count: number): CardRequest[] =>
    signedRequests(
      server.url,
      Array.from({ length: count }, (_, i) => at(book, i * 7_919)),
    );
  const perRound = Math.ceil(context.secondsPerRound * READS_PER_SECOND);
  const openPerRound = Math.ceil(context.secondsPerRound * OPENED_PER_SECOND);
  const reads = { ours: [] as number[], floor: [] as number[] };
  const p99 = { ours: [] as number[], floor: [] as number[] };
  for (const server of [ours, floor]) await requestsPerSecond(load(server, 2_000)); // warm-up
  for (let i = 0; i < context.rounds; i++)
    for (const side of ["floor", "ours"] as const)
      reads[side].push(await requestsPerSecond(load(sides[side], perRound)));
  for (let i = 0; i < context.rounds; i++)
    for (const side of ["floor", "ours"] as const)
      p99[side].push(quantile(await openLoop(load(sides[side], openPerRound), OPENED_PER_SECOND), 0.99));
  const rescoring = await whileRescoring(sides, load(ours, openPerRound * context.rounds));
  const figures = { ours: median(p99.ours), floor: median(p99.floor), n: openPerRound * context.rounds };
  return [
    result("card/reads", "requests/s", {
      ours: median(reads.ours),
      floor: median(reads.floor),
      n: perRound * context.rounds,
    }),
    result("card/p99", "ms", figures),
    result("card/p99-while-rescoring", "ms", {
      ours: quantile(rescoring, 0.99),
      floor: figures.floor,
      n: rescoring.length,
    }),
  ];
}

const at = ({ opened }: CardBook, i: number) => {
  const record = opened[i % opened.length];
  if (!record) throw new Error("there is no record to open");
  return record;
};

/** From the moment that the first accounts are written until the last one is, or all requests are sent. */
async function whileRescoring({ url, book }: Sides, requests: readonly CardRequest[]): Promise<number[]> {
  return await withClient(url, async (client) => {
    const { rowCount } = await client.query(
      "INSERT INTO account_mark (tenant_id, account_id) SELECT tenant_id, account_id FROM health_current WHERE tenant_id = $1",
      [book.tenantId],
    );
    const worker = startScoring(url, book.tenantId);
    // as a worker process of the product does for itself (serve.ts)
    if (worker.pid !== undefined) setPriority(worker.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    const failure = ended(worker).then(
      () => null,
      (error: unknown) => error,
    );
    const left = async (): Promise<number> =>
      (await client.query<{ n: number }>("SELECT count(*)::int AS n FROM account_mark")).rows[0]?.n ?? 0;
    while (worker.exitCode === null && (await left()) === rowCount) await sleep(20);
    const latencies = await openLoop(requests, OPENED_PER_SECOND, () => worker.exitCode === null);
    if (worker.exitCode === null) worker.kill("SIGKILL");
    const error = await failure;
    if (error !== null) throw error;
    if (latencies.length === 0) throw new Error("the rescoring was over before a card was read");
    return latencies;
  });
}

/** A worker that scores what is marked, and ends. */
const startScoring = (url: string, tenantId: TenantId): ChildProcess =>
  spawn(process.execPath, [fileOf("./rescore-day.ts"), tenantId, new Date().toISOString(), "marked"], {
    env: { PATH: process.env["PATH"] ?? "", DATABASE_URL: url, ENCRYPTION_KEY },
    stdio: ["ignore", "ignore", "inherit"],
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.once("exit", (code) => {
      if (code === 0 || child.signalCode === "SIGKILL") resolve();
      else reject(new Error(`the worker ended with ${code}`));
    });
  });

/** Somebody opens each record once; what they were shown is what the floor answers. */
async function openAll(url: string, ours: ChildServer, { opened }: CardBook): Promise<void> {
  const texts = new Map<string, string>();
  await requestsPerSecond(signedRequests(ours.url, opened), ({ record }, body) => texts.set(record.id, body));
  for (const text of [...texts.values()].slice(0, 10)) {
    const { status } = accountHealthView.parse(JSON.parse(text));
    if (status !== "scored") throw new Error(`a card that is to be read is ${status}`);
  }
  await withClient(url, async (client) => {
    await client.query("CREATE TABLE floor_card (id bigint PRIMARY KEY, body text COMPRESSION lz4 NOT NULL)");
    await client.query(
      `INSERT INTO floor_card SELECT i, coalesce(card.body, '') FROM generate_series(1, $3::int) AS i
       LEFT JOIN unnest($1::bigint[], $2::text[]) AS card (id, body) ON card.id = i ORDER BY i`,
      [[...texts.keys()], [...texts.values()], ACCOUNTS],
    );
    await client.query("VACUUM ANALYZE floor_card, health_current, ready_card");
    await client.query("CHECKPOINT");
  });
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

const startOurs = (databaseUrl: string): Promise<ChildServer> =>
  startChild(
    SERVER_FILE,
    ["web"],
    {
      DATABASE_URL: databaseUrl,
      ENCRYPTION_KEY,
      PUBLIC_URL: `http://127.0.0.1:${OURS_PORT}`,
      HUBSPOT_CLIENT_SECRET: SECRET,
      LOG_LEVEL: "error",
    },
    OURS_PORT,
    "/readyz",
  );

const startFloor = (databaseUrl: string): Promise<ChildServer> =>
  startChild(
    fileOf("./card-floor-server.ts"),
    [],
    {
      DATABASE_URL: databaseUrl,
      SECRET,
      APP_SECRET,
      PUBLIC_URL: `http://127.0.0.1:${FLOOR_PORT}`,
    },
    FLOOR_PORT,
    "/ready",
  );

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DAY_MS } from "@bellwether/shared";
import type pg from "pg";
import { withClient } from "../support/with-client.ts";
import { PORTAL_ID, SECRET, startOurs, withChild } from "./intake-servers.ts";
import { makeDeliveries, openLoop } from "./load.ts";
import { type Book, makeBook, multiplyCalm, readSources } from "./rescore-book.ts";
import { type BenchContext, type BenchResult, quantile, result } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";

const ACCOUNTS = 200_000;
/** 5,000 events a second, in deliveries of 100, sent by the clock and not by the answers. */
const DELIVERIES_PER_SECOND = 50;
const EVENTS_PER_DELIVERY = 100;
const WARM_UP_DELIVERIES = 50;
const dayFile = fileURLToPath(new URL("./rescore-day.ts", import.meta.url));
const run = promisify(execFile);

/**
 * The slowest answer to a delivery while a worker rescores a whole book of another tenant on the same database, one day
 * after the other for as long as deliveries are sent. Any answer but 2xx, and a worker that fails, ends it.
 */
export const measureAckWhileRescoring = (context: BenchContext): Promise<BenchResult[]> =>
  withScratchDatabase(context.postgresUrl, (url) =>
    withChild(startOurs(url), (ours) =>
      withClient(url, async (client) => {
        const { book, today } = await bookOfYesterday(client, url);
        const send = (firstEventId: number, count: number): Promise<number[]> => {
          const load = { firstEventId, portalId: PORTAL_ID, eventsPerDelivery: EVENTS_PER_DELIVERY };
          return openLoop(ours.url, SECRET, makeDeliveries(count, load), DELIVERIES_PER_SECOND);
        };
        await send(1, WARM_UP_DELIVERIES);
        const ending = new AbortController();
        const rescoring = rescoreDays(client, url, book, today, ending.signal);
        const measured = untilUnderWay(url, book, ending.signal).then(() =>
          send(1_000_000, Math.ceil(context.secondsPerRound * context.rounds * DELIVERIES_PER_SECOND)),
        );
        try {
          // the rescoring ends by itself only where it fails
          const latencies = await Promise.race([measured, rescoring]);
          const figures = { ours: quantile(latencies, 1), floor: null, n: latencies.length };
          return [result("ack/worst-while-rescoring", "ms", figures)];
        } finally {
          ending.abort();
          await Promise.allSettled([rescoring, measured]);
        }
      }),
    ),
  );

/** A book as the day before left it: everybody calculated, and nobody looked at since. */
async function bookOfYesterday(client: pg.Client, url: string): Promise<{ book: Book; today: Date }> {
  const today = new Date();
  const yesterday = new Date(today.getTime() - DAY_MS);
  const book = await makeBook(client, ACCOUNTS, yesterday);
  await readSources(client, book, yesterday);
  await rescoreDay(url, book, yesterday, { more: ["marked"] });
  await multiplyCalm(client, book, today);
  return { book, today };
}

/** @throws when a day's rescoring fails, or when `signal` ends it: it never comes to an end by itself */
async function rescoreDays(
  client: pg.Client,
  url: string,
  book: Book,
  today: Date,
  signal: AbortSignal,
): Promise<never> {
  for (let now = today; ; now = new Date(now.getTime() + DAY_MS)) {
    await readSources(client, book, now);
    await rescoreDay(url, book, now, { signal });
  }
}

const POLL_MS = 20;

const untilUnderWay = (url: string, { tenantId }: Book, signal: AbortSignal): Promise<void> =>
  withClient(url, async (client) => {
    const begun = () => client.query("SELECT 1 FROM rescore_range WHERE tenant_id = $1 LIMIT 1", [tenantId]);
    while (!signal.aborted && (await begun()).rowCount === 0) await sleep(POLL_MS);
  });

async function rescoreDay(
  url: string,
  { tenantId }: Book,
  now: Date,
  { more = [], signal }: { more?: readonly string[]; signal?: AbortSignal },
): Promise<void> {
  await run(process.execPath, [dayFile, tenantId, now.toISOString(), ...more], {
    ...(signal && { signal }),
    env: {
      PATH: process.env["PATH"] ?? "",
      DATABASE_URL: url,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
    },
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { readConfig } from "../../server/src/config.ts";
import { withClient } from "../support/with-client.ts";
import { CHANGED_PROPERTY, FEW_USERS } from "./bench-company.ts";
import { BenchHubspot } from "./bench-hubspot.ts";
import { startChild } from "./child-server.ts";
import { PORTAL_ID, SECRET, SERVER_FILE, withChild } from "./intake-servers.ts";
import { type Delivery, openLoop } from "./load.ts";
import { type BenchContext, type BenchResult, quantile, result } from "./result.ts";
import { withScratchDatabase } from "./scratch-database.ts";
import { companyId, multiplyTemplates, TEMPLATES, templateOf } from "./write-back-book.ts";
import { floorLatencies } from "./write-back-floor.ts";

const PORT = 34_105;
const ACCOUNTS = 100_000;
const EVENTS_PER_SECOND = 1_000;
const EVENTS_PER_DELIVERY = 10;
/** Ten seconds more than HubSpot's limits last. */
const EVENTS = 15_000;
/** More than any portal has, so that the platform's limit is not what is measured: 1,000 events a second of companies
 * all different are 20 readings and 10 writes a second, and a portal has 25 calls. */
const CALLS_PER_10_S = 1_000;
const PATIENCE_MS = 60_000;

/**
 * From the moment an event is due to be sent to the moment HubSpot accepted the write of the score that it led to:
 * 1,000 signed events a second by the clock, each about another one of 100,000 companies, whose score it changes. One
 * process serves and works, as `npm start` does. The floor is the same without reading, rules or history: events
 * inserted and accounts marked, claimed once a window, twelve numbers each read, scored and stored, a call per 100.
 */
export const measureWriteBack = (context: BenchContext): Promise<BenchResult[]> =>
  withScratchDatabase(context.postgresUrl, async (url) => {
    const listed = Array.from({ length: TEMPLATES }, (_, n) => companyId(n));
    const hubspot = new BenchHubspot({ listed, callsPer10s: CALLS_PER_10_S, templateOf });
    const hubspotUrl = await hubspot.start();
    const environment = settings(url, hubspotUrl);
    const windowMs = readConfig(environment).COALESCING_WINDOW_MS;
    const start = () => startChild(SERVER_FILE, [], environment, PORT, "/readyz");
    try {
      await withChild(start(), () => untilScored(url));
      await multiplyTemplates(url, ACCOUNTS);
      const floor = await floorLatencies(url, hubspotUrl, hubspot, { accounts: ACCOUNTS, windowMs, ...RATE });
      const ours = await withChild(start(), () => latencies(hubspot));
      const of = (share: number) => ({
        ours: quantile(ours, share),
        floor: quantile(floor, share),
        n: EVENTS,
      });
      return [
        result("write-back/window", "ms", { ours: windowMs, floor: null, n: 1 }),
        result("write-back/p50", "ms", of(0.5)),
        result("write-back/p99", "ms", of(0.99)),
      ];
    } finally {
      await hubspot.stop();
    }
  });

const RATE = { events: EVENTS, eventsPerSecond: EVENTS_PER_SECOND, eventsPerDelivery: EVENTS_PER_DELIVERY };

/** Nothing that the product decides by itself is set. */
export const settings = (databaseUrl: string, hubspotUrl: string): Record<string, string> => ({
  DATABASE_URL: databaseUrl,
  ENCRYPTION_KEY: Buffer.alloc(32, 1).toString("base64"),
  PUBLIC_URL: `http://127.0.0.1:${PORT}`,
  HUBSPOT_API_URL: hubspotUrl,
  HUBSPOT_CLIENT_SECRET: SECRET,
  HUBSPOT_ACCESS_TOKEN: "bench",
  HUBSPOT_PORTAL_ID: String(PORTAL_ID),
  LOG_LEVEL: "error",
});

/** Until the product has read, scored and written back the templates, and has nothing left to do about them. */
export async function untilScored(url: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  await withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ written: number; open: number }>(
        `SELECT (SELECT count(*)::int FROM outbox WHERE NOT is_pending) AS written,
           (SELECT count(*)::int FROM account_mark) + (SELECT count(*)::int FROM pgboss.job
             WHERE name = 'reconstruct-history' AND state <> 'completed') AS open`,
      );
      if (rows[0]?.written === TEMPLATES && rows[0].open === 0) return;
      if (Date.now() > deadline) throw new Error(`${rows[0]?.written} of ${TEMPLATES} templates are written`);
      await sleep(100);
    }
  });
}

/** @returns ms per event @throws when one leads to no write */
async function latencies(hubspot: BenchHubspot): Promise<number[]> {
  const changed = Array.from({ length: EVENTS }, (_, n) => companyId(companyOf(n)));
  const deliveries = Array.from({ length: EVENTS / EVENTS_PER_DELIVERY }, (_, d) =>
    deliveryOf(changed.slice(d * EVENTS_PER_DELIVERY, (d + 1) * EVENTS_PER_DELIVERY), d),
  );
  const acceptedAt = new Map<string, number>();
  hubspot.onWrite = (id, isAfterChange, at) => {
    if (isAfterChange && !acceptedAt.has(id)) acceptedAt.set(id, at);
  };
  for (const id of changed) hubspot.change(id, FEW_USERS);
  const perSecond = EVENTS_PER_SECOND / EVENTS_PER_DELIVERY;
  const startedAt = performance.now();
  await openLoop(`http://127.0.0.1:${PORT}`, SECRET, deliveries, perSecond);
  for (const deadline = performance.now() + PATIENCE_MS; acceptedAt.size < EVENTS; await sleep(50))
    if (performance.now() > deadline)
      throw new Error(`${EVENTS - acceptedAt.size} of ${EVENTS} events led to no write`);
  return changed.map((id, n) => {
    const dueAt = startedAt + (Math.floor(n / EVENTS_PER_DELIVERY) * 1_000) / perSecond;
    return (acceptedAt.get(id) ?? Number.NaN) - dueAt;
  });
}

/** The copies in an order that jumps about; 7,919 shares no factor with their number. */
const companyOf = (n: number): number => TEMPLATES + ((n * 7_919) % (ACCOUNTS - TEMPLATES));

export function deliveryOf(ids: readonly string[], number: number): Delivery {
  const events = ids.map((id, n) => ({
    eventId: number * EVENTS_PER_DELIVERY + n + 1,
    subscriptionId: 25,
    portalId: PORTAL_ID,
    appId: 1_160_452,
    occurredAt: Date.now(),
    subscriptionType: "company.propertyChange",
    attemptNumber: 0,
    objectId: Number(id),
    propertyName: CHANGED_PROPERTY,
    propertyValue: String(FEW_USERS),
    changeSource: "CRM_UI",
    sourceId: "userId:71",
    isSensitive: false,
  }));
  return { body: Buffer.from(JSON.stringify(events)), events: events.length };
}

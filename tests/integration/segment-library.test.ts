import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { TenantId } from "@bellwether/shared";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenDatabase, openDatabase } from "../../server/src/adapters/db/database.ts";
import { createWriteKeyStore } from "../../server/src/adapters/db/write-key-store.ts";
import { createMeter } from "../../server/src/adapters/observability/meter.ts";
import { segmentInbound } from "../../server/src/adapters/segment/inbound.ts";
import { problemHandler } from "../../server/src/http/middleware/problem-handler.ts";
import { mountSegmentRoutes } from "../../server/src/http/routes/segment-routes.ts";
import { AppError } from "../../server/src/services/errors.ts";
import type { EventStore } from "../../server/src/services/ports.ts";
import { WriteKeyDirectory } from "../../server/src/services/write-key-directory.ts";
import { listen } from "../demo/listen.ts";
import { Random } from "../sandbox/random.ts";
import { type Company, intakeCounts, startCompany } from "../support/company-under-test.ts";
import { newTenant } from "../support/database.ts";
import { type CountedDay, countedDays, productOf, usageStores } from "../support/product.ts";
import { segmentLibrary } from "../support/segment-library.ts";
import { createWriteKey } from "../support/write-key.ts";

const KILLS = 2;
const TIMEOUT_MS = 150_000;

describe("a server that is killed while the library sends", () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({ sandbox: { accounts: 1 } });
  });
  afterAll(() => company.stop());

  it(
    "takes in every event once, and counts it once",
    async () => {
      const random = new Random(7, "kills of the intake");
      let restarted = Promise.resolve();
      const writeKey = await createWriteKey(company.server.url, "server");
      // as behind a proxy that holds requests back while nobody listens; those under way break off
      const { library, failures, settled } = segmentLibrary(
        company.server.url,
        writeKey,
        async (url, init) => {
          await restarted;
          return await fetch(url, init);
        },
      );
      let sent = 0;
      const sendTen = (): void => {
        for (let i = 0; i < 10; i++) {
          sent++;
          library.track({
            userId: `u${sent % 40}`,
            event: `Feature ${sent % 9}`,
            context: { groupId: "acme" },
          });
        }
      };
      for (let kill = 0; kill < KILLS; kill++) {
        const sending = setInterval(sendTen, 20);
        await sleep(random.int(300, 900));
        restarted = company.killAndRestart(); // with requests under way
        await sleep(100);
        clearInterval(sending);
        await restarted;
      }
      await settled();

      expect(failures).toEqual([]);
      expect(sent).toBeGreaterThan(100);
      const { segment } = await intakeCounts(company.server.url);
      expect(segment.accepted).toBe(sent);
      expect(segment.rejected).toBe(0);
      await company.server.stop();
      const counted = await countsAfterStop(company.storage.environment["DATA_DIR"] ?? "");
      expect(counted.reduce((all, day) => all + day.events, 0)).toBe(sent);
      expect(counted[0]?.users).toBe(40);
    },
    TIMEOUT_MS,
  );
});

/** What the stopped server had counted, and what it had not come to. */
async function countsAfterStop(dataDir: string): Promise<CountedDay[]> {
  const database = await openDatabase({ databaseUrl: null, dataDir });
  try {
    const [feed] = await database.query<{ tenant: TenantId }>(
      "SELECT tenant_id::text AS tenant FROM usage_feed",
    );
    if (feed === undefined) return [];
    await productOf(usageStores(database), feed.tenant).count();
    return await countedDays(database, feed.tenant);
  } finally {
    await database.close();
  }
}

describe("a server with more than it can take in", () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openDatabase({ databaseUrl: null, dataDir: null });
  });
  afterAll(() => database.close());

  it("says so to the library, and takes in every event once in the end", async () => {
    const stores = usageStores(database);
    const tenant = newTenant();
    const clock = { now: () => new Date() };
    const sha256 = (text: string): string => `hash of ${text}`;
    const writeKeys = createWriteKeyStore(database);
    const writeKey = `bwk_${randomBytes(32).toString("base64url")}`;
    await writeKeys.insert(
      {
        id: randomUUID(),
        tenantId: tenant,
        name: "test",
        kind: "server",
        createdBy: "test",
        createdAt: clock.now(),
        revokedAt: null,
      },
      sha256(writeKey),
    );
    const app = express();
    mountSegmentRoutes(app, {
      segment: segmentInbound,
      events: inTrouble(stores.events),
      usage: stores.usage,
      meter: createMeter(),
      clock,
      writeKeyDirectory: new WriteKeyDirectory({ writeKeys, clock, sha256 }),
      senderLimits: { requestsPerSecond: 1_000, eventsWaiting: 20 },
    });
    const silent = (): void => undefined;
    app.use(problemHandler({ log: { error: silent, warn: silent, info: silent, debug: silent } }));
    const server = await listen(0, app);
    const { library, failures, statuses, settled } = segmentLibrary(server.url, writeKey);
    for (let i = 0; i < 60; i++)
      library.track({ userId: `u${i}`, event: "Opened", context: { groupId: "acme" } });
    await settled();
    await server.close();

    expect(failures).toEqual([]);
    expect([...statuses.keys()].toSorted()).toEqual([200, 429, 503]);
    const { segment } = await stores.events.counts(tenant);
    expect(segment).toMatchObject({ accepted: 60, rejected: 0 });
    expect(segment.duplicates).toBeGreaterThan(0); // answers that were lost
    await productOf(stores, tenant).count();
    const days = await countedDays(database, tenant);
    expect(days.reduce((all, day) => all + day.events, 0)).toBe(60);
  });
});

/** Every third call fails: now before the events are stored, now after it. */
function inTrouble(events: EventStore): EventStore {
  let calls = 0;
  const trouble = () => new AppError("unavailable", "the database does not answer at the moment");
  return {
    ...events,
    append: async (delivery) => {
      calls++;
      if (calls % 6 === 2) throw trouble();
      await sleep(200); // meanwhile the other requests of the library come
      const isNew = await events.append(delivery);
      if (calls % 6 === 5) throw trouble();
      return isNew;
    },
  };
}

import { randomUUID } from "node:crypto";
import { type AccountId, MINUTE_MS, type RecordRef, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JobQueue, PlatformGateway } from "../../server/src/services/ports.ts";
import { runBackfill } from "../../server/src/services/run-backfill.ts";
import { type NewDatabase, newTenant, openNewDatabase } from "../support/database.ts";
import { type Stores, storesOfProcess } from "../support/stores.ts";

const ref = (id: string): RecordRef => ({ platform: "hubspot", objectType: "contact", id });
const START = new Date("2026-11-20T09:00:00Z");

describe("a history that took long to read", () => {
  let under: NewDatabase;
  let stores: Stores;
  let now = START;
  beforeAll(async () => {
    under = await openNewDatabase("embedded");
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => under?.remove());

  const connectOne = async () => {
    const tenantId = newTenant();
    await stores.tenants.ensure(tenantId, "a company", START);
    return stores.connections.connect(
      {
        tenantId,
        platform: "hubspot",
        externalId: String(Math.floor(Math.random() * 1e9)),
        mode: "token",
        scopes: [],
      },
      { accessToken: "t", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
      START,
    );
  };

  /** Two empty pages; something happens before the second is answered. */
  const deps = (between: () => Promise<void>, asked: { since?: Date; pages: number }) => {
    const gateway: PlatformGateway = {
      backfillOrder: ["contact"],
      page: async (_type, cursor) => {
        asked.pages += 1;
        if (cursor !== null) await between();
        return { records: [], next: cursor === null ? "second" : null, total: null };
      },
      read: async () => ({ records: [], missing: [] }),
      changedSince: async (since) => {
        asked.since = since;
        return [ref("7")];
      },
      provision: async () => ({ config: {}, webhookSecret: null }),
      writeAccounts: async () => [],
      writeTickets: async () => [],
    };
    const queue: JobQueue = {
      enqueue: async () => undefined,
      work: async () => undefined,
      schedule: async () => undefined,
      stop: async () => undefined,
    };
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
    };
    return {
      ...stores,
      queue,
      log,
      clock: { now: () => now },
      gatewayFor: () => gateway,
      accountIdOf: (_tenant: TenantId, _ref: RecordRef) => randomUUID() as AccountId,
    };
  };

  it("is compared from its beginning, so that what changed behind the reading is read again", async () => {
    const connection = await connectOne();
    const asked: { since?: Date; pages: number } = { pages: 0 };
    now = START;
    const slow = deps(async () => {
      now = new Date(START.getTime() + 50_000); // within one slice
    }, asked);
    await slow.ledger.commit({
      tenantId: connection.tenantId,
      connectionId: connection.id,
      records: [],
      removed: [],
      observations: [],
      claims: [],
      // begun, and then the server was down for two hours
      progress: {
        connectionId: connection.id,
        objectType: "contact",
        cursor: "second",
        recordsRead: 0,
        recordsTotal: null,
        isDone: false,
        startedAt: new Date(START.getTime() - 120 * MINUTE_MS),
        updatedAt: START,
      },
    });
    await runBackfill(slow, connection.id);
    expect(asked.since?.getTime()).toBeLessThanOrEqual(START.getTime() - 120 * MINUTE_MS);
    const claims = await stores.ledger.claimRecords(connection.id, 10);
    expect(claims.map((claim) => claim.ref)).toEqual([ref("7")]);
    expect((await stores.connections.find(connection.id))?.syncedAt).toEqual(now);
  });

  it("is left to whoever stored the page first, when two processes read it", async () => {
    const connection = await connectOne();
    const asked: { since?: Date; pages: number } = { pages: 0 };
    now = START;
    let other = Promise.resolve();
    const second = deps(async () => undefined, { pages: 0 });
    const first = deps(async () => {
      other = runBackfill(second, connection.id);
      await other; // overtakes us while our page is on its way
    }, asked);
    await runBackfill(first, connection.id);
    expect(asked.pages).toBe(2);
    const [progress] = await stores.ledger.progress(connection.id);
    expect(progress).toMatchObject({ isDone: true, cursor: null });
    expect((await stores.connections.find(connection.id))?.syncedAt).toEqual(START);
  });
});

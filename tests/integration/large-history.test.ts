import { createHash } from "node:crypto";
import express from "express";
import request from "supertest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountRoutes } from "../../server/src/http/api-route.ts";
import type { HttpDeps } from "../../server/src/http/deps.ts";
import { problemHandler } from "../../server/src/http/middleware/problem-handler.ts";
import { requestContext } from "../../server/src/http/middleware/request-context.ts";
import { operationRoutes } from "../../server/src/http/routes/operation-routes.ts";
import { reconciliationRoutes } from "../../server/src/http/routes/reconciliation-routes.ts";
import { reconcileConnection } from "../../server/src/services/reconcile-connection.ts";
import { runBackfill } from "../../server/src/services/run-backfill.ts";
import {
  type EventWorld,
  type ListeningSandbox,
  listeningSandbox,
  openEventWorld,
} from "../support/event-world.ts";

const START = Date.parse("2026-11-20T09:00:00.000Z");
const DAY_MS = 86_400_000;
const COMPANIES = 3_000;
const ADMIN_TOKEN = "admin-token-for-tests";

describe("a portal with thousands of companies", () => {
  let now = START;
  const clock = (): Date => {
    now += 20;
    return new Date(now);
  };
  let listening: ListeningSandbox;
  let world: EventWorld;
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 2, portfolio: "empty", now: clock });
    const { hubspot } = listening.sandbox;
    for (let i = 0; i < COMPANIES; i++)
      hubspot.create(
        "companies",
        { name: `Company ${i}`, domain: `c${i}.example`, lifecyclestage: "customer" },
        { createdAt: START - 400 * DAY_MS },
      );
    await listening.delivered();
    world = await openEventWorld(listening.sandbox, clock);
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await listening?.stop();
  });

  const get = (path: string) => {
    const parts: Partial<Record<keyof HttpDeps, unknown>> = {
      ...world.deps,
      connect: { sha256: (text: string) => createHash("sha256").update(text).digest("base64url") },
      settings: { publicUrl: null, hubspotClientSecret: null, adminToken: ADMIN_TOKEN, metricsToken: null },
      newRequestId: () => "r_1",
      trace: { run: (_: unknown, work: () => unknown) => work(), current: () => ({ requestIds: [] }) },
    };
    const deps = parts as HttpDeps; // the routes under test use no other part
    const routes = [...operationRoutes(deps), ...reconciliationRoutes(deps)];
    const app = express()
      .use(requestContext(deps))
      .use("/api/v1", mountRoutes(deps, routes))
      .use(problemHandler(deps));
    return {
      get: () => request(app).get(`/api/v1${path}`).set("Authorization", `Bearer ${ADMIN_TOKEN}`),
      post: () => request(app).post(`/api/v1${path}`).set("Authorization", `Bearer ${ADMIN_TOKEN}`),
    };
  };
  const listsOf = (from: number) =>
    listening.sandbox.requests
      .slice(from)
      .filter(({ method, path }) => method === "GET" && path.endsWith("/companies")).length;

  it("is read by page, not by search, and says how fast and how long", async () => {
    const largest = { records: 0 };
    const { ledger } = world.stores;
    const commit: typeof ledger.commit = async (change) => {
      largest.records = Math.max(largest.records, change.records.length);
      return await ledger.commit(change);
    };
    const { hubspot, stores } = world;
    const read = () => runBackfill({ ...world.deps, ledger: { ...ledger, commit } }, hubspot.id);
    const shown = async () => {
      const { body } = await get("/backfill").get().expect(200);
      return body.connections.find((each: { platform: string }) => each.platform === "hubspot").objects[0];
    };
    await read(); // a slice; the queue would send the next one
    const halfway = await shown();
    expect(halfway).toMatchObject({ objectType: "company", recordsTotal: COMPANIES, isDone: false });
    expect(halfway.ratePerMinute).toBeGreaterThan(0);
    expect(halfway.secondsLeft).toBeGreaterThan(0);
    while ((await stores.connections.find(hubspot.id))?.syncedAt === null) await read();
    expect(await shown()).toMatchObject({ recordsRead: COMPANIES, isDone: true, secondsLeft: 0 });
    const searches = listening.sandbox.requests.filter(({ path }) => path.endsWith("/companies/search"));
    expect(searches.length).toBeLessThanOrEqual(2); // the count, and what changed behind a long reading
    expect(await world.stores.accounts.count(world.tenantId)).toBe(COMPANIES);
  }, 90_000);

  it("is compared with one call per 100 records, and the report is shown", async () => {
    const { hubspot } = listening.sandbox;
    const [gone] = hubspot.all("companies");
    if (gone) hubspot.archive(gone);
    const before = await get("/reconciliation").get().expect(200);
    expect(before.body.connections[0]).toMatchObject({ last: null, running: null });
    const from = listening.sandbox.requests.length;
    const begun = await get("/reconciliation/run").post().expect(202);
    expect(begun.body.connections).toHaveLength(1); // Zendesk has not been read yet
    const running = await get("/reconciliation").get().expect(200);
    expect(running.body.connections[0].running).toMatchObject({ compared: 0 });
    await reconcileConnection(world.deps, world.hubspot.id);
    expect(listsOf(from)).toBe(COMPANIES / 100);
    const { body } = await get("/reconciliation").get().expect(200);
    expect(body.connections[0]).toMatchObject({
      platform: "hubspot",
      running: null,
      last: {
        compared: COMPANIES - 1,
        repaired: { created: 0, changed: 0, deleted: 1, restored: 0, relinked: 0, merged: 0 },
      },
      nextRunAt: "2026-11-21T01:05:00.000Z",
    });
    expect(body.connections[0].last.durationSeconds).toBeGreaterThan(0);
    expect(body.connections[1].nextRunAt).toBeNull();
  }, 60_000);
});

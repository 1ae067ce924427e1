import { randomInt, randomUUID } from "node:crypto";
import { accountId, MINUTE_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { MAX_WRITE_ATTEMPTS } from "../../server/src/services/ports.ts";
import { writeBack } from "../../server/src/services/write-back.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import {
  httpDeps,
  type ReceivedCall,
  type Reply,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";
import { newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";

const UPDATE = "/crm/objects/2026-03/companies/batch/update";
const accept = (call: ReceivedCall): Reply => ({
  body: { results: (call.body as { inputs: { id: string }[] }).inputs },
});

forEachDatabase("Write-back of a connection in trouble", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  /** A portal whose answers the test changes, and a clock that it turns. */
  async function portal() {
    const state = {
      now: Date.parse("2026-11-21T10:00:00Z"),
      answer: accept as (call: ReceivedCall) => Reply,
    };
    const server = await scriptedHubspot((call) => state.answer(call));
    const { tenantId } = await newWorld(stores);
    const secrets = { refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null };
    const { id } = await stores.connections.connect(
      { tenantId, platform: "hubspot", externalId: String(randomInt(1e12)), mode: "token", scopes: [] },
      { accessToken: "token-1", ...secrets },
      new Date(state.now),
    );
    await stores.connections.update(id, { provisionedAt: new Date(state.now) });
    const { outbox, connections } = stores;
    const clock = { now: () => new Date(state.now) };
    const deps = {
      outbox,
      connections,
      clock,
      log: silentLog,
      meter: silentMeter,
      pause: async () => undefined,
    };
    const gatewayFor = createHubspotGateway({ ...deps, ...httpDeps(server.apiUrl), refresh: null });
    return {
      state,
      server,
      tenantId,
      connection: () => connections.find(id),
      updates: () => server.calls.filter((call) => call.path === UPDATE).length,
      want: async (count: number, score: string) => {
        const scoredAt = new Date(state.now).toISOString();
        const desired = Array.from({ length: count }, (_, n) => ({
          connectionId: id,
          ref: ref("company", String(n + 1)),
          values: { bellwether_health_score: score, bellwether_scored_at: scoredAt },
        }));
        const account = scoredAccount(accountId.parse(randomUUID()), healthResult({ scoredAt }), { desired });
        await stores.scores.save(tenantId, [account], []);
      },
      run: () => writeBack({ ...deps, gatewayFor }, id),
    };
  }

  it("costs a call per hundred changed accounts, and none where the shown value is the same", async () => {
    const { want, run, updates, server, state } = await portal();
    await want(250, "80");
    await run();
    expect(updates()).toBe(3);
    await run();
    state.now += MINUTE_MS;
    await want(250, "80");
    await run();
    expect(updates()).toBe(3);
    expect(server.calls).toHaveLength(3);
    await server.close();
  });

  it("says in words that a permission is missing, goes on by itself, and takes the words back", async () => {
    const { want, run, updates, server, state, connection } = await portal();
    state.answer = () => ({ status: 403, body: { category: "MISSING_SCOPES" } });
    await want(1, "80");
    await run();
    expect(await connection()).toMatchObject({
      status: "active",
      statusReason: expect.stringMatching(
        /^Writing back is stopped: HubSpot \d+ does not allow it\. Connect it again/,
      ),
    });
    state.now += 9 * MINUTE_MS;
    await run();
    expect(updates()).toBe(1);
    state.now += MINUTE_MS;
    state.answer = accept;
    await run();
    expect(updates()).toBe(2);
    expect((await connection())?.statusReason).toBeNull();
    await server.close();
  });

  it("names a property that cannot be created again, and gives its rows up in the end", async () => {
    const { want, run, server, state, connection, tenantId } = await portal();
    state.answer = (call) =>
      call.path === UPDATE
        ? { status: 400, body: { category: "PROPERTY_DOESNT_EXIST" } }
        : { status: call.method === "POST" ? 409 : 200, body: { results: [] } };
    await want(1, "80");
    for (let n = 0; n < MAX_WRITE_ATTEMPTS + 3; n += 1) {
      await run();
      state.now += 15 * MINUTE_MS;
    }
    expect((await connection())?.statusReason).toMatch(
      /property is missing in HubSpot and could not be created/,
    );
    expect(server.calls.filter((call) => call.path === UPDATE)).toHaveLength(2 * MAX_WRITE_ATTEMPTS);
    expect(await stores.deadLetters.list(tenantId, 10)).toHaveLength(1);
    await server.close();
  });

  it("waits as long as the platform says, and never gives a row up for it", async () => {
    const { want, run, updates, server, state, tenantId } = await portal();
    state.answer = () => ({ status: 477, headers: { "retry-after": "86400" }, body: {} });
    await want(1, "80");
    await run();
    state.now += 23 * 60 * MINUTE_MS;
    await run();
    expect(updates()).toBe(1);
    expect(await stores.deadLetters.list(tenantId, 10)).toEqual([]);
    await server.close();
  });
});

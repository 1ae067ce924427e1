import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHubspotClient } from "../../server/src/adapters/hubspot/client.ts";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { createTokenSource, type Refresh } from "../../server/src/adapters/hubspot/token-source.ts";
import { PlatformError } from "../../server/src/services/errors.ts";
import type { Connection } from "../../server/src/services/ports.ts";
import { writeBack } from "../../server/src/services/write-back.ts";
import { forEachDatabase } from "../support/database.ts";
import { httpDeps, scriptedHubspot, silentLog, silentMeter } from "../support/scripted-hubspot.ts";
import { newWorld, type Stores, storesOfProcess } from "../support/stores.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const clock = { now: () => NOW };
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const PING = { method: "GET", path: "/crm/objects/2026-03/companies" } as const;

forEachDatabase("Tokens that expire while many work (F8)", (under) => {
  let processes: Stores[];
  beforeAll(async () => {
    processes = [await storesOfProcess(under.database), await storesOfProcess(under.database)];
  });
  afterAll(async () => {
    for (const { lease } of processes) await lease.end();
  });
  const first = (): Stores => processes[0] as Stores;

  const connected = async (expiresAt: Date): Promise<Connection> => {
    const { tenantId } = await newWorld(first());
    const secrets = {
      accessToken: "token-1",
      refreshToken: "grant",
      expiresAt,
      webhookSecret: null,
      appSecret: null,
    };
    const externalId = String(randomInt(1e12));
    return await first().connections.connect(
      { tenantId, platform: "hubspot", externalId, mode: "oauth", scopes: [] },
      secrets,
      NOW,
    );
  };
  /** Four workers in each process. */
  const workers = async (connection: Connection, apiUrl: string, refresh: Refresh) =>
    processes.flatMap(({ connections }) => {
      const tokens = createTokenSource({ connections, clock, refresh }, connection);
      const client = createHubspotClient(httpDeps(apiUrl), connection.externalId, tokens);
      return Array.from({ length: 4 }, () => () => client.call(PING));
    });
  const platform = (good: string) =>
    scriptedHubspot(({ headers }) =>
      headers["authorization"] === `Bearer ${good}` ? { body: {} } : { status: 401 },
    );

  it.each([
    ["before its end", 4],
    ["though it should have lasted", 25],
  ])("are renewed once by eight workers in two processes, %s, however slow it is", async (_when, minutes) => {
    const server = await platform("token-2");
    const connection = await connected(inMinutes(minutes));
    let refreshes = 0;
    const calls = await workers(connection, server.apiUrl, async () => {
      refreshes += 1;
      await sleep(300);
      return { accessToken: `token-${refreshes + 1}`, expiresAt: inMinutes(30) };
    });
    const answers = await Promise.all(calls.map((call) => call()));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(refreshes).toBe(1);
    await server.close();
  });

  it("keep their grant when the renewal fails three times, and work again after", async () => {
    const server = await platform("token-2");
    const connection = await connected(inMinutes(-1));
    let refreshes = 0;
    const [call] = await workers(connection, server.apiUrl, async () => {
      refreshes += 1;
      if (refreshes <= 3) throw new PlatformError("unavailable", "HubSpot answered 500", { status: 500 });
      return { accessToken: "token-2", expiresAt: inMinutes(30) };
    });
    for (let n = 0; n < 3; n += 1) await expect(call?.()).rejects.toMatchObject({ kind: "unavailable" });
    expect(await first().connections.secrets(connection.id)).toMatchObject({ refreshToken: "grant" });
    expect((await first().connections.find(connection.id))?.status).toBe("active");
    await expect(call?.()).resolves.toMatchObject({ status: 200 });
    await server.close();
  });

  it("that were revoked pause the tenant, with a sentence, and nothing is lost", async () => {
    const connection = await connected(inMinutes(-1));
    const { connections, outbox, events } = first();
    await connections.update(connection.id, { provisionedAt: NOW });
    await under.database.query(
      `INSERT INTO outbox (tenant_id, connection_id, object_type, object_id, platform, account_id, desired, is_pending, next_at)
       VALUES ($1, $2, 'company', '1', 'hubspot', $1, '{"bellwether_health_score":"1"}', true, to_timestamp(0))`,
      [connection.tenantId, connection.id],
    );
    const refused = async () => {
      throw new PlatformError("unauthorized", "HubSpot answered 400 (invalid_grant)", { status: 400 });
    };
    const server = await platform("token-2");
    const deps = { outbox, connections, clock, log: silentLog, meter: silentMeter };
    const gatewayFor = createHubspotGateway({ ...deps, ...httpDeps(server.apiUrl), refresh: refused });
    await writeBack({ ...deps, gatewayFor, pause: async () => undefined }, connection.id);
    expect(server.calls).toEqual([]);
    await server.close();
    expect(await connections.find(connection.id)).toMatchObject({
      status: "disconnected",
      statusReason: expect.stringMatching(/^hubspot no longer accepts our token: reconnect /),
    });
    const isNew = await events.append({
      tenantId: connection.tenantId,
      connectionId: connection.id,
      source: "hubspot",
      body: Buffer.from("[{}]"),
      events: [{ key: "e1", refs: [] }],
    });
    expect(isNew).toEqual([true]);
    // what waits is due again as soon as it is connected again
    expect(await outbox.claim(connection.id, "company", 10, NOW)).toHaveLength(1);
  });
});

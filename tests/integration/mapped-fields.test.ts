import { afterEach, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  type ReceivedCall,
  type Script,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";
import { gatewayTo, startZendeskStub, connection as zendeskConnection } from "../support/zendesk-stub.ts";

const running: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

const isProperties = (call: ReceivedCall) => call.path === "/crm/properties/2026-03/companies";
const fieldMap = { "custom.goal": "goal_score" };

/** A portal that gets a property between two looks at it. */
async function portal(names: string[]) {
  let now = Date.parse("2026-11-21T10:00:00Z");
  const script: Script = (call) => {
    if (isProperties(call)) return { body: { results: names.map((name) => ({ name })) } };
    if (!call.path.startsWith("/crm/objects/")) return { status: 207, body: { results: [], errors: [] } };
    const wanted = (call.body as { properties: string[]; propertiesWithHistory?: string[] } | null) ?? null;
    const goal = wanted?.properties.includes("goal_score") ? { goal_score: "7" } : {};
    const history = { goal_score: [{ value: "7", timestamp: "2026-01-15T00:00:00Z" }] };
    const record = {
      id: "1",
      properties: { name: "Acme", ...goal },
      ...(wanted?.propertiesWithHistory?.includes("goal_score") && { propertiesWithHistory: history }),
      createdAt: "2026-01-01T00:00:00Z",
      updatedAt: "2026-02-01T00:00:00Z",
      archived: false,
      associations: {},
    };
    return { body: { status: "COMPLETE", results: [record], errors: [] } };
  };
  const server = await scriptedHubspot(script);
  running.push(() => server.close());
  const config = { ...hubspotConnection().config, fieldMap };
  const gateway = createHubspotGateway({
    ...httpDeps(server.apiUrl),
    refresh: null,
    connections: memorySecrets().repository,
    clock: { now: () => new Date(now) },
    log: silentLog,
    meter: silentMeter,
  })(hubspotConnection({ config }));
  const read = async () => {
    const { records } = await gateway.read([{ platform: "hubspot", objectType: "company", id: "1" }]);
    const fields = records[0]?.fields;
    return fields?.kind === "company" ? { custom: fields.custom, history: fields.customHistory } : null;
  };
  const wait = (ms: number): void => {
    now += ms;
  };
  return { gateway, server, read, wait };
}

describe("mapped properties of a HubSpot portal", () => {
  it("are read with their earlier values once they exist, however lately they were made", async () => {
    const names = ["name"];
    const { read, wait, server } = await portal(names);
    expect(await read()).toEqual({ custom: { goal: null }, history: [] });
    names.push("goal_score");
    wait(6_000);
    const history = [{ key: "goal", value: 7, at: "2026-01-15T00:00:00.000Z" }];
    expect(await read()).toEqual({ custom: { goal: 7 }, history });
    await read();
    expect(server.calls.filter(isProperties)).toHaveLength(2);
  });

  it("that do not exist are named, by a look at the portal as it is now", async () => {
    const names = ["name"];
    const { gateway } = await portal(names);
    expect(await gateway.unknownFields?.(["name", "goal_score"])).toEqual(["goal_score"]);
    names.push("goal_score");
    expect(await gateway.unknownFields?.(["name", "goal_score"])).toEqual([]);
  });
});

describe("mapped fields of a Zendesk account", () => {
  it("that do not exist are named, and lists that nobody maps from are not asked for", async () => {
    const stub = await startZendeskStub({
      "GET /api/v2/organization_fields.json": { json: { organization_fields: [{ id: 1, key: "goal" }] } },
      "GET /api/v2/ticket_fields.json": { json: { ticket_fields: [{ id: 12 }] } },
    });
    running.push(() => stub.stop());
    const gateway = gatewayTo(stub);
    const names = ["organization_fields.goal", "organization_fields.tier", "angry,escalated"];
    expect(await gateway.unknownFields?.(names)).toEqual(["organization_fields.tier"]);
    expect(stub.calls.map((call) => call.path)).toEqual(["/api/v2/organization_fields.json"]);
    expect(await gateway.unknownFields?.(["ticket_fields.12", "ticket_fields.13"])).toEqual([
      "ticket_fields.13",
    ]);
  });

  it("are read by the connection's own choices", async () => {
    const stub = await startZendeskStub({
      "GET /api/v2/organizations/show_many.json": {
        json: {
          organizations: [
            {
              id: 7,
              created_at: "2026-01-01T00:00:00Z",
              updated_at: "2026-01-02T00:00:00Z",
              name: "Acme",
              organization_fields: { goal: 7 },
            },
          ],
        },
      },
    });
    running.push(() => stub.stop());
    const config = { ...zendeskConnection.config, fieldMap: { "custom.goal": "organization_fields.goal" } };
    const gateway = gatewayTo(stub, { connection: { ...zendeskConnection, config } });
    const { records } = await gateway.read([{ platform: "zendesk", objectType: "organization", id: "7" }]);
    expect(records[0]?.fields).toMatchObject({ custom: { goal: 7 } });
  });
});

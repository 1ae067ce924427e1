import { WRITE_BACK_FIELDS } from "@bellwether/shared";
import { afterEach, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import type { OutboxRow } from "../../server/src/services/ports.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  type ReceivedCall,
  type Reply,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

interface Input {
  id: string;
  properties: Record<string, string>;
  objectWriteTraceId: string;
}
const UPDATE = "/crm/objects/2026-03/companies/batch/update";
const SCHEMA = "/crm/properties/2026-03/companies";
const inputsOf = (call: ReceivedCall | undefined) =>
  (call?.body as { inputs: Input[] } | undefined)?.inputs ?? [];
const row = (id: number | string, change: Partial<OutboxRow> = {}): OutboxRow => ({
  ref: { platform: "hubspot", objectType: "company", id: String(id) },
  values: { bellwether_health_score: "82.5", bellwether_health_band: "green" },
  version: 1,
  attempts: 0,
  ...change,
});
const rowsTo = (count: number) => Array.from({ length: count }, (_, n) => row(n + 1));
const accept = (inputs: readonly Input[]): Reply => ({
  body: { status: "COMPLETE", results: inputs.map(({ id }) => ({ id, properties: {} })) },
});

async function open(own: (call: ReceivedCall, nth: number) => Reply | null) {
  const server = await scriptedHubspot((call, nth) => {
    const answer = own(call, nth);
    if (answer !== null) return answer;
    return call.path === UPDATE ? accept(inputsOf(call)) : null;
  });
  running.push(server);
  const gatewayFor = createHubspotGateway({
    ...httpDeps(server.apiUrl),
    refresh: null,
    connections: memorySecrets().repository,
    clock: { now: () => new Date("2026-11-21T10:00:00Z") },
    log: silentLog,
    meter: silentMeter,
  });
  const updates = () => server.calls.filter((call) => call.path === UPDATE);
  return { server, gateway: gatewayFor(hubspotConnection()), updates };
}
const kinds = (outcomes: readonly { kind: string }[]) => outcomes.map(({ kind }) => kind);
/** Refuses every batch that holds one of `bad`, as HubSpot does for values that break a rule. */
const refusing =
  (bad: readonly string[], body: object = { category: "VALIDATION_ERROR", message: "not allowed here" }) =>
  (call: ReceivedCall): Reply | null =>
    call.path === UPDATE && inputsOf(call).some(({ id }) => bad.includes(id)) ? { status: 400, body } : null;

describe("writing scores to companies", () => {
  it("goes out in hundreds, with our properties alone and a trace id per row", async () => {
    const { gateway, updates } = await open(() => null);
    const foreign = row(1, { values: { bellwether_health_score: "1", name: "Renamed", bellwether_x: "y" } });
    const outcomes = await gateway.writeAccounts([foreign, ...rowsTo(250).slice(1)]);
    expect(new Set(kinds(outcomes))).toEqual(new Set(["confirmed"]));
    expect(updates().map((call) => inputsOf(call).length)).toEqual([100, 100, 50]);
    expect(inputsOf(updates()[0])[0]).toEqual({
      id: "1",
      properties: { bellwether_health_score: "1" },
      objectWriteTraceId: "1-1",
    });
  });

  it("sends a company once, with its newest values, for HubSpot refuses doubled ids", async () => {
    const { gateway, updates } = await open(() => null);
    const newer = row(1, { version: 3, values: { bellwether_health_score: "50" } });
    expect(kinds(await gateway.writeAccounts([row(1), newer, row(1, { version: 2 })]))).toEqual([
      "confirmed",
      "confirmed",
      "confirmed",
    ]);
    expect(inputsOf(updates()[0]).map((input) => input.properties)).toEqual([
      { bellwether_health_score: "50" },
    ]);
  });

  it("never sends what is no company, no id or none of our properties", async () => {
    const { gateway, server } = await open(() => null);
    const outcomes = await gateway.writeAccounts([
      row("12/../34"),
      row(1, { ref: { platform: "hubspot", objectType: "contact", id: "1" } }),
      row(2, { values: { name: "x" } }),
    ]);
    expect(kinds(outcomes)).toEqual(["dropped", "dropped", "dropped"]);
    expect(server.calls).toEqual([]);
  });

  it("takes a 207 row by row", async () => {
    const { gateway } = await open((call) => ({
      status: 207,
      body: {
        results: [{ id: "1", properties: {} }],
        errors: [
          { category: "OBJECT_NOT_FOUND", context: { ids: ["2"] } },
          { category: "VALIDATION_ERROR", message: "too long", context: { objectWriteTraceId: ["3-1"] } },
          { category: "CONFLICT", message: "locked", context: { ids: ["4"] } },
        ],
        numErrors: inputsOf(call).length - 1,
      },
    }));
    expect(await gateway.writeAccounts(rowsTo(5))).toEqual([
      { kind: "confirmed" },
      { kind: "dropped", reason: "the company is gone from HubSpot" },
      { kind: "refused", reason: "HubSpot: too long" },
      { kind: "failed", reason: "HubSpot: locked" },
      { kind: "failed", reason: "HubSpot did not confirm the row" },
    ]);
  });

  it("believes only rows that come back, whatever the status says", async () => {
    const { gateway } = await open((call) => accept(inputsOf(call).slice(0, 2)));
    expect(kinds(await gateway.writeAccounts(rowsTo(3)))).toEqual(["confirmed", "confirmed", "failed"]);
  });

  it.each([1, 37, 50, 51, 99, 100])(
    "finds the bad row %i of 100 in eight calls and delivers the rest",
    async (bad) => {
      const { gateway, updates } = await open(refusing([String(bad)]));
      const outcomes = await gateway.writeAccounts(rowsTo(100));
      expect(outcomes[bad - 1]).toEqual({
        kind: "refused",
        reason: "HubSpot refused the values: not allowed here",
      });
      expect(outcomes.filter(({ kind }) => kind === "confirmed")).toHaveLength(99);
      const refused = updates().findLastIndex((call) => inputsOf(call).some(({ id }) => id === String(bad)));
      expect(refused + 1).toBeLessThanOrEqual(8);
      expect(updates().length).toBeLessThanOrEqual(9);
    },
  );

  it("finds several bad rows, and none of them speaks for another", async () => {
    const bad = ["3", "4", "77"];
    const { gateway } = await open(refusing(bad));
    const outcomes = await gateway.writeAccounts(rowsTo(100));
    expect(outcomes.flatMap(({ kind }, n) => (kind === "refused" ? [String(n + 1)] : []))).toEqual(bad);
    expect(outcomes.filter(({ kind }) => kind === "confirmed")).toHaveLength(97);
  });

  it("needs no search where HubSpot names the row", async () => {
    const named = { category: "VALIDATION_ERROR", message: "bad", errors: [{ context: { id: ["42"] } }] };
    const { gateway, updates } = await open(refusing(["42"], named));
    const outcomes = await gateway.writeAccounts(rowsTo(100));
    expect(outcomes[41]?.kind).toBe("refused");
    expect(updates()).toHaveLength(2);
  });

  it("drops a company that was merged away or deleted, when the whole batch is refused for it", async () => {
    const { gateway } = await open((call) =>
      call.path === UPDATE && inputsOf(call).some(({ id }) => id === "7")
        ? { status: 404, body: { category: "OBJECT_NOT_FOUND" } }
        : null,
    );
    const outcomes = await gateway.writeAccounts(rowsTo(10));
    expect(outcomes[6]).toEqual({ kind: "dropped", reason: "the company is gone from HubSpot" });
    expect(outcomes.filter(({ kind }) => kind === "confirmed")).toHaveLength(9);
  });

  it("stops searching where every row is refused, and leaves the rest for later", async () => {
    const { gateway, updates } = await open(refusing(rowsTo(100).map(({ ref }) => ref.id)));
    const outcomes = await gateway.writeAccounts(rowsTo(100));
    expect(updates().length).toBeLessThanOrEqual(40);
    expect(new Set(kinds(outcomes))).toEqual(new Set(["refused", "failed"]));
  });

  it.each<[number, object, string]>([
    [401, {}, "unauthorized"],
    [403, { category: "MISSING_SCOPES" }, "forbidden"],
    [429, { policyName: "DAILY" }, "rate_limited"],
    [503, {}, "unavailable"],
    [404, {}, "rejected"],
  ])("is the connection's trouble with a %i", async (status, body, kind) => {
    const { gateway } = await open(() => ({ status, body }));
    await expect(gateway.writeAccounts(rowsTo(3))).rejects.toMatchObject({ kind });
  });

  it("writes again when an answer was lost, with the same values", async () => {
    const { gateway, updates } = await open((_, nth) => (nth === 1 ? { isBroken: true } : null));
    expect(kinds(await gateway.writeAccounts([row(1)]))).toEqual(["confirmed"]);
    expect(updates().map((call) => inputsOf(call))).toEqual([inputsOf(updates()[0]), inputsOf(updates()[0])]);
  });

  it("drops what is meant for tickets: HubSpot's carry no band", async () => {
    const { gateway, server } = await open(() => null);
    expect(kinds(await gateway.writeTickets([row(1)]))).toEqual(["dropped"]);
    expect(server.calls).toEqual([]);
  });
});

/** A portal's company properties, with HubSpot's answers to creating what is there. */
function propertyPortal() {
  const groups: { name: string; label: string }[] = [];
  const properties = new Map<string, Record<string, unknown>>([
    ["name", { name: "name", label: "Name", type: "string" }],
  ]);
  const answer = (call: ReceivedCall): Reply | null => {
    const body = call.body as Record<string, unknown>;
    if (call.path === `${SCHEMA}/groups`) {
      if (call.method === "POST") groups.push(body as { name: string; label: string });
      return { status: call.method === "POST" ? 201 : 200, body: { results: groups } };
    }
    if (call.path === SCHEMA && call.method === "GET") return { body: { results: [...properties.values()] } };
    if (call.path === `${SCHEMA}/batch/create`) {
      const inputs = body["inputs"] as Record<string, unknown>[];
      if (inputs.some(({ name }) => properties.has(String(name))))
        return { status: 409, body: { category: "CONFLICT" } };
      for (const input of inputs) properties.set(String(input["name"]), input);
      return { status: 201, body: { results: inputs } };
    }
    if (call.path === SCHEMA && call.method === "POST") {
      const name = String(body["name"]);
      if (properties.has(name)) return { status: 409, body: { category: "CONFLICT" } };
      properties.set(name, body);
      return { status: 201, body };
    }
    const name = call.path.replace(`${SCHEMA}/`, "");
    if (call.method !== "PATCH" || !properties.has(name)) return null;
    properties.set(name, { ...properties.get(name), ...body });
    return { body: {} };
  };
  return { groups, properties, answer };
}

describe("setting up a portal", () => {
  it("creates the group and every property, and changes nothing when repeated", async () => {
    const portal = propertyPortal();
    const { gateway, server } = await open(portal.answer);
    await expect(gateway.provision()).resolves.toEqual({ config: {}, webhookSecret: null });
    expect(portal.groups).toMatchObject([{ name: "bellwether", label: "Bellwether" }]);
    expect([...portal.properties.keys()].slice(1)).toEqual(WRITE_BACK_FIELDS.map(({ key }) => key));
    expect(portal.properties.get("bellwether_at_risk")).toMatchObject({
      type: "bool",
      fieldType: "booleancheckbox",
      groupName: "bellwether",
      formField: false,
      options: [{ value: "true" }, { value: "false" }],
    });
    expect(portal.properties.get("bellwether_churn_risk")).toMatchObject({
      type: "number",
      numberDisplayHint: "percentage",
    });
    const before = server.calls.length;
    await gateway.provision();
    expect(server.calls.slice(before).every((call) => call.method === "GET")).toBe(true);
  });

  it("repairs labels and options, and leaves foreign properties alone", async () => {
    const portal = propertyPortal();
    const { gateway, server } = await open(portal.answer);
    await gateway.provision();
    const band = portal.properties.get("bellwether_health_band");
    portal.properties.set("bellwether_health_band", { ...band, label: "Hälth", options: [] });
    await gateway.provision();
    expect(portal.properties.get("bellwether_health_band")).toEqual(band);
    expect(server.pathsOf("PATCH")).toEqual([`${SCHEMA}/bellwether_health_band`]);
    expect(portal.properties.get("name")).toEqual({ name: "name", label: "Name", type: "string" });
  });

  it("does no harm when two processes do it at once", async () => {
    const portal = propertyPortal();
    const { gateway } = await open(portal.answer);
    const empty = propertyPortal();
    const late = await open((call) =>
      call.method === "GET" && call.path === SCHEMA ? empty.answer(call) : portal.answer(call),
    );
    await gateway.provision();
    await late.gateway.provision(); // its list of properties is from before
    expect(portal.properties.size).toBe(WRITE_BACK_FIELDS.length + 1);
  });

  it("names a property of another type instead of writing into it", async () => {
    const portal = propertyPortal();
    portal.properties.set("bellwether_health_score", { name: "bellwether_health_score", type: "string" });
    const { gateway } = await open(portal.answer);
    await expect(gateway.provision()).rejects.toThrow(/bellwether_health_score has the type string/);
  });

  it("is made up for once when an admin deleted a property, and the rows are written then", async () => {
    const portal = propertyPortal();
    const { gateway, updates } = await open((call) => {
      if (call.path !== UPDATE) return portal.answer(call);
      const isThere = portal.properties.has("bellwether_health_score");
      return isThere
        ? null
        : { status: 400, body: { category: "VALIDATION_ERROR", message: "x PROPERTY_DOESNT_EXIST" } };
    });
    expect(kinds(await gateway.writeAccounts(rowsTo(100)))).toEqual(rowsTo(100).map(() => "confirmed"));
    expect(updates()).toHaveLength(2);
  });

  it("is not made up for again and again: the rows fail and are tried later", async () => {
    const portal = propertyPortal();
    const { gateway, server, updates } = await open((call) =>
      call.path === UPDATE
        ? { status: 400, body: { category: "PROPERTY_DOESNT_EXIST" } }
        : portal.answer(call),
    );
    expect(new Set(kinds(await gateway.writeAccounts(rowsTo(100))))).toEqual(new Set(["failed"]));
    expect(server.pathsOf("POST").filter((path) => path.endsWith("/batch/create"))).toHaveLength(1);
    expect(updates().length).toBeLessThanOrEqual(2);
  });
});

import { allowOrigins } from "@bellwether/server/src/adapters/platform/allowed-origins.ts";
import { LimiterRegistry } from "@bellwether/server/src/adapters/platform/limiter-registry.ts";
import { createZendeskClient } from "@bellwether/server/src/adapters/zendesk/client.ts";
import { createLanes } from "@bellwether/server/src/adapters/zendesk/lanes.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import {
  connection,
  gatewayTo,
  hurriedTime,
  type Routes,
  startZendeskStub,
  type ZendeskStub,
} from "../support/zendesk-stub.ts";

const TICKET = {
  id: 1,
  status: "open",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-02T00:00:00Z",
};
const anything = z.looseObject({});

let stub: ZendeskStub;
beforeEach(async () => {
  stub = await startZendeskStub();
});
afterEach(() => stub.stop());

function clientTo(routes: Routes, tokens: string[] = ["token-1"]) {
  stub.routes = routes;
  const time = hurriedTime();
  const lanes = createLanes(
    {
      allowed: allowOrigins(stub.origin),
      limiters: new LimiterRegistry(time),
      time,
      meter: { count: () => undefined, observe: () => undefined, gauge: () => undefined },
    },
    "acme",
    connection,
  );
  const [first = "", second = first] = tokens;
  const client = createZendeskClient({
    origin: stub.origin,
    lanes,
    marketplace: { name: "Bellwether", organizationId: "42", appId: "7" },
    tokens: { current: async () => first, renew: async () => second },
  });
  return { client, time };
}

describe("the Zendesk client where node-zendesk alone would go wrong", () => {
  it("waits and asks again when it is told to, and never takes the refusal for data", async () => {
    const { client, time } = clientTo({
      "GET /api/v2/users/me.json": [
        { status: 429, headers: { "retry-after": "3" }, json: { error: "APIRateLimitExceeded" } },
        { status: 503, headers: { "retry-after": "1" }, json: { error: "ServiceUnavailable" } },
        { json: { user: { id: 12 } } },
      ],
    });
    expect(await client.get(["users", "me"], anything)).toEqual({ user: { id: 12 } });
    expect(Math.max(...time.slept)).toBeGreaterThanOrEqual(2900);
    expect(stub.calls).toHaveLength(3);
  });

  it("leaves a long wait to the caller", async () => {
    const { client } = clientTo({
      "GET /api/v2/users/me.json": { status: 429, headers: { "retry-after": "90" }, json: {} },
    });
    await expect(client.get(["users", "me"], anything)).rejects.toMatchObject({
      kind: "rate_limited",
      status: 429,
      retryAfterMs: 90_000,
    });
    expect(stub.calls).toHaveLength(1);
  });

  it.each([500, 502, 504])("throws on %d, after trying again", async (status) => {
    const { client } = clientTo({
      "GET /api/v2/users/me.json": { status, text: "<html>Bad Gateway</html>" },
    });
    await expect(client.get(["users", "me"], anything)).rejects.toMatchObject({
      kind: "unavailable",
      status,
    });
    expect(stub.calls.length).toBeGreaterThan(1);
  });

  it.each([
    [400, "rejected"],
    [403, "forbidden"],
    [404, "rejected"],
    [409, "rejected"],
    [422, "rejected"],
  ])("throws on %d as %s with the reason, but without the values in it", async (status, kind) => {
    const json = {
      error: "RecordInvalid",
      description: "someone@acme.test is taken",
      details: { email: [{ description: "someone@acme.test is taken", error: "DuplicateValue" }] },
    };
    const { client } = clientTo({ "PUT /api/v2/x.json": { status, json } });
    const failure = client.put(["x"], { a: 1 }, anything);
    await expect(failure).rejects.toMatchObject({ kind, status });
    await expect(failure).rejects.toThrow(
      `Zendesk answered ${status} to PUT /api/v2/x.json (RecordInvalid: email)`,
    );
    expect(stub.calls).toHaveLength(1);
  });

  it("keeps the cursor that comes beside the rows, and sends no page size that exports do not know", async () => {
    const { client } = clientTo({
      "GET /api/v2/incremental/tickets/cursor.json": { json: { tickets: [TICKET], after_cursor: "a+/=" } },
    });
    const answer = await client.get(["incremental", "tickets", "cursor"], anything, {
      query: { cursor: "x+/=&y" },
    });
    expect(answer).toMatchObject({ after_cursor: "a+/=" });
    expect(stub.calls[0]?.query).toEqual({ cursor: "x+/=&y" });
  });

  it("goes on after the first page of an export and ends at its end", async () => {
    stub.routes = {
      "GET /api/v2/incremental/tickets/cursor.json": [
        { json: { tickets: [TICKET], after_cursor: "c1", end_of_stream: false } },
        { json: { tickets: [{ ...TICKET, id: 2 }], after_cursor: "c2", end_of_stream: true } },
      ],
    };
    const gateway = gatewayTo(stub);
    const first = await gateway.page("ticket", null);
    const second = await gateway.page("ticket", first.next);
    expect([first, second].flatMap((page) => page.records.map((record) => record.ref.id))).toEqual([
      "1",
      "2",
    ]);
    expect(second.next).toBeNull();
    const exports = stub.callsTo("GET /api/v2/incremental/tickets/cursor.json");
    expect(exports.map((call) => call.query)).toEqual([
      { start_time: "0", per_page: "1000", include: "metric_sets" },
      { cursor: "c1", per_page: "1000", include: "metric_sets" },
    ]);
  });

  it("lists all rows and paces itself without the library's throttle", async () => {
    const { client } = clientTo({
      "GET /api/v2/ticket_fields.json": { json: { ticket_fields: [{ id: 1 }, { id: 2 }], next_page: null } },
    });
    const answer = await client.get(["ticket_fields"], anything);
    expect(answer["ticket_fields"]).toHaveLength(2);
  });

  it("calls webhooks without .json, and takes an empty answer for one", async () => {
    const { client } = clientTo({ "PATCH /api/v2/webhooks/w1": { status: 204 } });
    await client.patch(["webhooks", "w1"], { webhook: {} }, z.unknown());
    expect(stub.calls[0]?.path).toBe("/api/v2/webhooks/w1");
  });

  it.each([
    ["a web page", { text: "<html>maintenance</html>" }],
    ["another shape", { json: { users: "none" } }],
    ["no object", { json: [1] }],
  ])("does not take %s for an answer", async (_what, answer) => {
    const { client } = clientTo({ "GET /api/v2/users/me.json": answer });
    const schema = z.object({ user: z.object({ id: z.int() }) });
    await expect(client.get(["users", "me"], schema)).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("takes the new token after a renewal, once", async () => {
    const refused = { status: 401, json: { error: "invalid_token" } };
    const { client } = clientTo({ "GET /api/v2/users/me.json": [refused, { json: { user: {} } }] }, [
      "old",
      "new",
    ]);
    await client.get(["users", "me"], anything);
    expect(stub.calls.map((call) => call.headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
    stub.routes = { "GET /api/v2/users/me.json": refused };
    await expect(client.get(["users", "me"], anything)).rejects.toMatchObject({
      kind: "unavailable",
      status: 401,
    });
    expect(stub.calls).toHaveLength(4);
  });
});

describe("the Zendesk client", () => {
  it("names the marketplace app on every call", async () => {
    const { client } = clientTo({ "GET /api/v2/users/me.json": { json: {} } });
    await client.get(["users", "me"], anything);
    expect(stub.calls[0]?.headers).toMatchObject({
      "x-zendesk-marketplace-name": "Bellwether",
      "x-zendesk-marketplace-organization-id": "42",
      "x-zendesk-marketplace-app-id": "7",
    });
  });

  it("sends what creates something only once", async () => {
    const { client } = clientTo({ "POST /api/v2/ticket_fields.json": { status: 503, text: "" } });
    await expect(client.post(["ticket_fields"], {}, anything)).rejects.toMatchObject({ kind: "unavailable" });
    expect(stub.calls).toHaveLength(1);
  });

  it("lets no id lead to another path", async () => {
    const { client } = clientTo({});
    await expect(client.get(["tickets", "../users/me?x=1#"], anything)).rejects.toMatchObject({
      status: 404,
    });
    expect(stub.calls[0]?.path).toBe("/api/v2/tickets/..%2Fusers%2Fme%3Fx%3D1%23.json");
  });

  it("follows no redirect and goes to no other host", async () => {
    const { client } = clientTo({
      "GET /api/v2/users/me.json": {
        status: 302,
        headers: { location: "http://169.254.169.254/" },
        text: "",
      },
    });
    await expect(client.get(["users", "me"], anything)).rejects.toMatchObject({
      kind: "rejected",
      status: 302,
    });
    for (const externalId of ["evil.test/", "a.b", "x@y", "..", ""])
      expect(() =>
        gatewayTo(stub, {
          zendeskUrl: "https://{subdomain}.zendesk.com",
          connection: { ...connection, externalId },
        }),
      ).toThrow(/host label/);
  });
});

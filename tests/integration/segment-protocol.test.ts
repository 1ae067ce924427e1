import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Company, intakeCounts, startCompany } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, adminGet, listAccounts, untilScored } from "../support/one-company.ts";
import { createWriteKey } from "../support/write-key.ts";

let company: Company;
let server: string;
let browser: string;
beforeAll(async () => {
  company = await startCompany({ sandbox: { accounts: 1 } });
  [server, browser] = await Promise.all([
    createWriteKey(company.server.url, "server"),
    createWriteKey(company.server.url, "browser"),
  ]);
});
afterAll(() => company.stop());

const basic = (key: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
});
const post = (call: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${company.server.url}/v1/${call}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  });
const event = (more: object = {}): object => ({
  type: "track",
  userId: "ann",
  event: "Opened",
  messageId: randomUUID(),
  ...more,
});
/** What the intake counted while `work` ran. */
async function counted(work: () => Promise<unknown>) {
  const before = (await intakeCounts(company.server.url)).segment;
  await work();
  const after = (await intakeCounts(company.server.url)).segment;
  return {
    accepted: after.accepted - before.accepted,
    duplicates: after.duplicates - before.duplicates,
    rejected: after.rejected - before.rejected,
  };
}
const rejected = async () =>
  (
    await adminGet<{ events: { at: string; reason: string; body: string }[] }>(
      company.server.url,
      "/intake/rejected",
    )
  ).events;

describe("a write key", () => {
  it("opens the intake in all three ways of the protocol", async () => {
    const answers = [
      await post("track", event(), basic(server)),
      await post("track", event(), { authorization: `Basic ${Buffer.from(server).toString("base64")}` }),
      await post("track", event(), { authorization: `Bearer ${server}` }),
      await post("track", { ...event(), writeKey: server }),
      await post("batch", { batch: [event()], writeKey: server }),
      await post("track", { ...event(), writeKey: server }, { authorization: "Bearer of-some-oauth-server" }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ success: true });
    }
  });

  it.each([
    ["none", {}, {}],
    ["a wrong one", basic(`bwk_${"x".repeat(43)}`), {}],
    ["one of another product", basic("abc123"), {}],
    ["an empty one", basic(""), {}],
    ["a wrong one in the body", {}, { writeKey: `bwk_${"x".repeat(43)}` }],
    ["an API token", { authorization: `Bearer ${ADMIN_TOKEN}` }, {}],
  ])("is asked for: %s", async (_, headers, body) => {
    const taken = await counted(async () => {
      const answer = await post("track", { ...event(), ...body }, headers);
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: "token_invalid" });
    });
    expect(taken).toEqual({ accepted: 0, duplicates: 0, rejected: 0 });
  });

  it("is shown once, listed without itself, and opens nothing once revoked", async () => {
    const key = await createWriteKey(company.server.url, "server", "for a moment");
    expect((await post("track", event(), basic(key))).status).toBe(200);
    const { writeKeys } = await adminGet<{ writeKeys: { id: string; name: string; kind: string }[] }>(
      company.server.url,
      "/write-keys",
    );
    expect(JSON.stringify(writeKeys)).not.toContain("bwk_");
    const made = writeKeys.find((listed) => listed.name === "for a moment");
    expect(made).toMatchObject({ kind: "server", revokedAt: null });
    const revoke = (id: string) =>
      fetch(`${company.server.url}/api/v1/write-keys/${id}`, {
        method: "DELETE",
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      });
    expect((await revoke(made?.id ?? "")).status).toBe(204);
    expect((await revoke(randomUUID())).status).toBe(404);
    expect((await post("track", event(), basic(key))).status).toBe(401);
  });
});

describe("a call", () => {
  it.each([
    ["track", { event: "Opened" }],
    ["identify", {}],
    ["group", { groupId: "acme" }],
    ["page", {}],
    ["screen", {}],
    ["alias", { previousId: "old" }],
    ["t", { event: "Opened" }],
    ["i", {}],
    ["g", { groupId: "acme" }],
    ["p", {}],
  ])("of /v1/%s is one event", async (call, body) => {
    const taken = await counted(async () => {
      const answer = await post(call, { userId: "ann", messageId: randomUUID(), ...body }, basic(server));
      expect(answer.status).toBe(200);
    });
    expect(taken).toEqual({ accepted: 1, duplicates: 0, rejected: 0 });
  });

  it("that comes twice counts once, with and without a messageId", async () => {
    const named = event();
    const unnamed = { userId: randomUUID(), event: "Opened" };
    const taken = await counted(async () => {
      for (const body of [named, named, unnamed, unnamed]) await post("track", body, basic(server));
    });
    expect(taken).toEqual({ accepted: 2, duplicates: 2, rejected: 0 });
  });

  it("may be compressed, as text, and in one piece of half a megabyte", async () => {
    const taken = await counted(async () => {
      const zipped = gzipSync(JSON.stringify({ batch: [event(), event()] }));
      const answers = [
        await post("batch", zipped, { ...basic(server), "content-encoding": "gzip" }),
        await post("track", JSON.stringify({ ...event(), writeKey: browser }), {
          "content-type": "text/plain",
        }),
        await post(
          "batch",
          { batch: Array.from({ length: 16 }, () => event({ properties: { x: "y".repeat(31_000) } })) },
          basic(server),
        ),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    });
    expect(taken).toEqual({ accepted: 19, duplicates: 0, rejected: 0 });
  });

  it("over 512 KB is refused, compressed ones by what they hold", async () => {
    const large = JSON.stringify({ batch: [event({ properties: { x: "y".repeat(530_000) } })] });
    expect((await post("batch", large, basic(server))).status).toBe(413);
    const bomb = await post("batch", gzipSync(large), { ...basic(server), "content-encoding": "gzip" });
    expect(bomb.status).toBe(413);
  });

  it("brings what can be used, and says of the rest what is wrong with it", async () => {
    const taken = await counted(async () => {
      const batch = [
        event(),
        { type: "track", event: "Nobody", writeKey: server },
        event({ timestamp: "soon" }),
      ];
      expect((await post("batch", { batch }, basic(server))).status).toBe(200);
    });
    expect(taken).toEqual({ accepted: 1, duplicates: 0, rejected: 2 });
    const [first, second] = await rejected();
    const reasons = [first?.reason, second?.reason].toSorted();
    expect(reasons[0]).toBe("The event names neither a userId nor an anonymousId.");
    expect(reasons[1]).toMatch(/^The event's timestamp cannot be read/);
    expect(JSON.stringify(await rejected())).not.toContain(server);
  });

  it.each(["{", "", "[]", '{"batch":{}}', "\u0000", '{"batch":[}'])(
    "that cannot be read is noted: %j",
    async (body) => {
      const taken = await counted(async () => {
        const answer = await post("batch", `${body}${" ".repeat(1 + body.length)}`, basic(server));
        expect(answer.status).toBe(400);
        expect(await answer.json()).toMatchObject({ code: "request_invalid" });
      });
      expect(taken).toEqual({ accepted: 0, duplicates: 0, rejected: 1 });
    },
  );

  it("with a hostile body harms nobody", async () => {
    const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    const bodies = [
      `{"batch":[{"type":"track","userId":"a","event":"x","properties":${deep}},{"type":"page","userId":"a","messageId":"beside-deep"}]}`,
      '{"batch":[{"type":"track","userId":"\\u0000\\ud800","event":"\\u0000","messageId":"\\udfff\\u0000"}]}',
      '{"batch":[{"type":"track","userId":"a","event":"a\\u0000\\ud800b","messageId":"nul"}]}',
      '{"__proto__":{"batch":1},"batch":[{"type":"page","userId":"a","messageId":"proto","__proto__":{"type":"x"},"constructor":null}]}',
      '{"batch":[{"type":"page","userId":1e400,"messageId":"inf"},{"type":"page","userId":"a","timestamp":1e400}]}',
      `{"batch":[${Array.from({ length: 10_000 }, () => "[]").join()}]}`,
    ];
    const taken = await counted(async () => {
      for (const body of bodies) expect((await post("batch", body, basic(server))).status).toBe(200);
    });
    expect(taken).toEqual({ accepted: 4, duplicates: 9_999, rejected: 4 });
    expect((await fetch(`${company.server.url}/readyz`)).status).toBe(200);
  });
});

describe("a browser", () => {
  const origin = { origin: "https://app.example" };
  const allowed = (answer: Response) => answer.headers.get("access-control-allow-origin");

  it("may ask before it sends", async () => {
    const answer = await fetch(`${company.server.url}/v1/track`, {
      method: "OPTIONS",
      headers: {
        ...origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    expect(answer.status).toBe(204);
    expect(allowed(answer)).toBe("*");
    expect(answer.headers.get("access-control-allow-methods")).toBe("POST");
    expect(answer.headers.get("access-control-allow-headers")?.toLowerCase()).toContain("authorization");
  });

  it("reads answers to a browser's key, refusals too, and none to a server's", async () => {
    const own = await post("track", event(), { ...origin, ...basic(browser) });
    expect([own.status, allowed(own)]).toEqual([200, "*"]);
    const refused = await post("batch", "{", { ...origin, ...basic(browser) });
    expect([refused.status, allowed(refused)]).toEqual([400, "*"]);
    const others = await post("track", event(), { ...origin, ...basic(server) });
    expect([others.status, allowed(others)]).toEqual([200, null]);
    expect(allowed(await post("track", event(), { ...origin, ...basic("wrong") }))).toBeNull();
  });
});

it("lets admins say what events mean, and refuses what is no map", async () => {
  const put = (map: object) =>
    fetch(`${company.server.url}/api/v1/usage-map`, {
      method: "PUT",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(map),
    });
  const map = { loginEvents: ["Signed in"], features: { "Report opened": "Reports" } };
  expect((await put(map)).status).toBe(200);
  expect(await adminGet(company.server.url, "/usage-map")).toEqual(map);
  expect((await put({ loginEvents: "Signed in" })).status).toBe(400);
  const { entries } = await adminGet<{ entries: { action: string }[] }>(company.server.url, "/audit");
  expect(entries.map((entry) => entry.action)).toContain("usage_map.change");
});

describe("what a product sends", () => {
  it("reaches the score of the customer whose domain its group has", async () => {
    const { sandbox, server: running } = company;
    const [record] = sandbox.hubspot.all("companies");
    const domain = record && sandbox.hubspot.value(record, "domain");
    expect(domain).toMatch(/\./);
    await untilScored(running.url);
    const people = Array.from({ length: 7 }, (_, i) => event({ userId: `p${i}`, groupId: "customer-1" }));
    const said = { type: "group", userId: "p0", groupId: "customer-1", messageId: randomUUID() };
    await post("batch", { batch: [...people, { ...said, traits: { website: domain } }] }, basic(server));
    await eventually(async () => {
      const [account] = await listAccounts(running.url);
      expect(account?.links).toContainEqual(
        expect.objectContaining({ ref: { platform: "segment", objectType: "group", id: "customer-1" } }),
      );
      const health = await adminGet<unknown>(running.url, `/accounts/${account?.id}/health`);
      expect(JSON.stringify(health)).toMatch(/\b7 of \d+ seats in use|7 active/);
    });
  });
});

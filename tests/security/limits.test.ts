import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTE_LIMITS } from "../../server/src/http/route-limits.ts";
import { ROUTE_ROLES } from "../../server/src/http/route-roles.ts";
import { REQUEST_LIMITS } from "../../server/src/serve-http.ts";
import {
  CLIENT_SECRET,
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { ADMIN_TOKEN } from "../support/one-company.ts";

const MB = 1024 * 1024;

describe("body, depth and time limits; rate limits; fair share (ASVS 2.4.1, 15.2.2, 13.1.2, 13.2.6, 15.4.4)", () => {
  let server: GuardedServer;
  let ours: GuardedTenant;
  let theirs: GuardedTenant;
  beforeAll(async () => {
    server = await startGuarded({
      change: (parts) => ({ ...parts, senderLimits: { requestsPerSecond: 3, eventsWaiting: 100 } }),
      limits: { headersTimeout: 2_000, requestTimeout: 2_000, connectionsCheckingInterval: 100 },
    });
    ours = await guardedTenant(server.parts, "ours", "6001");
    theirs = await guardedTenant(server.parts, "theirs", "6002");
  }, 120_000);
  afterAll(() => server?.stop());

  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(server.url + path, { method: "POST", body, headers });
  const signed = (body: string) =>
    post("/webhooks/hubspot", body, hubspotHeaders(`${server.url}/webhooks/hubspot`, body, CLIENT_SECRET));
  const newToken = async ({ tenant }: GuardedTenant): Promise<string> => {
    const answer = await server.call("POST", `/tokens?tenantId=${tenant}`, ADMIN_TOKEN, {
      name: "x",
      role: "admin",
    });
    return ((await answer.json()) as { token: string }).token;
  };
  const newWriteKey = async ({ tenant }: GuardedTenant): Promise<string> => {
    const answer = await server.call("POST", `/write-keys?tenantId=${tenant}`, ADMIN_TOKEN, {
      name: "x",
      kind: "server",
    });
    return ((await answer.json()) as { writeKey: string }).writeKey;
  };

  it.each([
    ["/webhooks/hubspot", MB],
    ["/webhooks/zendesk/x", MB],
    ["/api/hubspot/corrections", MB],
    ["/api/zendesk/corrections", MB],
    [`/api/v1/tokens`, MB],
    ["/v1/batch", MB / 2],
  ])("takes no body over its size on %s, packed or not", async (path, size) => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    expect((await post(path, " ".repeat(size + 1), headers)).status).toBe(413);
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50 * MB)));
    expect(bomb.length).toBeLessThan(size);
    expect((await post(path, bomb, { ...headers, "content-encoding": "gzip" })).status).toBe(413);
    expect((await post(path, " ".repeat(size), headers)).status).not.toBe(413);
  });

  it.each([1_000, 100_000])(
    "survives a body that is %i deep, and never blames itself for it",
    async (depth) => {
      const deep = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      const nested = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
      const writeKey = await newWriteKey(ours);
      const key = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}` };
      const event = `{"portalId":6001,"eventId":1,"objectId":1,"objectTypeId":"0-2","occurredAt":1790000000000,"subscriptionType":"object.creation"`;
      const answers = [
        await signed(deep),
        await signed(`[${event},"x":${deep}}]`),
        await signed(`[{"portalId":6001,"x":${deep}},{"portalId":6002,"x":${deep}}]`),
        await server.call(
          "POST",
          `/tokens?tenantId=${ours.tenant}`,
          ADMIN_TOKEN,
          `{"name":${nested},"role":"csm"}`,
        ),
        await server.call(
          "POST",
          `/scorecards?tenantId=${ours.tenant}`,
          ADMIN_TOKEN,
          `{"definition":${nested}}`,
        ),
        await post("/v1/track", `{"event":"x","userId":"1","properties":${nested}}`, key),
        await post(
          "/v1/batch",
          `{"batch":[{"type":"track","event":"x","userId":"1","properties":{"a":${deep}}}]}`,
          key,
        ),
        await post("/v1/track", nested, key),
      ];
      expect(answers.map(({ status }) => status >= 500)).toEqual(answers.map(() => false));
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    },
  );

  /** Sends a byte at a time until the other side has had enough. @returns what it answered */
  async function trickle(start: string): Promise<string> {
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += String(data);
    });
    socket.on("error", () => undefined); // written to after the end
    await once(socket, "connect");
    socket.write(start);
    const closed = new Promise((resolve) => socket.once("close", resolve)); // `once` of events would fail on a reset
    const timer = setInterval(() => socket.write("a"), 30);
    await closed;
    clearInterval(timer);
    return answer;
  }

  it("ends a request whose headers or body trickle in (slow loris), while others are answered", async () => {
    const slow = Promise.all([
      ...Array.from({ length: 20 }, () => trickle("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")),
      ...Array.from({ length: 20 }, () =>
        trickle("POST /webhooks/hubspot HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"),
      ),
    ]);
    await sleep(100);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    for (const answer of await slow) expect(answer).toMatch(/^(HTTP\/1\.1 (408|400) |$)/);
  });

  it("gives the real server at most 30 s for a request", () => {
    const { headersTimeout, requestTimeout, connectionsCheckingInterval } = REQUEST_LIMITS;
    expect(Math.max(headersTimeout, requestTimeout) + connectionsCheckingInterval).toBeLessThanOrEqual(
      30_000,
    );
    expect(connectionsCheckingInterval).toBeGreaterThan(0);
  });

  it("limits costly routes per tenant, and nobody else by it", async () => {
    for (const route of Object.keys(ROUTE_LIMITS)) expect(Object.keys(ROUTE_ROLES)).toContain(route);
    const [own, foreign] = [await newToken(ours), await newToken(theirs)];
    const train = (token: string) => server.call("POST", "/churn-models/train", token, {});
    const statuses: number[] = [];
    for (let call = 0; call < (ROUTE_LIMITS["post /churn-models/train"] ?? 0) + 5; call++)
      statuses.push((await train(own)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect(statuses.slice(0, -5)).not.toContain(429);
    const late = await train(own);
    expect(late.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(late.headers.get("content-type")).toContain("application/problem+json");
    expect((await train(await newToken(ours))).status).toBe(429); // another token of the same tenant
    expect((await train(foreign)).status).not.toBe(429);
    expect((await server.call("GET", "/accounts", own)).status).toBe(200);
  });

  it("limits corrections per person", async () => {
    const [own, foreign] = [await newToken(ours), await newToken(theirs)];
    const correct = (token: string) =>
      server.call("POST", `/accounts/${randomUUID()}/corrections`, token, {});
    const statuses: number[] = [];
    for (let call = 0; call < 35; call++) statuses.push((await correct(own)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
    expect((await correct(foreign)).status).toBe(400);
  });

  it("limits sign-ins per address", async () => {
    const statuses: number[] = [];
    for (let call = 0; call < 65; call++)
      statuses.push((await fetch(`${server.url}/oauth/hubspot/callback?code=x&state=y`)).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  it("keeps one tenant's noise from the others: the loud key is told to wait, the quiet one is served", async () => {
    const keyOf = async (tenant: GuardedTenant) => ({
      authorization: `Basic ${Buffer.from(`${await newWriteKey(tenant)}:`).toString("base64")}`,
    });
    const [loud, quiet] = [await keyOf(ours), await keyOf(theirs)];
    const send = (key: Record<string, string>) =>
      post("/v1/track", JSON.stringify({ event: "x", userId: "1", messageId: randomUUID() }), key);
    const [noise, others] = await Promise.all([
      Promise.all(Array.from({ length: 30 }, () => send(loud))),
      Promise.all([send(quiet), send(quiet)]),
    ]);
    expect(noise.map(({ status }) => status)).toContain(429);
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
  });
});

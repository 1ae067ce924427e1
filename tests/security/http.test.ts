import { problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { apiRoutes } from "../../server/src/http/routes/api-v1.ts";
import { CARD_DOCS } from "../../server/src/http/routes/card-routes.ts";
import {
  CLIENT_SECRET,
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { ADMIN_TOKEN } from "../support/one-company.ts";
import { routesOf } from "../support/routes-of.ts";

let server: GuardedServer;
let ours: GuardedTenant;
beforeAll(async () => {
  server = await startGuarded({ environment: { PUBLIC_URL: "https://health.example.com" } });
  ours = await guardedTenant(server.parts, "ours", "5001");
}, 120_000);
afterAll(() => server?.stop());

const UUID = "00000000-0000-4000-8000-00000000dead";
const addressOf = (path: string): string => path.replaceAll(/:\w+/g, UUID);
const webhook = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/webhooks/hubspot`, {
    method: "POST",
    body,
    headers: {
      ...hubspotHeaders("https://health.example.com/webhooks/hubspot", body, CLIENT_SECRET),
      ...headers,
    },
  });
const event = (change: string) =>
  `[{"eventId":7,"portalId":5001,"objectId":5,"objectTypeId":"0-2","occurredAt":1790000000000,"subscriptionType":"object.creation"${change}}]`;

describe("cards: no-store and generic errors (ASVS 14.3.2, 16.5.1)", () => {
  it("answer on every route with security headers and without a cache, whatever the answer", async () => {
    const routes = routesOf(server.app);
    expect(routes.length).toBeGreaterThan(90);
    for (const { method, path } of [...routes, { method: "get", path: "/nothing" }]) {
      const answer = await fetch(server.url + addressOf(path), {
        method: method.toUpperCase(),
        redirect: "manual",
      });
      const headers = Object.fromEntries(answer.headers);
      expect([path, headers]).toEqual([
        path,
        expect.objectContaining({
          "cache-control": "no-store",
          "x-content-type-options": "nosniff",
          "x-frame-options": "SAMEORIGIN",
          "referrer-policy": "no-referrer",
          "strict-transport-security": expect.stringContaining("max-age="),
          "content-security-policy": expect.stringContaining("default-src 'self'"),
          "x-request-id": expect.stringMatching(/^r_/),
        }),
      ]);
      expect(headers).not.toHaveProperty("x-powered-by");
      expect(headers).not.toHaveProperty("server");
      const text = await answer.text();
      if (answer.status >= 400 && method !== "head") {
        expect([path, problem.parse(JSON.parse(text)).requestId]).toEqual([path, headers["x-request-id"]]);
        // nothing of how it is made: no stack, no file, no statement
        expect(text).not.toMatch(/node_modules|\.ts:\d|\bat .*\(|SELECT |prisma|postgres/i);
      }
    }
  }, 60_000);

  it("let other origins read nothing but the intake of a browser's write key", async () => {
    for (const { method, path } of routesOf(server.app).filter((route) => !route.path.startsWith("/v1/"))) {
      const answer = await fetch(server.url + addressOf(path), {
        method: method.toUpperCase(),
        headers: { origin: "https://evil.example" },
        redirect: "manual",
      });
      expect([path, answer.headers.get("access-control-allow-origin")]).toEqual([path, null]);
    }
  }, 60_000);

  it("say the same of what is wrong on our side, whatever it was", async () => {
    const broken = await startGuarded({
      change: (parts) => ({
        ...parts,
        connections: {
          ...parts.connections,
          list: () => Promise.reject(new Error("canary: password=hunter2 at db.internal")),
        },
      }),
    });
    const answer = await broken.call("GET", "/accounts", ADMIN_TOKEN);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).not.toBeNull();
    expect(problem.parse(await answer.json()).detail).toBe(
      "Something went wrong on our side. Please try again.",
    );
    await broken.stop();
  }, 60_000);
});

describe("parsers agree (ASVS 1.5.3, 4.1.3, 4.1.4, 15.3.3)", () => {
  it("refuse a query parameter that is given twice, and take no brackets for objects", async () => {
    for (const query of ["limit=1&limit=2", "after=&after=", "limit[$gt]=1&limit=x"])
      expect([query, (await server.call("GET", `/accounts?${query}`, ADMIN_TOKEN)).status]).toEqual([
        query,
        400,
      ]);
    expect(
      (await server.call("GET", `/accounts?tenantId=${ours.tenant}&tenantId=${UUID}`, ADMIN_TOKEN)).status,
    ).toBe(400);
    expect((await server.call("GET", "/accounts?__proto__[limit]=0&constructor=x", ADMIN_TOKEN)).status).toBe(
      200,
    );
  });

  it("believe no forwarded address: the signed one is PUBLIC_URL", async () => {
    const body = event("");
    const evil = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "http",
      forwarded: "host=evil.example",
      "x-original-url": "/api/v1/tokens",
    };
    expect((await webhook(body, evil)).status).toBe(202);
    const signedForEvil = hubspotHeaders("http://evil.example/webhooks/hubspot", body, CLIENT_SECRET);
    expect((await webhook(body, { ...signedForEvil, ...evil })).status).toBe(401);
    const install = await fetch(`${server.url}/oauth/hubspot/install`, { headers: evil, redirect: "manual" });
    expect(install.headers.get("location") ?? "").not.toContain("evil.example");
  });

  it("read a key that stands twice once, the same way everywhere: the last one", async () => {
    const taken = (await (await webhook(event(',"portalId":999,"eventId":8'))).json()) as object;
    expect(taken).toEqual({ accepted: 0, duplicates: 0, unknown: 1 });
    expect(await (await webhook(event(',"portalId":5001,"eventId":9'))).json()).toMatchObject({
      accepted: 1,
    });
  });

  it("pollute no prototype", async () => {
    const hostile =
      '{"__proto__":{"isPolluted":true,"role":"admin"},"constructor":{"prototype":{"isPolluted":true}},"name":"x","role":"csm"}';
    const answer = await server.call("POST", `/tokens?tenantId=${ours.tenant}`, ADMIN_TOKEN, hostile);
    expect(await answer.json()).toMatchObject({ role: "csm", financial: false });
    expect((await webhook(event(',"__proto__":{"objectId":1},"eventId":10'))).status).toBe(202);
    expect((await webhook(`[${hostile}]`)).status).toBeLessThan(500);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)["isPolluted"]).toBeUndefined();
  });

  it("refuse methods that a route does not have", async () => {
    for (const [path, allowed] of Object.entries(
      Object.groupBy(routesOf(server.app), (route) => route.path),
    )) {
      const known = new Set(allowed?.map(({ method }) => method.toUpperCase()));
      for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((one) => !known.has(one))) {
        const answer = await fetch(server.url + addressOf(path), {
          method,
          headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        });
        // an address of one route may also be that of a pattern, such as /scorecards/rollback of /scorecards/:version
        expect([method, path, [400, 404, 405, 413, 429].includes(answer.status)]).toEqual([
          method,
          path,
          true,
        ]);
      }
    }
    for (const header of ["x-http-method-override", "x-http-method", "x-method-override"])
      expect(
        (
          await server.call("GET", `/tokens/${UUID}?tenantId=${ours.tenant}`, ADMIN_TOKEN, undefined, {
            [header]: "DELETE",
          })
        ).status,
      ).toBe(404);
  }, 60_000);

  it("store no field that a body's schema does not name (mass assignment)", async () => {
    const routes = [...apiRoutes(server.parts), ...CARD_DOCS].filter((route) => route.body !== undefined);
    expect(routes.length).toBeGreaterThan(20);
    for (const { method, path, body } of routes)
      expect([
        method,
        path,
        openObjects(z.toJSONSchema(body ?? z.never(), { unrepresentable: "any" })),
      ]).toEqual([method, path, []]);
    const wanted = {
      name: "x",
      role: "csm",
      id: UUID,
      tenantId: UUID,
      createdBy: "somebody",
      revokedAt: null,
      financial: false,
    };
    const made = (await (
      await server.call("POST", `/tokens?tenantId=${ours.tenant}`, ADMIN_TOKEN, wanted)
    ).json()) as { id: string };
    const [stored] = (await server.parts.tokens.list(ours.tenant)).filter((token) => token.id === made.id);
    expect(stored).toMatchObject({ tenantId: ours.tenant, createdBy: "admin" });
    expect(stored?.id).not.toBe(UUID);
  });
});

/** Objects in a schema that keep whatever they are given; records, whose keys are checked, are none. */
function openObjects(schema: unknown, path = ""): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { type, additionalProperties, propertyNames } = schema as Record<string, unknown>;
  const isRecord = propertyNames !== undefined;
  const isOpen = type === "object" && !isRecord && additionalProperties !== false;
  const below = Object.entries(schema).flatMap(([key, value]) => openObjects(value, `${path}/${key}`));
  return isOpen ? [path || "/", ...below] : below;
}

import { randomBytes, randomUUID } from "node:crypto";
import { problem, type Role, roleSchema, tenantId } from "@bellwether/shared";
import express, { type RequestHandler } from "express";
import request from "supertest";
import { describe, expect, it } from "vitest";
import type { AuditEntry } from "../services/ports.ts";
import { mountRoutes } from "./api-route.ts";
import { createApp } from "./app.ts";
import type { HttpDeps } from "./deps.ts";
import { problemHandler } from "./middleware/problem-handler.ts";
import { requestContext } from "./middleware/request-context.ts";
import { ROUTE_ROLES } from "./route-roles.ts";
import { apiRoutes } from "./routes/api-v1.ts";
import { tenantOf } from "./routes/tenant-of.ts";

const TENANT = tenantId.parse(randomUUID());
const OTHER = tenantId.parse(randomUUID());
const ADMIN_TOKEN = "admin-token";
const tokens = new Map<string, Role>(
  roleSchema.options.map((role) => [`bw_${randomBytes(32).toString("base64url")}`, role]),
);
const tokenOf = (role: Role): string => [...tokens].find(([, of]) => of === role)?.[0] ?? "";

/** Knows tokens and nothing else. */
function partsWith(adminToken: string | null = ADMIN_TOKEN) {
  const audited: { tenant: string; entry: AuditEntry }[] = [];
  const logged: unknown[] = [];
  const silent = (...line: unknown[]): void => void logged.push(line);
  const deps: Partial<Record<keyof HttpDeps, unknown>> = {
    settings: { publicUrl: null, hubspotClientSecret: null, adminToken, metricsToken: null },
    clock: { now: () => new Date("2026-03-01T12:00:00Z") },
    log: { error: silent, warn: silent, info: silent, debug: silent },
    meter: { count: silent, observe: silent },
    trace: { run: (_: unknown, work: () => void) => work() },
    newRequestId: () => "r_1",
    connect: { sha256: (text: string) => `hash of ${text}` },
    audit: {
      record: async (tenant: string, entries: AuditEntry[]) =>
        void audited.push(...entries.map((entry) => ({ tenant, entry }))),
    },
    tokens: {
      findByHash: async (hash: string) => {
        const role = tokens.get(hash.replace("hash of ", ""));
        return role ? { id: role, name: role, tenantId: TENANT, role, financial: false } : null;
      },
    },
  };
  return { deps: deps as HttpDeps, audited };
}
const { deps, audited } = partsWith();
const routes = apiRoutes(deps);

/** All routes; behind their guards they say which tenant was asked about, and do nothing else. */
function appOf(parts: HttpDeps) {
  const handle: RequestHandler = async (req, res) => {
    res.json({ tenant: await tenantOf(parts, req, res) });
  };
  const mounted = mountRoutes(
    parts,
    routes.map((route) => ({ ...route, handle })),
  );
  return express().use(requestContext(parts)).use("/api/v1", mounted).use(problemHandler(parts));
}
const app = appOf(deps);
const addressOf = (path: string): string =>
  `/api/v1${path.replace(":id", randomUUID()).replaceAll(/:\w+/g, "acme-1")}`;

describe("routes and roles", () => {
  it("have an entry for every route, and no other", () => {
    const mounted = routes.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(ROUTE_ROLES).toSorted()).toEqual(mounted.toSorted());
    expect(new Set(mounted).size).toBe(mounted.length);
    for (const [route, roles] of Object.entries(ROUTE_ROLES)) {
      expect([route, roles]).toEqual([route, roles.filter((role) => roleSchema.options.includes(role))]);
      expect([route, roles.includes("admin")]).toEqual([route, true]);
    }
  });

  it("name every deed once in the audit log", () => {
    const actions = routes.map((route) => route.action);
    expect(new Set(actions).size).toBe(actions.length);
    for (const action of actions) expect(action).toMatch(/^[a-z_-]+(\.[a-z_-]+)+$/);
  });

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "let the right ones call %s, and write down the others",
    async (name, { method, path, action }) => {
      const address = addressOf(path);
      for (const [token, role] of tokens) {
        const before = audited.length;
        const answer = await request(app)[method](address).auth(token, { type: "bearer" });
        const isAllowed = ROUTE_ROLES[name]?.includes(role) ?? false;
        expect([role, answer.status]).toEqual([role, isAllowed ? 200 : 403]);
        if (isAllowed) expect(answer.body).toEqual({ tenant: TENANT });
        const denials = audited.slice(before).map(({ tenant, entry }) => ({ tenant, ...entry }));
        expect(denials).toEqual(
          isAllowed
            ? []
            : [
                expect.objectContaining({
                  tenant: TENANT,
                  actor: `token:${role}`,
                  action,
                  outcome: "denied",
                  detail: { role },
                }),
              ],
        );
      }
    },
  );

  it.each([
    ["none", {}],
    ["a wrong one", { authorization: "Bearer wrong" }],
    ["one that looks right", { authorization: `Bearer bw_${"x".repeat(43)}` }],
    ["another scheme", { authorization: `Basic ${ADMIN_TOKEN}` }],
  ])("answer 401 to whoever has no token: %s", async (_, headers) => {
    for (const { method, path } of [...routes, { method: "get" as const, path: "/nothing" }]) {
      const answer = await request(app)[method](addressOf(path)).set(headers);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(problem.parse(answer.body).detail).toBe("The bearer token is missing or wrong.");
    }
  });

  it("open to tokens with a role without an ADMIN_TOKEN, and to nobody by an empty one", async () => {
    const without = appOf(partsWith(null).deps);
    const get = (token: string) => request(without).get("/api/v1/tokens").auth(token, { type: "bearer" });
    expect((await get(ADMIN_TOKEN)).status).toBe(401);
    expect((await get("")).status).toBe(401);
    expect((await get(tokenOf("csm"))).status).toBe(403);
  });

  it("say of another tenant what they say of a missing one, and write it down", async () => {
    for (const { method, path, action } of routes) {
      const before = audited.length;
      const answer = await request(app)
        [method](`${addressOf(path)}?tenantId=${OTHER}`)
        .auth(tokenOf("admin"), { type: "bearer" });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(problem.parse(answer.body).detail).toBe("No such company is connected.");
      expect(audited.slice(before)).toEqual([
        { tenant: TENANT, entry: expect.objectContaining({ action, outcome: "denied" }) },
      ]);
    }
  });

  it("are all in the API document, with their bodies and parameters", async () => {
    const { paths } = (await request(createApp(deps)).get("/openapi.json")).body as {
      paths: Record<
        string,
        Record<string, { summary: string; parameters: { name: string }[]; requestBody?: object }>
      >;
    };
    for (const { method, path, summary, body } of routes) {
      const entry = paths[`/api/v1${path.replaceAll(/:(\w+)/g, "{$1}")}`]?.[method];
      expect(entry).toMatchObject({ summary });
      expect([path, entry?.requestBody !== undefined]).toEqual([path, body !== undefined]);
      const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
      expect(entry?.parameters.map((parameter) => parameter.name)).toEqual(
        expect.arrayContaining([...named, "tenantId"]),
      );
    }
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "../../server/src/config.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { type GuardedServer, guardedTenant, startGuarded } from "../support/guarded-server.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { makeBook } from "../support/learning-server.ts";
import { ADMIN_TOKEN, newStorage } from "../support/one-company.ts";
import { routesOf } from "../support/routes-of.ts";

/** Open to everybody by design; all others want a proof. */
const OPEN = ["/healthz", "/readyz", "/openapi.json", "/metrics", "/oauth/"];
const main = fileURLToPath(new URL("../../server/src/main.ts", import.meta.url));

describe("fail closed (ASVS 16.5.2, 16.5.3, 16.5.4, 2.3.3, 15.4.2)", () => {
  const servers: GuardedServer[] = [];
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });
  const started = async (environment: Record<string, string>): Promise<GuardedServer> => {
    const server = await startGuarded({ environment });
    servers.push(server);
    return server;
  };

  it("closes every route whose secret is not configured", async () => {
    const server = await started({ ADMIN_TOKEN: "", HUBSPOT_CLIENT_SECRET: "" });
    await guardedTenant(server.parts, "ours", "7001");
    for (const { method, path } of routesOf(server.app).filter(
      (route) => !OPEN.some((open) => route.path.startsWith(open)),
    )) {
      if (method === "options") continue;
      const url = server.url + path.replaceAll(/:\w+/g, "1");
      for (const secret of ["", "undefined", "null"]) {
        const headers = { ...hubspotHeaders(url, "", secret || " "), authorization: `Bearer ${secret}` };
        const answer = await fetch(url, { method: method.toUpperCase(), headers });
        // an unknown Zendesk connection and a body that could hold a key are looked at first
        const expected = path.startsWith("/webhooks/zendesk")
          ? 404
          : path.startsWith("/v1/")
            ? [400, 401]
            : 401;
        expect([path, [expected].flat().includes(answer.status)]).toEqual([path, true]);
      }
    }
    const install = await fetch(`${server.url}/oauth/hubspot/install`, { redirect: "manual" });
    expect(install.status).toBe(503);
  }, 60_000);

  it("closes the metrics where a token is set", async () => {
    const server = await started({ METRICS_TOKEN: "a-token-for-metrics" });
    const get = (token: string) =>
      fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
    expect((await get("wrong")).status).toBe(401);
    expect((await get("")).status).toBe(401);
    expect((await get("a-token-for-metrics")).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ["ENCRYPTION_KEY", { DATABASE_URL: "postgres://x" }],
    ["ENCRYPTION_KEY", { ENCRYPTION_KEY: "c2hvcnQ=" }],
    ["ADMIN_TOKEN", { ADMIN_TOKEN: "short" }],
    ["HUBSPOT_CLIENT_SECRET", { HUBSPOT_CLIENT_ID: "x" }],
    ["ZENDESK_APP_SECRET", { ZENDESK_APP_SECRET: "short" }],
  ])("does not start with an unusable %s, and does not say its value", (name, environment) => {
    expect(() => readConfig(environment)).toThrow(name);
    expect(() => readConfig(environment)).not.toThrow(/c2hvcnQ|short/);
  });

  it("ends with 1 after an error that nobody caught, logged and in order", async () => {
    const storage = await newStorage("embedded");
    const raise = "process.on('SIGUSR2', () => void Promise.reject(new Error('nobody caught this')))";
    const child = spawn(
      process.execPath,
      [`--import=data:text/javascript,${encodeURIComponent(raise)}`, main],
      {
        env: { ...storage.environment, PATH: process.env["PATH"] ?? "", PORT: "0", LOG_LEVEL: "info" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let printed = "";
    const listening = new Promise<void>((resolve) =>
      child.stdout.on("data", (data: Buffer) => {
        printed += String(data);
        if (printed.includes("listening on port")) resolve();
      }),
    );
    const ended = once(child, "exit");
    await Promise.race([listening, ended]);
    child.kill("SIGUSR2");
    const [code, signal] = await ended;
    expect([code, signal]).toEqual([1, null]);
    const line = printed.split("\n").find((text) => text.includes("nobody caught this"));
    expect(JSON.parse(line ?? "{}")).toMatchObject({ level: 50, origin: "unhandledRejection" });
    await storage.remove();
  }, 60_000);

  it("does a thing once that is sent twice at the same time", async () => {
    const server = await started({});
    const book = await makeBook(server.parts, 1, -2, 31);
    await scoreAccounts(server.parts, book.tenant);
    const send = async (path: string, body: unknown) => {
      const answer = await server.call(
        "POST",
        `/accounts/${book.accounts[0]}/${path}?tenantId=${book.tenant}`,
        ADMIN_TOKEN,
        body,
      );
      expect(answer.status).toBe(201);
      return answer.json();
    };
    const correction = { target: "score", direction: "too_high", reason: "sent twice" };
    await Promise.all([
      send("corrections", correction),
      send("corrections", correction),
      send("corrections", correction),
    ]);
    const { corrections } = (await (
      await server.call(
        "GET",
        `/accounts/${book.accounts[0]}/corrections?tenantId=${book.tenant}`,
        ADMIN_TOKEN,
      )
    ).json()) as { corrections: unknown[] };
    expect(corrections).toHaveLength(1);
    const outcome = { kind: "renewed", at: "2026-01-05", note: "sent twice" };
    const [first, second] = (await Promise.all([send("outcomes", outcome), send("outcomes", outcome)])) as {
      id: string;
    }[];
    expect(second?.id).toBe(first?.id);
    const { outcomes } = server.parts;
    expect((await outcomes.counts(book.tenant)).renewed).toBe(1);
    await outcomes.retract(book.tenant, first?.id ?? "", "admin", new Date());
    await send("outcomes", outcome);
    expect((await outcomes.counts(book.tenant)).renewed).toBe(1);
  }, 60_000);
});

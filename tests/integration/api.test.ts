import { accountHealthView, problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../server/src/http/app.ts";
import type { HttpDeps } from "../../server/src/http/deps.ts";
import { type Company, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import {
  ADMIN_TOKEN,
  APP_SECRET,
  adminGet,
  type ListedAccount,
  untilScored,
} from "../support/one-company.ts";
import { appToken, getFromCard, getFromSidebar } from "../support/signed-requests.ts";

const UNKNOWN = "00000000-0000-4000-8000-00000000dead";
const CODE = "canary-code-of-an-install";
const BAD_TOKEN = "canary-token-that-nobody-gave";
const MAIL = "canary.person@customer.example";

describe("the API of one company, logged at trace", () => {
  let company: Company;
  let accounts: ListedAccount[];
  beforeAll(async () => {
    company = await startCompany({
      environment: { LOG_LEVEL: "trace", HUBSPOT_CLIENT_ID: "canary-client" },
    });
    accounts = await untilScored(company.server.url);
    await untilQuiet(company.sandbox);
  }, 60_000);
  afterAll(() => company?.stop());
  const url = (): string => company.server.url;
  const get = (path: string, token = ADMIN_TOKEN): Promise<Response> =>
    fetch(`${url()}${path}`, { headers: { authorization: `Bearer ${token}` } });

  it("pages through all accounts, each once, in every page size", async () => {
    for (const limit of [1, 3, 500]) {
      const seen: string[] = [];
      for (let after = ""; ; ) {
        const page = await adminGet<{ accounts: ListedAccount[]; next: string | null }>(
          url(),
          `/accounts?limit=${limit}${after}`,
        );
        expect(page.accounts.length).toBeLessThanOrEqual(limit);
        seen.push(...page.accounts.map((account) => account.id));
        if (page.next === null) break;
        after = `&after=${page.next}`;
      }
      expect(seen).toEqual(accounts.map((account) => account.id));
    }
    expect(
      (
        await adminGet<{ accounts: unknown[] }>(
          url(),
          `/accounts?after=${"f".repeat(8)}-ffff-4fff-bfff-${"f".repeat(12)}`,
        )
      ).accounts,
    ).toEqual([]);
  });

  it("shows the health and the history of an account", async () => {
    const [account] = accounts;
    const view = accountHealthView.parse(await adminGet(url(), `/accounts/${account?.id}/health`));
    expect(view.healthScore).toBe(account?.healthScore);
    const all = await adminGet<{ history: { result: { scoredAt: string } }[] }>(
      url(),
      `/accounts/${account?.id}/history`,
    );
    const times = all.history.map((entry) => entry.result.scoredAt);
    expect(times).toEqual(times.toSorted());
    const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const month = await adminGet<typeof all>(url(), `/accounts/${account?.id}/history?since=${since}`);
    expect(month.history.length).toBeLessThan(all.history.length);
  });

  it.each([
    ["/api/v1/accounts?limit=0", "limit"],
    ["/api/v1/accounts?limit=501", "limit"],
    ["/api/v1/accounts?limit=many", "limit"],
    ["/api/v1/accounts?limit=1&limit=2", "limit"],
    ["/api/v1/accounts?after=nowhere", "after"],
    ["/api/v1/accounts?tenantId=1", "tenantId"],
    [`/api/v1/accounts/${UNKNOWN}/history?since=yesterday`, "since"],
    [`/api/v1/accounts/${UNKNOWN}/history?since=0000-01-01T00:00:00Z`, "since"],
    ["/api/v1/intake/counts?tenantId=x", "tenantId"],
  ])("answers %s with 400, naming %s", async (path, field) => {
    const answer = await get(path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    const body = problem.parse(await answer.json());
    expect(body).toMatchObject({ code: "request_invalid", detail: expect.stringContaining(field) });
    expect(body.requestId).toBe(answer.headers.get("x-request-id"));
  });

  it("answers unknown accounts, addresses and methods with 404, and what cannot be decoded with 400", async () => {
    for (const path of [UNKNOWN, "1", "%00", `${accounts[0]?.id}x`])
      for (const what of ["health", "history"]) {
        const answer = await get(`/api/v1/accounts/${path}/${what}`);
        expect([path, what, answer.status]).toEqual([path, what, 404]);
        expect(problem.parse(await answer.json()).detail).toBe("No account belongs to this record.");
      }
    expect((await get("/api/v1/nothing")).status).toBe(404);
    expect((await get(`/api/v1/accounts?tenantId=${UNKNOWN}`)).status).toBe(200);
    expect((await get("/api/v1/accounts/%zz/health")).status).toBe(400);
    expect((await fetch(`${url()}/api/hubspot/account-health`, { method: "DELETE" })).status).toBe(404);
    const packed = await fetch(`${url()}/webhooks/hubspot`, {
      method: "POST",
      body: "this is not gzip",
      headers: { "content-encoding": "gzip" },
    });
    expect(packed.status).toBe(400);
    expect(company.server.log()).not.toContain("request failed");
  });

  it("names a bad query of the apps after their proof was checked, never before", async () => {
    const { sandbox } = company;
    const query = { portalId: sandbox.portalId, objectTypeId: "0-9", objectId: "x" };
    const signed = await getFromCard(url(), query, sandbox.hubspotClientSecret);
    expect(signed.status).toBe(400);
    expect(problem.parse(await signed.json()).detail).toMatch(/objectTypeId.*objectId/s);
    expect((await getFromCard(url(), query, "another secret")).status).toBe(401);
    const token = await appToken({ subdomain: sandbox.subdomain });
    for (const wrong of [{}, { ticketId: "1", userId: "2" }, { ticketId: "a" }] as Record<string, string>[])
      expect((await getFromSidebar(url(), wrong, token)).status).toBe(400);
    expect((await getFromSidebar(url(), {}, BAD_TOKEN)).status).toBe(401);
  });

  it("documents every route of /api that there is, and none that there is not", async () => {
    const document = (await (await fetch(`${url()}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.toSorted()).toEqual(apiRoutes().toSorted());
  });

  it("writes no secret and nothing personal to the log, whatever comes", async () => {
    const { sandbox, server, environment } = company;
    const event = sandbox.deliver.hubspotEvent(sandbox.portalId, {
      objectId: Number(sandbox.accounts[0]?.contactIds[0]),
      objectTypeId: "0-1",
      propertyName: "email",
      propertyValue: MAIL,
    });
    const bodies = [
      JSON.stringify([event]),
      `[{"portalId":"${MAIL}"`,
      JSON.stringify([{ email: MAIL }]),
      `"${MAIL}"`,
    ];
    const requestIds: (string | null)[] = [];
    for (const body of bodies) {
      const answer = await fetch(`${url()}/webhooks/hubspot`, {
        method: "POST",
        body,
        headers: hubspotHeaders(`${url()}/webhooks/hubspot`, body, sandbox.hubspotClientSecret),
      });
      if (answer.ok) requestIds.push(answer.headers.get("x-request-id"));
    }
    const ticket = sandbox.deliver.zendeskEvents.at(-1)?.envelope ?? sandboxEvent(sandbox.zendesk.accountId);
    await sandbox.deliver.zendesk({ ...ticket, id: MAIL, detail: { ...ticket.detail, via: MAIL } });
    await sandbox.deliver.zendesk({ ...ticket, id: "" });
    const query = { portalId: sandbox.portalId, objectTypeId: "0-2", objectId: "1", userEmail: MAIL };
    await getFromCard(url(), query, sandbox.hubspotClientSecret);
    await getFromSidebar(url(), { ticketId: MAIL }, await appToken({ subdomain: sandbox.subdomain }));
    await get(`/api/v1/accounts?after=${MAIL}`, ADMIN_TOKEN);
    await get("/api/v1/accounts", BAD_TOKEN);
    await get(`/${MAIL}/${BAD_TOKEN}`, BAD_TOKEN);
    for (const platform of ["hubspot", "zendesk"])
      await fetch(`${url()}/oauth/${platform}/callback?code=${CODE}&state=${BAD_TOKEN}`, {
        headers: { cookie: `bellwether_install=${BAD_TOKEN}; bellwether_tenant=${BAD_TOKEN}` },
      });
    for (const status of [400, 403, 500])
      for (const platform of ["hubspot", "zendesk"] as const) {
        sandbox.faults.set(platform, { status, times: 6 });
        await sandbox.actions.urgentTicket(sandbox.accounts.find((a) => a.zendeskOrganizationId)?.key ?? "");
        await sandbox.deliver.idle();
      }
    sandbox.uninstall("zendesk");
    await sandbox.actions.resolveTickets(sandbox.accounts.find((a) => a.zendeskOrganizationId)?.key ?? "");
    await untilQuiet(sandbox);

    const log = server.log();
    expect(log).toContain("call failed");
    // the jobs are in it, too, with the delivery that led to them
    const ofJobs = log.split("\n").filter((line) => line.includes('"jobId":"j_'));
    expect(ofJobs.some((line) => line.includes('"outcome":"done"'))).toBe(true);
    expect(requestIds).toHaveLength(1);
    expect(ofJobs.some((line) => line.includes(String(requestIds[0])))).toBe(true);
    const mails = [...sandbox.hubspot.all("contacts")].map((contact) =>
      sandbox.hubspot.value(contact, "email"),
    );
    const users = [...sandbox.zendesk.users.values()].map((user) => user.email);
    const secrets = [
      sandbox.hubspotAccessToken,
      sandbox.zendeskAccessToken,
      sandbox.hubspotClientSecret,
      sandbox.zendesk.webhooks[0]?.signingSecret,
      environment["ENCRYPTION_KEY"],
      ADMIN_TOKEN,
      APP_SECRET,
    ];
    const canaries = [MAIL, CODE, BAD_TOKEN, ...mails, ...users, ...secrets].filter((text) => text);
    expect(canaries.length).toBeGreaterThan(30);
    expect(canaries.filter((text) => text && log.includes(text))).toEqual([]);
    expect(log).not.toMatch(/[\w.]+@[\w-]+\.example/);
  }, 60_000);
});

const sandboxEvent = (accountId: number) => ({
  type: "zen:event-type:ticket.created",
  account_id: accountId,
  id: "event-of-a-test",
  time: new Date().toISOString(),
  zendesk_event_version: "2022-06-20",
  subject: "zen:ticket:1",
  detail: {},
  event: {},
});

interface Layer {
  route?: { path: string; stack: { method: string }[] } | undefined;
  handle?: { stack?: Layer[] };
  match?(path: string): unknown;
}

/** Every route under /api as Express has it, in the notation of OpenAPI. */
function apiRoutes(): string[] {
  const settings = { publicUrl: null, hubspotClientSecret: null, adminToken: null, metricsToken: null };
  const app = createApp({ settings } as HttpDeps); // nothing is asked of the others before a request comes
  const routesOf = (stack: readonly Layer[], prefix: string): string[] =>
    stack.flatMap((layer) => {
      if (layer.route)
        return layer.route.stack.map(({ method }) => `${method} ${prefix}${layer.route?.path}`);
      if (!layer.handle?.stack) return [];
      // Express keeps no prefix with a mounted router; there is one
      expect(layer.match?.("/api/v1/x")).toBeTruthy();
      return routesOf(layer.handle.stack, "/api/v1");
    });
  const all = routesOf(app.router.stack as Layer[], "");
  // a route is listed once for each of its handlers
  return [...new Set(all)]
    .filter((route) => route.split(" ")[1]?.startsWith("/api/"))
    .map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
}

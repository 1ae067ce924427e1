import { problem } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { CookieJar } from "../support/browserless.ts";
import {
  type ListedConnection,
  listConnections,
  type SourceCounts,
  untilQuiet,
} from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import {
  ADMIN_TOKEN,
  adminGet,
  type ListedAccount,
  newStorage,
  oauthApp,
  type Storage,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { appToken, getFromCard, getFromSidebar } from "../support/signed-requests.ts";

describe("two tenants on one server", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  let server: ServerProcess;
  let first: ListedConnection;
  let second: ListedConnection;
  let zendesk: ListedConnection;
  let appSecret = "";
  /** One browser for all: whoever installs for two companies in one hour. */
  const browser = new CookieJar();

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 5, now: () => new Date(), accounts: 8, retryScale: 0.1 });
    const [kept, port] = await Promise.all([newStorage("embedded"), freePort()]);
    storage = kept;
    server = await startServer({ ...storage.environment, ...oauthApp(sandbox, port) }, port);
    sandbox.setHubspotWebhook({
      url: `${server.url}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: Number(sandbox.hubspotAppId),
    });
    await installHubspot(sandbox.portalId);
    const page = await browser.get(`${server.url}/oauth/zendesk/install?subdomain=${sandbox.subdomain}`);
    appSecret = /<code>([^<]+)<\/code>/.exec(await page.text())?.[1] ?? "";
    await installHubspot(sandbox.secondPortal.portalId);
    const all = await listConnections(server.url);
    first = connectionOf(all, sandbox.portalId);
    second = connectionOf(all, sandbox.secondPortal.portalId);
    zendesk = connectionOf(all, sandbox.subdomain);
    for (const { tenantId } of [first, second])
      await eventually(async () => {
        const accounts = await accountsOf(tenantId);
        expect(accounts.length).toBeGreaterThan(0);
        expect(accounts.filter((account) => account.scoredAt === null)).toEqual([]);
      }, 45_000);
    await untilQuiet(sandbox);
  }, 90_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });

  const installHubspot = async (portalId: string): Promise<void> => {
    const choosePortal = (url: URL): URL => {
      if (url.pathname === "/oauth/authorize") url.searchParams.set("portalId", portalId);
      return url;
    };
    const page = await browser.get(`${server.url}/oauth/hubspot/install`, choosePortal);
    expect(await page.text()).toContain("HubSpot is connected");
  };
  const connectionOf = (all: readonly ListedConnection[], externalId: string): ListedConnection => {
    const found = all.find((connection) => connection.externalId === externalId);
    if (!found) throw new Error(`${externalId} is not connected`);
    return found;
  };
  const accountsOf = async (tenantId: string): Promise<ListedAccount[]> =>
    (await adminGet<{ accounts: ListedAccount[] }>(server.url, `/accounts?tenantId=${tenantId}`)).accounts;
  const accepted = async (tenantId: string): Promise<number> =>
    (await adminGet<{ hubspot: SourceCounts }>(server.url, `/intake/counts?tenantId=${tenantId}`)).hubspot
      .accepted;
  const card = (portalId: string, objectId: string): Promise<Response> =>
    getFromCard(server.url, { portalId, objectTypeId: "0-2", objectId }, sandbox.hubspotClientSecret);

  it("joins the two platforms of one company, and never a second portal of the same platform", () => {
    expect(zendesk.tenantId).toBe(first.tenantId);
    expect(second.tenantId).not.toBe(first.tenantId);
  });

  it("takes each event of a delivery that mixes portals in for its own tenant", async () => {
    const before = [await accepted(first.tenantId), await accepted(second.tenantId)];
    const delivery = await sandbox.deliver.mixedPortals();
    expect(delivery.status).toBe(202);
    expect(await accepted(first.tenantId)).toBe((before[0] ?? 0) + 1);
    expect(await accepted(second.tenantId)).toBe((before[1] ?? 0) + 1);
  });

  it("reads and writes each tenant's records in its own portal", async () => {
    const ours = await accountsOf(second.tenantId);
    expect(ours.map((account) => account.links.map((link) => link.ref.id))).toEqual([
      [sandbox.secondPortal.companyId],
    ]);
    const ids = new Set((await accountsOf(first.tenantId)).flatMap((a) => a.links.map((l) => l.ref.id)));
    expect(ids).not.toContain(sandbox.secondPortal.companyId);
    await eventually(() =>
      expect(new Set(sandbox.writes.map((write) => write.tenant))).toContain(sandbox.secondPortal.portalId),
    );
    for (const write of sandbox.writes.filter((w) => w.platform === "hubspot"))
      expect(write.tenant === sandbox.secondPortal.portalId).toBe(
        write.id === sandbox.secondPortal.companyId,
      );
  });

  it("shows no tenant the other's account, by any route of the apps", async () => {
    const own = sandbox.accounts.find((a) => a.zendeskOrganizationId !== null && a.story === "stable");
    expect((await card(sandbox.portalId, own?.hubspotCompanyId ?? "")).status).toBe(200);
    expect((await card(sandbox.secondPortal.portalId, sandbox.secondPortal.companyId)).status).toBe(200);
    const token = await appToken({ subdomain: sandbox.subdomain, secret: appSecret });
    const refused = [
      await card(sandbox.portalId, sandbox.secondPortal.companyId),
      await card(sandbox.secondPortal.portalId, own?.hubspotCompanyId ?? ""),
      await getFromSidebar(server.url, { organizationId: sandbox.secondPortal.companyId }, token),
      await getFromSidebar(server.url, { userId: sandbox.secondPortal.companyId }, token),
      await getFromSidebar(server.url, { ticketId: sandbox.secondPortal.companyId }, token),
    ];
    const bodies = await Promise.all(
      refused.map(async (answer) => ({ ...problem.parse(await answer.json()), requestId: "" })),
    );
    for (const body of bodies) expect(body).toEqual({ ...bodies[0], status: 404 });
  });

  it("shows the admin an account under its own tenant only, and asks whose when nobody is named", async () => {
    const [theirs] = await accountsOf(second.tenantId);
    const get = (path: string): Promise<Response> =>
      fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    for (const what of ["health", "history"]) {
      const path = `/accounts/${theirs?.id}/${what}`;
      expect((await get(`${path}?tenantId=${second.tenantId}`)).status).toBe(200);
      expect((await get(`${path}?tenantId=${first.tenantId}`)).status).toBe(404);
      const unnamed = await get(path);
      expect(unnamed.status).toBe(400);
      expect(problem.parse(await unnamed.json()).detail).toContain("tenantId");
    }
  });

  it("keeps the events of a portal that took its grant back, and goes on from them when it is back", async () => {
    const account = sandbox.accounts.find((a) => a.story === "stable");
    sandbox.uninstall("hubspot");
    await sandbox.actions.usageRecovers(account?.key ?? "");
    await eventually(async () =>
      expect(connectionOf(await listConnections(server.url), sandbox.portalId).status).toBe("disconnected"),
    );
    const before = await accepted(first.tenantId);
    await sandbox.actions.usageDrops(account?.key ?? "");
    await sandbox.deliver.idle();
    expect(await accepted(first.tenantId)).toBeGreaterThan(before);
    expect(connectionOf(await listConnections(server.url), second.externalId).status).toBe("active");

    const writes = sandbox.writes.length;
    await installHubspot(sandbox.portalId);
    await eventually(() =>
      expect(sandbox.writes.slice(writes).map((write) => write.id)).toContain(account?.hubspotCompanyId),
    );
    expect(connectionOf(await listConnections(server.url), sandbox.portalId)).toMatchObject({
      tenantId: first.tenantId,
      status: "active",
      statusReason: null,
    });
  }, 45_000);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { CookieJar } from "../support/browserless.ts";
import { eventually } from "../support/eventually.ts";
import { adminGet, newStorage, oauthApp, type Storage, untilScored } from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { appToken, getFromSidebar } from "../support/signed-requests.ts";

interface Connections {
  connections: {
    id: string;
    tenantId: string;
    platform: string;
    mode: string;
    status: string;
    statusReason: string | null;
  }[];
}

describe("installing over OAuth", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  let server: ServerProcess;
  const admin = new CookieJar();

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 11, now: () => new Date(), accounts: 8 });
    const [kept, port] = await Promise.all([newStorage("embedded"), freePort()]);
    storage = kept;
    server = await startServer({ ...storage.environment, ...oauthApp(sandbox, port) }, port);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });
  const connections = async () => (await adminGet<Connections>(server.url, "/connections")).connections;

  it("connects HubSpot and then Zendesk to the same company, and scores it", async () => {
    const hubspot = await admin.get(`${server.url}/oauth/hubspot/install`);
    expect(await hubspot.text()).toContain("HubSpot is connected");
    const zendesk = await admin.get(`${server.url}/oauth/zendesk/install?subdomain=${sandbox.subdomain}`);
    const page = await zendesk.text();
    expect(page).toContain("Zendesk is connected");
    const [a, b] = await connections();
    expect([a?.platform, b?.platform].toSorted()).toEqual(["hubspot", "zendesk"]);
    expect(a?.tenantId).toBe(b?.tenantId);
    const accounts = await untilScored(server.url);
    expect(accounts.some((account) => account.healthScore !== null)).toBe(true);

    const secret = /<code>([^<]+)<\/code>/.exec(page)?.[1] ?? "";
    const organization = sandbox.accounts.find((x) => x.zendeskOrganizationId)?.zendeskOrganizationId ?? "";
    const token = await appToken({ subdomain: sandbox.subdomain, secret });
    expect((await getFromSidebar(server.url, { organizationId: organization }, token)).status).toBe(200);
  }, 60_000);

  it("goes on after all access tokens expired, renewing each once", async () => {
    sandbox.expireTokens("hubspot");
    sandbox.expireTokens("zendesk");
    const account = sandbox.accounts.find((x) => x.story === "stable" && x.zendeskOrganizationId !== null);
    const before = sandbox.writes.length;
    await sandbox.actions.urgentTicket(account?.key ?? "");
    await eventually(() => expect(sandbox.writes.length).toBeGreaterThan(before), 30_000);
    expect((await connections()).map((c) => c.status)).toEqual(["active", "active"]);
  }, 60_000);

  it("refuses an answer that belongs to no install of this browser", async () => {
    const stranger = new CookieJar();
    const answer = await stranger.get(`${server.url}/oauth/hubspot/callback?code=abc&state=made-up`);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "state_invalid" });
  });

  it("asks for a proper subdomain before it sends anyone anywhere", async () => {
    for (const subdomain of ["", "evil.example/x", "169.254.169.254", "a@b"]) {
      const answer = await fetch(
        `${server.url}/oauth/zendesk/install?subdomain=${encodeURIComponent(subdomain)}`,
        {
          redirect: "manual",
        },
      );
      expect(answer.status, subdomain).toBe(400);
    }
  });

  it("says that the admin did not agree", async () => {
    const answer = await fetch(`${server.url}/oauth/hubspot/callback?error=access_denied&state=x`);
    expect(answer.status).toBe(400);
    expect((await answer.json()) as object).toMatchObject({
      detail: expect.stringContaining("access_denied"),
    });
  });

  it("pauses a connection whose grant was taken back, and says why", async () => {
    sandbox.uninstall("hubspot");
    await sandbox.actions.urgentTicket(sandbox.accounts.find((x) => x.zendeskOrganizationId)?.key ?? "");
    await eventually(async () => {
      const hubspot = (await connections()).find((c) => c.platform === "hubspot");
      expect(hubspot?.status).toBe("disconnected");
      expect(hubspot?.statusReason).toMatch(/reconnect/);
    }, 30_000);
  }, 60_000);
});

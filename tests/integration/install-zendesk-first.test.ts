import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { CookieJar } from "../support/browserless.ts";
import { eventually } from "../support/eventually.ts";
import {
  adminGet,
  listAccounts,
  newStorage,
  oauthApp,
  type Storage,
  untilScored,
} from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

describe("installing Zendesk before HubSpot", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  let server: ServerProcess;
  const admin = new CookieJar();

  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 12, now: () => new Date(), accounts: 8 });
    const [kept, port] = await Promise.all([newStorage("embedded"), freePort()]);
    storage = kept;
    server = await startServer({ ...storage.environment, ...oauthApp(sandbox, port) }, port);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await sandbox?.stop();
    await storage?.remove();
  });

  it("joins the companies to the accounts of their organizations instead of making second ones", async () => {
    await admin.get(`${server.url}/oauth/zendesk/install?subdomain=${sandbox.subdomain}`);
    await eventually(async () => {
      const { connections } = await adminGet<{ connections: { isDone: boolean }[] }>(server.url, "/backfill");
      expect(connections.map((c) => c.isDone)).toEqual([true]);
    }, 30_000);
    const organizations = await listAccounts(server.url);
    expect(organizations.length).toBe(sandbox.zendesk.organizations.size);

    await admin.get(`${server.url}/oauth/hubspot/install`);
    const accounts = await untilScored(server.url);
    const companies = accounts.flatMap((a) => a.links.filter((l) => l.ref.platform === "hubspot"));
    expect(new Set(companies.map((l) => l.ref.id)).size).toBe(companies.length);
    const joined = sandbox.accounts.filter((a) => a.zendeskOrganizationId !== null && a.story === "stable");
    for (const { hubspotCompanyId, zendeskOrganizationId } of joined) {
      const own = accounts.filter((a) =>
        a.links.some((l) => l.ref.id === hubspotCompanyId || l.ref.id === zendeskOrganizationId),
      );
      expect(own.map((a) => a.links.length)).toEqual([2]);
    }
    expect(accounts.every((a) => a.links.length > 0)).toBe(true);
  }, 90_000);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, type SandboxRequest, startSandbox } from "../sandbox/index.ts";
import { intakeCounts, needlessWrites, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { newStorage, oneCompany, type Storage, untilScored } from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";

const listPages = (requests: readonly SandboxRequest[]): number =>
  requests.filter((r) => r.method === "GET" && /^\/crm\/objects\/[^/]+\/[a-z_]+$/.test(r.path)).length;

describe.skipIf(!process.env["TEST_DATABASE_URL"])("a web process and two workers on one PostgreSQL", () => {
  let sandbox: Sandbox;
  let storage: Storage;
  let web: ServerProcess;
  let workers: ServerProcess[] = [];
  let environment: Record<string, string>;

  const startWorker = async (): Promise<ServerProcess> =>
    startServer(environment, await freePort(), "worker");

  beforeAll(async () => {
    sandbox = await startSandbox({
      seed: 9,
      now: () => new Date(),
      accounts: 60,
      retryScale: 0.1,
      limits: { zendeskExportQuietMs: 0, zendeskExportsPerMinute: 1_000 },
    });
    const [kept, port] = await Promise.all([newStorage("server"), freePort()]);
    storage = kept;
    environment = { ...oneCompany(sandbox, port), ...storage.environment };
    workers = await Promise.all([startWorker(), startWorker()]);
    web = await startServer(environment, port, "web");
    sandbox.setHubspotWebhook({
      url: `${web.url}/webhooks/hubspot`,
      clientSecret: sandbox.hubspotClientSecret,
      appId: Number(sandbox.hubspotAppId),
    });
    await untilScored(web.url);
    await untilQuiet(sandbox);
  }, 90_000);
  afterAll(async () => {
    await Promise.all([web, ...workers].map((process) => process?.stop()));
    await sandbox?.stop();
    await storage?.remove();
  });

  const withUsage = () => sandbox.accounts.filter((a) => a.story === "stable" || a.story === "growing");
  const writesOf = (id: string, from: number): number =>
    sandbox.writes.slice(from).filter((write) => write.id === id).length;
  const expectWritten = (ids: readonly string[], from: number): Promise<void> =>
    eventually(() => {
      for (const id of ids) expect([id, writesOf(id, from) > 0]).toEqual([id, true]);
    }, 25_000);

  it("read the history once between them and write nothing twice", async () => {
    const alone = listPages(sandbox.requests);
    // pages of 50 companies, 100 of others; a page that both began is read by both
    const records = (["companies", "contacts", "deals", "tickets", "feedback_submissions"] as const).map(
      (type) => [...sandbox.hubspot.all(type)].length,
    );
    const pages = records.reduce((sum, n, i) => sum + Math.max(1, Math.ceil(n / (i === 0 ? 50 : 100))), 0);
    expect(alone).toBeGreaterThanOrEqual(pages);
    expect(alone).toBeLessThanOrEqual(pages + 2);
    expect(needlessWrites(sandbox)).toEqual([]);
  });

  it("write each of many changes once, whichever of them does it", async () => {
    const from = sandbox.writes.length;
    const changed = withUsage();
    for (const account of changed) await sandbox.actions.usageDrops(account.key);
    await eventually(() =>
      expect(new Set(sandbox.writes.slice(from).map((w) => w.id)).size).toBeGreaterThan(5),
    );
    await untilQuiet(sandbox);
    expect(needlessWrites(sandbox)).toEqual([]);
    const { hubspot } = await intakeCounts(web.url);
    expect(hubspot.accepted).toBe(sandbox.deliver.hubspotEvents.length);
  }, 40_000);

  it.each([0, 1])(
    "go on with all of the work when worker %i is killed, and the other way round",
    async (n) => {
      await workers[n]?.kill();
      const from = sandbox.writes.length;
      const account = sandbox.accounts.filter((a) => a.story === "stable" && a.zendeskOrganizationId)[n];
      await sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
      await expectWritten([account?.hubspotCompanyId ?? "", account?.zendeskOrganizationId ?? ""], from);
      workers[n] = await startWorker();
    },
    60_000,
  );

  it("keep what the web process takes in while there is no worker, and do it when there is one", async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    const from = sandbox.writes.length;
    const account = sandbox.accounts.filter((a) => a.story === "stable" && a.zendeskOrganizationId)[2];
    await sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
    await sandbox.deliver.idle();
    expect(sandbox.deliver.log.at(-1)?.status).toBe(202);
    workers = [await startWorker()];
    await expectWritten([account?.hubspotCompanyId ?? ""], from);
    expect(needlessWrites(sandbox)).toEqual([]);
  }, 60_000);
});

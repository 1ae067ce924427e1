import { accountHealthView } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Sandbox, type SandboxRequest, startSandbox } from "../sandbox/index.ts";
import { intakeCounts, needlessWrites, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { type LoadBalancer, startLoadBalancer } from "../support/load-balancer.ts";
import { newStorage, oneCompany, type Storage, untilScored } from "../support/one-company.ts";
import { freePort, type ServerProcess, startServer } from "../support/server-process.ts";
import { getFromCard } from "../support/signed-requests.ts";

const listPages = (requests: readonly SandboxRequest[]): number =>
  requests.filter((r) => r.method === "GET" && /^\/crm\/objects\/[^/]+\/[a-z_]+$/.test(r.path)).length;

describe.skipIf(!process.env["TEST_DATABASE_URL"])(
  "two web processes and two workers on one PostgreSQL",
  () => {
    let sandbox: Sandbox;
    let storage: Storage;
    let balancer: LoadBalancer;
    let webs: [ServerProcess, ServerProcess];
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
      const [kept, one, other] = await Promise.all([newStorage("server"), freePort(), freePort()]);
      storage = kept;
      balancer = await startLoadBalancer([one, other]);
      environment = { ...oneCompany(sandbox, one), ...storage.environment, PUBLIC_URL: balancer.url };
      workers = await Promise.all([startWorker(), startWorker()]);
      webs = await Promise.all([
        startServer(environment, one, "web"),
        startServer(environment, other, "web"),
      ]);
      sandbox.setHubspotWebhook({
        url: `${balancer.url}/webhooks/hubspot`,
        clientSecret: sandbox.hubspotClientSecret,
        appId: Number(sandbox.hubspotAppId),
      });
      await untilScored(webs[0].url);
      await untilQuiet(sandbox);
    }, 90_000);
    afterAll(async () => {
      await Promise.all([...(webs ?? []), ...workers].map((process) => process.stop()));
      await balancer?.close();
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
      // pages of 50 companies, 100 of others; runs that were woken together read the page that they began with
      const records = (["companies", "contacts", "deals", "tickets", "feedback_submissions"] as const).map(
        (type) => [...sandbox.hubspot.all(type)].length,
      );
      const pages = records.reduce((sum, n, i) => sum + Math.max(1, Math.ceil(n / (i === 0 ? 50 : 100))), 0);
      expect(alone).toBeGreaterThanOrEqual(pages);
      expect(alone).toBeLessThanOrEqual(pages + 4);
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
      const { hubspot } = await intakeCounts(webs[1].url);
      expect(hubspot.accepted).toBe(sandbox.deliver.hubspotEvents.length);
    }, 40_000);

    /** Events of HubSpot that this process itself acknowledged. */
    const acknowledgedBy = async ({ url }: ServerProcess): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const line = /^bellwether_events_total\{source="hubspot",outcome="accepted"\} (\d+)$/m.exec(text);
      return Number(line?.[1] ?? 0);
    };

    it("take events in over both web processes, each event once", async () => {
      const [one, other] = await Promise.all(webs.map(acknowledgedBy));
      expect(one).toBeGreaterThan(0);
      expect(other).toBeGreaterThan(0);
      expect((one ?? 0) + (other ?? 0)).toBe(sandbox.deliver.hubspotEvents.length);
    });

    it("show the same card at both web processes, whichever took the event in", async () => {
      const account = withUsage()[0];
      const query = {
        portalId: sandbox.portalId,
        objectTypeId: "0-2",
        objectId: account?.hubspotCompanyId ?? "",
      };
      const cards = webs.map(async ({ url }) => {
        const answer = await getFromCard(url, query, sandbox.hubspotClientSecret, (full) =>
          full.replace(url, balancer.url),
        );
        expect(answer.status).toBe(200);
        return accountHealthView.parse(await answer.json()).healthScore;
      });
      const [one, other] = await Promise.all(cards);
      expect(one).not.toBeNull();
      expect(other).toBe(one);
    });

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

    it("keep what the web processes take in while there is no worker, and do it when there is one", async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
      const from = sandbox.writes.length;
      const account = sandbox.accounts.filter((a) => a.story === "stable" && a.zendeskOrganizationId)[2];
      await sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
      await sandbox.deliver.idle();
      expect(sandbox.deliver.log.at(-1)?.status).toBe(202);
      workers = [await startWorker()];
      await expectWritten([account?.hubspotCompanyId ?? ""], from);
      // of others a worker that was killed may have written one and not noted it
      const records = [
        `hubspot company ${account?.hubspotCompanyId}`,
        `zendesk organization ${account?.zendeskOrganizationId}`,
      ];
      expect(needlessWrites(sandbox).filter((record) => records.includes(record))).toEqual([]);
    }, 60_000);
  },
);

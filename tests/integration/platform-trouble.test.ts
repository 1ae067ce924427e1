import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox, SandboxAccount } from "../sandbox/index.ts";
import { type Company, needlessWrites, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { type ListedAccount, listAccounts, untilScored } from "../support/one-company.ts";

const HAS_BOTH = (a: SandboxAccount): boolean => a.story === "stable" && a.zendeskOrganizationId !== null;

/** The newest score that the platform shows for a record; "" = cleared. */
const shown = (sandbox: Sandbox, id: string): unknown =>
  sandbox.writes.findLast((write) => write.id === id)?.values["bellwether_health_score"];

function expectAllShown(sandbox: Sandbox, accounts: readonly ListedAccount[]): void {
  for (const { links, healthScore } of accounts)
    for (const { ref } of links) {
      const value = shown(sandbox, ref.id);
      const score = value === "" || value === null ? null : Number(value);
      expect([ref.id, value !== undefined, score]).toEqual([ref.id, true, healthScore]);
    }
}

describe("a platform in trouble", () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({
      sandbox: { accounts: 24, limits: { zendeskExportQuietMs: 0, zendeskExportsPerMinute: 1_000 } },
      prepare: ({ faults }) => {
        for (const platform of ["hubspot", "zendesk"] as const) {
          faults.add(platform, { status: 429, retryAfterS: 1, times: 2 });
          faults.add(platform, { status: 500, rate: 0.06 });
          faults.add(platform, { status: 502, rate: 0.06 });
          faults.add(platform, { dropAnswer: true, rate: 0.04 });
        }
      },
    });
  }, 60_000);
  afterAll(() => company?.stop());
  const changed = (): SandboxAccount[] => company.sandbox.accounts.filter(HAS_BOTH);
  const companyWrites = (from: number): string[] =>
    company.sandbox.writes
      .slice(from)
      .filter((write) => write.objectType === "company")
      .map((write) => write.id);

  it("during the backfill delays it and loses nothing", async () => {
    const accounts = await untilScored(company.server.url);
    expect(accounts.length).toBeGreaterThan(10);
    company.sandbox.faults.clear();
    await eventually(
      async () => expectAllShown(company.sandbox, await listAccounts(company.server.url)),
      30_000,
    );
    expect(company.sandbox.requests.some((request) => request.status === null)).toBe(true);
    await untilQuiet(company.sandbox);
  }, 90_000);

  it("with one row holds up no other row, and the bad one is written when the trouble is over", async () => {
    const { sandbox } = company;
    const [bad, ...good] = changed();
    sandbox.faults.set("hubspot", { path: /\/batch\/update$/, partialIds: [bad?.hubspotCompanyId ?? ""] });
    sandbox.faults.set("zendesk", { failedJobItems: [bad?.zendeskOrganizationId ?? ""] });
    const from = sandbox.writes.length;
    for (const account of [bad, ...good])
      await sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
    await eventually(() => {
      const written = new Set(sandbox.writes.slice(from).map((write) => write.id));
      for (const account of good) {
        expect(written).toContain(account.hubspotCompanyId);
        expect(written).toContain(account.zendeskOrganizationId);
      }
    });
    expect(companyWrites(from)).not.toContain(bad?.hubspotCompanyId);
    sandbox.faults.clear();
    await eventually(() => {
      expect(companyWrites(from)).toContain(bad?.hubspotCompanyId);
      expect(sandbox.writes.slice(from).map((write) => write.id)).toContain(bad?.zendeskOrganizationId);
    });
    await untilQuiet(sandbox);
    expect(companyWrites(from).filter((id) => id === good[0]?.hubspotCompanyId).length).toBeLessThanOrEqual(
      2,
    );
  }, 60_000);

  it("with one record that cannot be read holds up no other record", async () => {
    const { sandbox } = company;
    const [bad, ...good] = changed();
    const id = bad?.hubspotCompanyId ?? "";
    sandbox.faults.set("hubspot", { path: /\/companies\/batch\/read$/, partialIds: [id] });
    sandbox.faults.add("hubspot", { path: new RegExp(`/companies/${id}$`), status: 400 });
    const from = sandbox.writes.length;
    for (const account of [bad, ...good]) await sandbox.actions.usageDrops(account?.key ?? "");
    await eventually(() => {
      for (const account of good) expect(companyWrites(from)).toContain(account.hubspotCompanyId);
    });
    sandbox.faults.clear();
  }, 60_000);

  it.each([
    ["a lost answer to HubSpot's batch", "hubspot", { path: /\/batch\/update$/, dropAnswer: true, times: 1 }],
    [
      "HubSpot asking for a pause",
      "hubspot",
      { path: /\/batch\/update$/, status: 429, retryAfterS: 2, times: 2 },
    ],
    ["HubSpot being down for a moment", "hubspot", { status: 503, times: 3 }],
    ["Zendesk jobs whose status is gone", "zendesk", { jobs: "expired", times: 40 }],
    ["a lost answer of Zendesk", "zendesk", { path: /update_many/, dropAnswer: true, times: 1 }],
  ] as const)(
    "is over in the end: %s",
    async (_what, platform, fault) => {
      const { sandbox } = company;
      const account = changed().at(-1);
      await untilQuiet(sandbox);
      const from = sandbox.writes.length;
      sandbox.faults.set(platform, fault);
      const isOpen = account?.zendeskTicketIds.some(
        (id) => sandbox.zendesk.tickets.get(Number(id))?.status === "open",
      );
      if (isOpen) await sandbox.actions.resolveTickets(account?.key ?? "");
      else await sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
      await eventually(() => expect(companyWrites(from)).toContain(account?.hubspotCompanyId), 45_000);
      await eventually(
        () => expect(sandbox.writes.slice(from).map((w) => w.id)).toContain(account?.zendeskOrganizationId),
        45_000,
      );
      sandbox.faults.clear();
      await sleep(50);
      await eventually(async () => expectAllShown(sandbox, await listAccounts(company.server.url)), 20_000);
      const [again] = [companyWrites(from).filter((id) => id === account?.hubspotCompanyId)];
      expect(again.length).toBeLessThanOrEqual(3);
    },
    100_000,
  );

  it("leaves no write that said nothing new but those whose answers were lost", () => {
    expect(needlessWrites(company.sandbox).length).toBeLessThanOrEqual(60);
  });
});

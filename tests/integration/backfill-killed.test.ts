import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxRequest } from "../sandbox/index.ts";
import { type Company, startCompany } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { type ListedAccount, newStorage, oneCompany, untilScored } from "../support/one-company.ts";
import { freePort, startServer } from "../support/server-process.ts";

const LIST = /^\/crm\/objects\/[^/]+\/([a-z_]+)$/;
const EXPORT = /^\/api\/v2\/incremental\/([a-z]+)/;
const listed = ({ method, path }: SandboxRequest): string | null =>
  method === "GET" ? (LIST.exec(path)?.[1] ?? EXPORT.exec(path)?.[1]?.concat(" export") ?? null) : null;

/** How many pages of each kind were read. */
function pagesOf(requests: readonly SandboxRequest[]): Record<string, number> {
  const pages: Record<string, number> = {};
  for (const kind of requests.map(listed)) if (kind !== null) pages[kind] = (pages[kind] ?? 0) + 1;
  return pages;
}

describe("a server killed in the middle of the first backfill", () => {
  let company: Company;
  beforeAll(async () => {
    company = await startCompany({
      sandbox: { accounts: 60, limits: { zendeskExportQuietMs: 0, zendeskExportsPerMinute: 1_000 } },
      prepare: ({ faults }) => {
        faults.add("hubspot", { path: /\/contacts$/, method: "GET", slowMs: 400 });
      },
    });
  }, 60_000);
  afterAll(() => company?.stop());

  it("goes on where it was and ends with the accounts of an undisturbed one", async () => {
    const { sandbox } = company;
    await eventually(() => expect(pagesOf(sandbox.requests)["contacts"] ?? 0).toBeGreaterThanOrEqual(1));
    await company.killAndRestart();
    const atKill = sandbox.requests.length;
    sandbox.faults.clear();
    const accounts = await untilScored(company.server.url);
    const [before, after] = [
      pagesOf(sandbox.requests.slice(0, atKill)),
      pagesOf(sandbox.requests.slice(atKill)),
    ];
    expect(before["companies"]).toBeGreaterThan(0);
    expect(after["companies"]).toBeUndefined();

    const from = sandbox.requests.length;
    const undisturbed = await accountsOfAnotherServer();
    const whole = pagesOf(sandbox.requests.slice(from));
    for (const [kind, pages] of Object.entries(whole)) {
      // the page that was under way at the kill may be read again
      const read = (before[kind] ?? 0) + (after[kind] ?? 0);
      expect([kind, read - pages]).toEqual([kind, expect.toBeOneOf([0, 1])]);
    }
    expect(accounts.map(facts)).toEqual(undisturbed.map(facts));
  }, 90_000);

  const facts = ({ name, links, healthScore }: ListedAccount) => ({
    name,
    links: links.map((link) => [link.ref, link.rule]),
    // the hour moves on between the two
    healthScore: healthScore === null ? null : Math.round(healthScore / 2),
  });

  async function accountsOfAnotherServer(): Promise<ListedAccount[]> {
    const [storage, port] = await Promise.all([newStorage("embedded"), freePort()]);
    const server = await startServer({ ...oneCompany(company.sandbox, port), ...storage.environment }, port);
    try {
      return await untilScored(server.url);
    } finally {
      await server.stop();
      await storage.remove();
    }
  }
});

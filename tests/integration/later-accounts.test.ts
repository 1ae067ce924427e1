import { accountHealthView } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxAccount } from "../sandbox/index.ts";
import { type Company, startCompany, untilQuiet } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { type ListedAccount, listAccounts, untilScored } from "../support/one-company.ts";
import { appToken, getFromCard, getFromSidebar } from "../support/signed-requests.ts";

describe("customers that become known after the backfill", () => {
  let company: Company;
  /** Customers that Zendesk does not know. */
  let unsupported: SandboxAccount[];
  let prospect: SandboxAccount;
  beforeAll(async () => {
    company = await startCompany({ sandbox: { accounts: 40 } });
    await untilScored(company.server.url);
    const { accounts } = company.sandbox;
    unsupported = accounts.filter((a) => a.zendeskOrganizationId === null && a.story !== "prospect");
    const found = accounts.find((a) => a.story === "prospect");
    if (!found || unsupported.length < 3) throw new Error("the book lacks customers for these tests");
    prospect = found;
    await untilQuiet(company.sandbox);
  }, 60_000);
  afterAll(() => company?.stop());

  const recordOf = (account: SandboxAccount) =>
    company.sandbox.hubspot.get("companies", account.hubspotCompanyId);
  const accountOf = async (companyId: string): Promise<ListedAccount | undefined> =>
    (await listAccounts(company.server.url)).find((a) => a.links.some((link) => link.ref.id === companyId));
  const ruleOf = async (companyId: string, organizationId: number): Promise<string | undefined> =>
    (await accountOf(companyId))?.links.find((link) => link.ref.id === String(organizationId))?.rule;
  const card = (objectId: string, objectTypeId = "0-2"): Promise<Response> =>
    getFromCard(
      company.server.url,
      { portalId: company.sandbox.portalId, objectTypeId, objectId },
      company.sandbox.hubspotClientSecret,
    );
  const nth = (n: number): SandboxAccount => {
    const account = unsupported[n];
    if (!account) throw new Error("no such customer");
    return account;
  };

  it("joins a new organization to its company by external id, and shows it the score", async () => {
    const { hubspotCompanyId, name } = nth(0);
    const organization = company.sandbox.zendesk.addOrganization({
      name: `${name} support`,
      domainNames: [],
      externalId: hubspotCompanyId,
    });
    await eventually(async () => expect(await ruleOf(hubspotCompanyId, organization.id)).toBe("external_id"));
    await eventually(() =>
      expect(company.sandbox.writes.map((write) => write.id)).toContain(String(organization.id)),
    );
  });

  it("joins a new organization to its company by domain, and by nothing when neither fits", async () => {
    const { sandbox } = company;
    const domain = sandbox.hubspot.value(recordOf(nth(1)), "domain") ?? "";
    const organization = sandbox.zendesk.addOrganization({ name: "Some other name", domainNames: [domain] });
    const stranger = sandbox.zendesk.addOrganization({ name: "Nobody's", domainNames: ["nobody.example"] });
    await eventually(async () =>
      expect(await ruleOf(nth(1).hubspotCompanyId, organization.id)).toBe("domain"),
    );
    const linked = (await listAccounts(company.server.url)).flatMap((a) => a.links.map((l) => l.ref.id));
    expect(linked).not.toContain(String(stranger.id));
  });

  it("reads the organization that a ticket names when its own event was lost", async () => {
    const { zendesk, subdomain } = company.sandbox;
    const { onChange } = zendesk;
    zendesk.onChange = () => undefined; // the events of these two are lost
    const { hubspotCompanyId } = nth(2);
    const organization = zendesk.addOrganization({
      name: "Lost on the way",
      domainNames: [],
      externalId: hubspotCompanyId,
    });
    const user = zendesk.addUser({
      name: "Petra Nowak",
      email: "petra@lost.example",
      organizationId: organization.id,
    });
    zendesk.onChange = onChange;
    const ticket = zendesk.addTicket({
      subject: "Where are you?",
      description: "Nobody answers.",
      requesterId: user.id,
      organizationId: organization.id,
      status: "open",
    });
    await eventually(async () => expect(await ruleOf(hubspotCompanyId, organization.id)).toBe("external_id"));
    const token = await appToken({ subdomain });
    await eventually(async () => {
      const answer = await getFromSidebar(company.server.url, { ticketId: String(ticket.id) }, token);
      const view = accountHealthView.parse(await answer.json());
      expect(view.account.id).toBe((await accountOf(hubspotCompanyId))?.id);
    });
  });

  it("gives a lead that becomes a customer an account, a score and its properties", async () => {
    const { hubspotCompanyId } = prospect;
    expect(await accountOf(hubspotCompanyId)).toBeUndefined();
    expect((await card(hubspotCompanyId)).status).toBe(404);
    company.sandbox.hubspot.update(recordOf(prospect), { lifecyclestage: "customer" });
    await eventually(async () => expect((await accountOf(hubspotCompanyId))?.scoredAt).toBeTruthy());
    expect((await card(hubspotCompanyId)).status).toBe(200);
    await eventually(() => expect(company.sandbox.writes.map((w) => w.id)).toContain(hubspotCompanyId));
  });

  it("shows nothing for a deleted company, writes nothing to it, and has it back when it is restored", async () => {
    const { sandbox } = company;
    const record = recordOf(prospect);
    sandbox.hubspot.archive(record);
    await eventually(async () => expect((await card(record.id)).status).toBe(404));
    await untilQuiet(sandbox);
    const writes = sandbox.writes.filter((write) => write.id === record.id).length;
    await sandbox.actions.usageDrops(prospect.key);
    await untilQuiet(sandbox);
    expect(sandbox.writes.filter((write) => write.id === record.id).length).toBe(writes);
    sandbox.hubspot.restore(record);
    await eventually(async () => expect((await card(record.id)).status).toBe(200));
  }, 30_000);
});

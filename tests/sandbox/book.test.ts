import { DAY_MS, DEFAULT_FIELD_MAP } from "@bellwether/shared";
import { expect, it } from "vitest";
import type { Sandbox } from "./index.ts";
import { STORIES, storiesFor } from "./portfolio-stories.ts";
import { Random } from "./random.ts";
import { SOME_DAY, started } from "./testing.ts";

async function everything({ hubspot, zendesk }: Awaited<ReturnType<typeof started>>) {
  const { body: companies } = await hubspot(
    "GET",
    "/crm/objects/2026-03/companies?limit=50&propertiesWithHistory=logins_30d&associations=contacts,deals",
  );
  const { body: tickets } = await zendesk(
    "GET",
    "/api/v2/incremental/tickets/cursor.json?start_time=0&include=metric_sets,users",
  );
  return { companies: companies.results, tickets: tickets.tickets, users: tickets.users };
}

it("gives the same book, ids and tokens for the same seed and time", async () => {
  const [one, two] = [await started(), await started()];
  expect(await everything(one)).toEqual(await everything(two));
  expect(one.sandbox.accounts).toEqual(two.sandbox.accounts);
  const secrets = (sandbox: Sandbox) => [
    sandbox.portalId,
    sandbox.hubspotAccessToken,
    sandbox.hubspotClientSecret,
    sandbox.zendeskAccessToken,
    sandbox.secondPortal,
  ];
  expect(secrets(one.sandbox)).toEqual(secrets(two.sandbox));
});

it("gives another book for another seed", async () => {
  const [one, two] = [await started({ seed: 1 }), await started({ seed: 2 })];
  expect(one.sandbox.accounts.map(({ name }) => name)).not.toEqual(
    two.sandbox.accounts.map(({ name }) => name),
  );
});

it("has 85 accounts unless told otherwise, of every story, and none in an empty portfolio", async () => {
  const { sandbox } = await started({ accounts: 85 });
  const stories = Map.groupBy(sandbox.accounts, ({ story }) => story);
  for (const [story, { share }] of Object.entries(STORIES)) {
    expect(stories.get(story as keyof typeof STORIES)?.length, story).toBe(share);
  }
  expect(new Set(sandbox.accounts.map(({ key }) => key)).size).toBe(85);
  const empty = await started({ portfolio: "empty" });
  expect(empty.sandbox.accounts).toEqual([]);
  expect((await empty.hubspot("GET", "/crm/objects/2026-03/companies")).body.results).toEqual([]);
});

it.each([1, 2, 7, 40, 85, 200])("gives each of %i accounts a story", (count) => {
  expect(storiesFor(count)).toHaveLength(count);
});

it("invents every person's address, and no date lies in the future but those that are plans", async () => {
  const { sandbox } = await started({ accounts: 85 });
  for (const contact of sandbox.hubspot.all("contacts")) {
    expect(sandbox.hubspot.value(contact, "email")).toMatch(/\.example$/);
    expect(contact.updatedAt).toBeLessThanOrEqual(SOME_DAY.getTime());
  }
  for (const company of sandbox.hubspot.all("companies")) {
    expect(company.updatedAt).toBeLessThanOrEqual(SOME_DAY.getTime());
    expect(company.createdAt).toBeLessThan(SOME_DAY.getTime());
  }
  for (const ticket of sandbox.zendesk.tickets.values()) {
    expect(ticket.updatedAt).toBeLessThanOrEqual(SOME_DAY.getTime());
    expect(ticket.solvedAt ?? ticket.createdAt).toBeGreaterThanOrEqual(ticket.createdAt);
  }
});

it("tells stories that can be seen in the figures", async () => {
  const { sandbox } = await started({ accounts: 85 });
  const use = (story: string) =>
    sandbox.accounts
      .filter((account) => account.story === story)
      .map((account) => {
        const company = sandbox.hubspot.get("companies", account.hubspotCompanyId);
        const value = (name: string) => Number(sandbox.hubspot.value(company, name));
        return value(DEFAULT_FIELD_MAP.activeUsers) / value(DEFAULT_FIELD_MAP.seats);
      });
  expect(Math.min(...use("growing"))).toBeGreaterThan(0.7);
  expect(Math.max(...use("declining"))).toBeLessThan(0.55);
  expect(Math.max(...use("churned"))).toBeLessThan(0.1);
  const history = sandbox.accounts.map((account) => {
    const company = sandbox.hubspot.get("companies", account.hubspotCompanyId);
    const points = company.versions.get(DEFAULT_FIELD_MAP.logins) ?? [];
    return { story: account.story, days: (SOME_DAY.getTime() - (points.at(-1)?.timestamp ?? 0)) / DAY_MS };
  });
  expect(
    history.filter(({ story }) => story === "stable").filter(({ days }) => days > 300 && days < 366).length,
  ).toBeGreaterThan(15);
  const sparse = sandbox.accounts.filter(({ story }) => story === "sparse" || story === "prospect");
  expect(sparse.map(({ zendeskOrganizationId }) => zendeskOrganizationId)).toEqual(sparse.map(() => null));
});

it("has what makes matching hard: free-mail hosts, one name twice, organizations without a company", async () => {
  const { sandbox } = await started({ accounts: 85 });
  const companies = [...sandbox.hubspot.all("companies")];
  const values = (name: string) => companies.map((company) => sandbox.hubspot.value(company, name));
  expect(values("domain").filter((domain) => domain === "gmail.com").length).toBeGreaterThan(1);
  expect(new Set(values("name")).size).toBeLessThan(companies.length);
  expect(values("hs_parent_company_id").filter((id) => id !== null)).toHaveLength(1);
  const known = new Set(sandbox.accounts.map(({ zendeskOrganizationId }) => Number(zendeskOrganizationId)));
  expect([...sandbox.zendesk.organizations.keys()].filter((id) => !known.has(id))).toHaveLength(2);
});

it("draws streams that do not shift each other", () => {
  const first = new Random(5, "a");
  const other = new Random(5, "b");
  other.next();
  expect(first.next()).toBe(new Random(5, "a").next());
  expect(new Random(5, "a").next()).not.toBe(new Random(5, "b").next());
  const draws = Array.from({ length: 2000 }, () => first.int(1, 6));
  expect(new Set(draws)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
});

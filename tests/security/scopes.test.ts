import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { HUBSPOT_OPTIONAL_SCOPES, HUBSPOT_SCOPES } from "../../server/src/adapters/hubspot/oauth.ts";
import { HUBSPOT_OBJECTS } from "../../server/src/adapters/hubspot/object-types.ts";
import { ZENDESK_SCOPES } from "../../server/src/adapters/zendesk/oauth.ts";

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
const page = await read("docs/scopes.md");
const [, hubspotPart = "", zendeskPart = ""] = page.split(/^## /m);
/** Scopes of a table, by when they are asked for. */
const listed = (part: string, asked: string): string[] =>
  [...part.matchAll(/^\| `([^`]+)` \| (\w+) \|/gm)].flatMap(([, scope = "", when]) =>
    when === asked ? [scope] : [],
  );
async function sources(folder: string): Promise<string> {
  const root = new URL(`../../server/src/adapters/${folder}/`, import.meta.url);
  const files = (await readdir(root)).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  return (await Promise.all(files.map((file) => readFile(new URL(file, root), "utf8")))).join("\n");
}

describe("least scopes (ASVS 13.2.2)", () => {
  it("asks HubSpot for what the table lists, in the app's metadata and at install", async () => {
    const { auth } = JSON.parse(await read("hubspot-app/src/app/app-hsmeta.json")).config;
    const always = listed(hubspotPart, "always").toSorted();
    const optional = listed(hubspotPart, "optional").toSorted();
    expect(always.length).toBeGreaterThan(5);
    expect([...HUBSPOT_SCOPES].toSorted()).toEqual(always);
    expect(auth.requiredScopes.toSorted()).toEqual(always);
    expect([...HUBSPOT_OPTIONAL_SCOPES].toSorted()).toEqual(optional);
    expect(auth.optionalScopes.toSorted()).toEqual(optional);
    expect(auth.conditionallyRequiredScopes).toEqual([]);
  });

  it("asks Zendesk for what the table lists", () => {
    expect(ZENDESK_SCOPES.split(" ").toSorted()).toEqual(listed(zendeskPart, "always").toSorted());
  });

  it("calls HubSpot for nothing that no scope covers, and asks for no scope that no call needs", async () => {
    const code = await sources("hubspot");
    const needed = new Set<string>(["oauth"]);
    const readScopes = {
      companies: "crm.objects.companies.read",
      contacts: "crm.objects.contacts.read",
      deals: "crm.objects.deals.read",
      tickets: "tickets",
      feedback_submissions: "crm.objects.feedback_submissions.read",
    } as const;
    for (const { path } of Object.values(HUBSPOT_OBJECTS)) needed.add(readScopes[path]);
    // the only object that is written, and the only schema
    expect(
      [...code.matchAll(/PATHS\.batch\(([^)]*), "update"\)|"(PATCH|DELETE|PUT)"/g)].length,
    ).toBeGreaterThan(0);
    expect([...new Set([...code.matchAll(/batch\(([^,]*), "update"\)/g)].map(([, of]) => of))]).toEqual([
      "HUBSPOT_OBJECTS.company.path",
    ]);
    needed.add("crm.objects.companies.write");
    expect([
      ...new Set(
        [...code.matchAll(/PATHS\.(?:property|propertyGroups|createProperties)\((\w+)/g)].map(([, of]) => of),
      ),
    ]).toEqual(["COMPANIES"]);
    needed.add("crm.schemas.companies.write");
    expect([...needed].toSorted()).toEqual([...HUBSPOT_SCOPES, ...HUBSPOT_OPTIONAL_SCOPES].toSorted());
    // no address is made up beside the one list of them
    const families = [...code.matchAll(/`?"?\/(crm|oauth|account-info|integrations|[a-z-]+)\/(\w+)?/g)].map(
      ([, family = ""]) => family,
    );
    const foreign = [
      "automation",
      "conversations",
      "marketing",
      "files",
      "cms",
      "communication-preferences",
      "settings",
      "events",
    ];
    expect(families.filter((family) => foreign.includes(family))).toEqual([]);
  });

  it("writes nothing in Zendesk but our fields, their values and our webhook", async () => {
    const code = await sources("zendesk");
    const written = [...code.matchAll(/client\.(?:post|put|patch)\(\s*\[([^\]]*)\]/g)].map(([, path = ""]) =>
      path.replaceAll(/\s+/g, " ").trim(),
    );
    const resources = new Set(written.map((path) => path.split(",")[0]?.replaceAll('"', "")));
    expect([...resources].toSorted()).toEqual([
      "organization_fields",
      "organizations",
      "ticket_fields",
      "tickets",
      "webhooks",
    ]);
    expect(code).not.toMatch(/impersonate|["'`]DELETE["'`]/);
  });
});

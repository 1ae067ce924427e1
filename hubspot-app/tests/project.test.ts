import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { translate } from "@hubspot/project-parsing-lib/translate";
import { describe, expect, it } from "vitest";
import { entrypointsOf, PROJECT_DIR, readJson, readMetaFiles, SOURCE_DIR } from "../scripts/project.ts";
import {
  type AppFile,
  type CardFile,
  type ComponentFile,
  componentFile,
  profileFile,
  projectFile,
  type WebhooksFile,
} from "./support/hsmeta-schemas.ts";

const project = projectFile.parse(readJson(join(PROJECT_DIR, "hsproject.json")));
const profile = profileFile.parse(readJson(join(SOURCE_DIR, "hsprofile.example.json")));
const metaFiles = readMetaFiles();

/** As HubSpot fills profile variables in, before it looks at the values. */
function filledIn(content: unknown): unknown {
  const text = JSON.stringify(content).replace(/\$\{(\w+)\}/g, (_all, name: string) => {
    const value = profile.variables[name];
    if (value === undefined) throw new Error(`the example profile has no ${name}`);
    return value;
  });
  return JSON.parse(text);
}

const components = metaFiles.map((file) => componentFile.parse(filledIn(file.content)));
const isApp = (file: ComponentFile): file is AppFile => file.type === "app";
const isCard = (file: ComponentFile): file is CardFile => file.type === "card";
const isWebhooks = (file: ComponentFile): file is WebhooksFile => file.type === "webhooks";
const [app] = components.filter(isApp);
const cards = components.filter(isCard);
const [webhooks] = components.filter(isWebhooks);
if (!app || !webhooks) throw new Error("the project has an app and webhooks");
const scopes = app.config.auth.requiredScopes;

const parsed = () =>
  translate(
    { projectSourceDir: SOURCE_DIR, platformVersion: project.platformVersion },
    { skipValidation: true, profile: "example" },
  );

describe("HubSpot's own parser", () => {
  it("takes every component file, and skips none", async () => {
    const { intermediateRepresentation, skippedHsMetaFiles } = await parsed();
    const nodes = Object.values(intermediateRepresentation.intermediateNodesIndexedByUid);
    expect(skippedHsMetaFiles).toEqual([]);
    expect(nodes.map((node) => node.metaFilePath).sort()).toEqual(metaFiles.map((file) => file.path));
    expect(nodes.map((node) => node.componentType).sort()).toEqual([
      "APPLICATION",
      "CARD",
      "CARD",
      "CARD",
      "WEBHOOKS",
    ]);
  });

  it("fills the profile's variables in and hands them to the cards", async () => {
    const { intermediateRepresentation } = await parsed();
    expect(JSON.stringify(intermediateRepresentation.intermediateNodesIndexedByUid)).not.toContain("${");
    expect(intermediateRepresentation.profileData?.vars.profileVariables["API_URL"]).toEqual({
      variableType: "PROFILE_STRING",
      value: profile.variables["API_URL"],
    });
  });
});

describe("the component files", () => {
  it("have unique uids", () => {
    const uids = components.map((file) => file.uid);
    expect(new Set(uids).size).toBe(uids.length);
  });

  it("name a logo and entry files that exist", () => {
    for (const path of [app.config.logo, ...entrypointsOf(metaFiles)]) {
      expect(existsSync(join(SOURCE_DIR, path)), path).toBe(true);
    }
    expect(readFileSync(join(SOURCE_DIR, app.config.logo)).subarray(1, 4).toString()).toBe("PNG");
  });

  it("put a card on all four records in tab and sidebar, and beside help desk tickets", () => {
    const all = ["companies", "contacts", "deals", "tickets"];
    const places = Object.fromEntries(cards.map(({ config }) => [config.location, config.objectTypes]));
    expect(places).toEqual({
      "crm.record.tab": all,
      "crm.record.sidebar": all,
      "helpdesk.sidebar": ["tickets"],
    });
  });

  it.each([
    ["an unknown key", (file: AppFile) => ({ ...file, permissions: {} })],
    ["an illegal uid", (file: AppFile) => ({ ...file, uid: "not legal" })],
    [
      "a fetch address that is more than an origin",
      (file: AppFile) => ({
        ...file,
        config: { ...file.config, permittedUrls: { fetch: ["https://a.example/x"], iframe: [], img: [] } },
      }),
    ],
  ])("would be refused with %s", (_name, broken) => {
    expect(componentFile.safeParse(broken(app)).success).toBe(false);
  });
});

describe("what the app may do", () => {
  it("covers the one origin that the cards ask and that webhooks and OAuth come back to", () => {
    const origin = profile.variables["API_URL"];
    expect(app.config.permittedUrls).toEqual({ fetch: [origin], iframe: [], img: [] });
    expect(webhooks.config.settings.targetUrl).toBe(`${origin}/webhooks/hubspot`);
    expect(app.config.auth.redirectUrls).toEqual([`${origin}/oauth/hubspot/callback`]);
  });

  it("has the scope for every record that a card stands on or a webhook tells of", () => {
    const SCOPE_OF = {
      company: "crm.objects.companies.read",
      contact: "crm.objects.contacts.read",
      deal: "crm.objects.deals.read",
      ticket: "tickets",
    } as const;
    const SINGULAR = { companies: "company", contacts: "contact", deals: "deal", tickets: "ticket" } as const;
    const needed = [
      ...webhooks.config.subscriptions.crmObjects.map((s) => SCOPE_OF[s.objectType]),
      ...cards.flatMap((card) => card.config.objectTypes.map((type) => SCOPE_OF[SINGULAR[type]])),
      SCOPE_OF.contact, // contact.privacyDeletion
    ];
    expect(scopes).toEqual(expect.arrayContaining([...new Set(needed)]));
  });

  it("asks for no scope twice and for no write beyond companies and their properties", () => {
    const asked = [...scopes, ...app.config.auth.optionalScopes];
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((scope) => scope.endsWith(".write")).sort()).toEqual([
      "crm.objects.companies.write",
      "crm.schemas.companies.write",
    ]);
  });
});

describe("the webhook subscriptions", () => {
  const { crmObjects, hubEvents } = webhooks.config.subscriptions;

  it("tell of every kind of change of every object, and of privacy deletions", () => {
    for (const objectType of ["company", "contact", "deal", "ticket"]) {
      const kinds = crmObjects.filter((s) => s.objectType === objectType).map((s) => s.subscriptionType);
      expect(new Set(kinds)).toEqual(
        new Set(
          ["creation", "deletion", "restore", "merge", "associationChange", "propertyChange"].map(
            (kind) => `object.${kind}`,
          ),
        ),
      );
    }
    expect(hubEvents).toEqual([{ subscriptionType: "contact.privacyDeletion", active: true }]);
  });

  it("are all active and each there once", () => {
    expect(crmObjects.every((s) => s.active)).toBe(true);
    const keys = crmObjects.map((s) => JSON.stringify(s));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("never tell of our own properties, which would come back as an echo of every write", () => {
    const names = crmObjects.flatMap((s) => ("propertyName" in s ? [s.propertyName] : []));
    expect(names.filter((name) => name.startsWith("bellwether"))).toEqual([]);
  });
});

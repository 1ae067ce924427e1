import { readFileSync } from "node:fs";
import { DEFAULT_FIELD_MAP } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { HUBSPOT_OPTIONAL_SCOPES, HUBSPOT_SCOPES } from "../server/src/adapters/hubspot/oauth.ts";
import { STANDARD_PROPERTIES } from "../server/src/adapters/hubspot/wanted-properties.ts";

/** The uploaded app and the server are two parts that HubSpot only accepts, and only serves, when they agree. */

const component = (path: string) =>
  JSON.parse(readFileSync(new URL(`../hubspot-app/src/app/${path}`, import.meta.url), "utf8"));

const app: { config: { auth: { requiredScopes: string[]; optionalScopes: string[] } } } =
  component("app-hsmeta.json");
const webhooks: {
  config: { subscriptions: { crmObjects: { objectType: string; propertyName?: string }[] } };
} = component("webhooks/webhooks-hsmeta.json");

it("asks at install for exactly the scopes that the app declares", () => {
  expect([...HUBSPOT_SCOPES].sort()).toEqual(app.config.auth.requiredScopes.toSorted());
  expect([...HUBSPOT_OPTIONAL_SCOPES].sort()).toEqual(app.config.auth.optionalScopes.toSorted());
});

describe.each(["company", "contact", "deal", "ticket"] as const)("changes of a %s", (objectType) => {
  it("are subscribed to for exactly the properties that the server reads", () => {
    const subscribed = webhooks.config.subscriptions.crmObjects.flatMap((s) =>
      s.objectType === objectType && s.propertyName ? [s.propertyName] : [],
    );
    const read = [
      ...STANDARD_PROPERTIES[objectType],
      ...(objectType === "company" ? Object.values(DEFAULT_FIELD_MAP) : []),
    ];
    expect(subscribed.toSorted()).toEqual(read.toSorted());
  });
});

import { expect, it } from "vitest";
import { readConfig } from "./config.ts";
import { knowsItsConnections } from "./environment-tokens.ts";
import type { Connection } from "./services/ports.ts";

const HUBSPOT = { HUBSPOT_ACCESS_TOKEN: "token" };
const ZENDESK = { ZENDESK_ACCESS_TOKEN: "token", ZENDESK_SUBDOMAIN: "acme" };

const knows = (stored: Pick<Connection, "platform" | "externalId">[], environment: Record<string, string>) =>
  knowsItsConnections({ connections: { list: async () => stored } }, readConfig(environment));

it.each([
  ["no tokens", [], {}, true],
  ["a portal that is new", [], HUBSPOT, false],
  ["a portal that is stored", [{ platform: "hubspot", externalId: "33" }], HUBSPOT, true],
  [
    "that very portal",
    [{ platform: "hubspot", externalId: "33" }],
    { ...HUBSPOT, HUBSPOT_PORTAL_ID: "33" },
    true,
  ],
  [
    "another portal",
    [{ platform: "hubspot", externalId: "33" }],
    { ...HUBSPOT, HUBSPOT_PORTAL_ID: "34" },
    false,
  ],
  ["both, one of them new", [{ platform: "hubspot", externalId: "33" }], { ...HUBSPOT, ...ZENDESK }, false],
  ["an account that is stored", [{ platform: "zendesk", externalId: "acme" }], ZENDESK, true],
] as const)(
  "with %s it says whether deliveries would find their connection",
  async (_, stored, environment, is) => {
    expect(await knows([...stored], environment)).toBe(is);
  },
);

import { randomUUID } from "node:crypto";
import { tenantId } from "@bellwether/shared";
import { expect, it } from "vitest";
import { type ConnectDeps, startInstall } from "./connect-tenant.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const TENANT = tenantId.parse(randomUUID());

/** Sealing is somebody else's matter: here it only marks what was sealed. */
const deps: Partial<ConnectDeps> = {
  clock: { now: () => NOW },
  sealer: {
    seal: (text) => `sealed ${text}`,
    open: (text) => (text.startsWith("sealed ") ? text.slice(7) : null),
  },
  newSecret: () => "secret",
  sha256: (text) => `hash of ${text}`,
  oauth: {
    hubspot: {
      authorizeUrl: () => "https://x.example",
      exchange: () => Promise.reject(new Error("not here")),
    },
    zendesk: null,
  },
};
/** The company that an install begun with this cookie would join. */
function joined(sealedTenant: string | null): unknown {
  const { sealedFlow } = startInstall(deps as ConnectDeps, {
    platform: "hubspot",
    subdomain: undefined,
    sealedTenant,
    redirectUri: "https://x.example/callback",
  });
  return (JSON.parse(sealedFlow.slice(7)) as { tenantId: unknown }).tenantId;
}
const at = (ms: number): number => NOW.getTime() + ms;

it("joins the company of the last install, for as long as its seal says", () => {
  expect(joined(`sealed ${JSON.stringify({ joins: TENANT, expiresAt: at(1) })}`)).toBe(TENANT);
});

it.each<[string, string | null]>([
  ["nothing", null],
  ["what nobody sealed", JSON.stringify({ joins: TENANT, expiresAt: at(1) })],
  ["a seal that ran out", `sealed ${JSON.stringify({ joins: TENANT, expiresAt: at(0) })}`],
  ["a seal without an end", `sealed ${JSON.stringify({ joins: TENANT })}`],
  ["the seal of an install under way", `sealed ${JSON.stringify({ tenantId: TENANT, expiresAt: at(1) })}`],
])("joins none by %s", (_, sealed) => {
  expect(joined(sealed)).toBeNull();
});

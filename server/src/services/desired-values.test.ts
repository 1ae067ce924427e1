import { accountId, tenantId } from "@bellwether/shared";
import { expect, it } from "vitest";
import { healthResult } from "../../../tests/support/health-result.ts";
import { desiredValues } from "./desired-values.ts";
import type { AccountLedger, Connection } from "./ports.ts";

const ACCOUNT = accountId.parse("5b6f9f0e-7d3a-4a52-9a55-2f0b1f6f2b21");
const COMPANY = { platform: "hubspot", objectType: "company", id: "1" } as const;
const LOST = new Date("2026-03-12T00:00:00.000Z");

const ledger = (lostAt: Date | null): AccountLedger => ({
  accountId: ACCOUNT,
  name: "Acme",
  createdAt: new Date("2025-01-01T00:00:00.000Z"),
  links: [{ ref: COMPANY, accountId: ACCOUNT, rule: "anchor" }],
  observations: [],
  position: "0",
  subjects: [],
  overrides: [],
  memories: [],
  lostAt,
  latestAt: null,
  frozen: null,
  monthAgo: null,
});

const hubspot = (keys: string[] | null): Connection => ({
  id: "5b6f9f0e-7d3a-4a52-9a55-2f0b1f6f2b22" as Connection["id"],
  tenantId: tenantId.parse("5b6f9f0e-7d3a-4a52-9a55-2f0b1f6f2b23"),
  platform: "hubspot",
  externalId: "1",
  mode: "token",
  status: "active",
  statusReason: null,
  scopes: [],
  config: { fieldMap: {}, writeBackKeys: keys, ticketFieldId: null, webhookId: null, actorId: null },
  connectedAt: LOST,
  provisionedAt: null,
  syncedAt: null,
});

it("says in place of a lost customer's next step when it was lost, and keeps all other values of that day", () => {
  const result = healthResult({
    nextStep: "Call the customer.",
    atRisk: { isAtRisk: true, since: null, sentences: [] },
    scoredAt: LOST.toISOString(),
  });
  const keys = ["bellwether_next_step", "bellwether_at_risk", "bellwether_health_score"];
  const written = (lostAt: Date | null) =>
    desiredValues(ledger(lostAt), result, [hubspot(keys)], null).desired[0]?.values;
  const asCustomer = written(null);
  expect(asCustomer).toMatchObject({
    bellwether_next_step: "Call the customer.",
    bellwether_at_risk: "true",
  });
  expect(written(LOST)).toEqual({
    ...asCustomer,
    bellwether_next_step: "This customer was lost on 12 March 2026; its numbers stand as on that day.",
  });
});

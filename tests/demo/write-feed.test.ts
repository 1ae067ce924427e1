import { describe, expect, it } from "vitest";
import type { SandboxAccount, SandboxWrite } from "../sandbox/types.ts";
import { WriteFeed } from "./write-feed.ts";

const AT = new Date("2026-11-21T10:00:00.000Z");
const account: SandboxAccount = {
  key: "veldora",
  name: "Veldora",
  story: "stable",
  hubspotCompanyId: "11",
  zendeskOrganizationId: "22",
  contactIds: [],
  dealIds: [],
  hubspotTicketIds: [],
  zendeskTicketIds: ["33"],
  zendeskUserIds: [],
};
const company = (values: SandboxWrite["values"], id = "11"): SandboxWrite => ({
  at: AT,
  platform: "hubspot",
  tenant: "1",
  objectType: "company",
  id,
  values,
  ticketStatus: null,
});
const feedOf = () => new WriteFeed(() => [account]);

describe("the list of write-backs", () => {
  it("says what changed, from what, to what, in words", () => {
    const feed = feedOf();
    feed.take(
      company({
        bellwether_health_score: "71",
        bellwether_health_band: "yellow",
        bellwether_churn_risk: "0.123",
      }),
    );
    const entry = feed.take(
      company({
        bellwether_health_score: "48.5",
        bellwether_health_band: "red",
        bellwether_churn_risk: "0.123",
      }),
    );
    expect(entry).toMatchObject({ recordName: "Veldora", accountKey: "veldora", at: AT.toISOString() });
    expect(entry?.changes).toEqual([
      { label: "Health score", from: "71", to: "48.5" },
      { label: "Health band", from: "Yellow", to: "Red" },
    ]);
  });

  it("shows probabilities as percentages and flags as words, in the order of the definition", () => {
    const entry = feedOf().take(company({ bellwether_churn_risk: "0.041", bellwether_at_risk: "true" }));
    expect(entry?.changes.map(({ to }) => to)).toEqual(["Yes", "4.1%"]);
  });

  it("leaves out a write that changed nothing but the time", () => {
    const feed = feedOf();
    feed.take(company({ bellwether_health_score: "71", bellwether_scored_at: "2026-11-21T10:00:00Z" }));
    expect(
      feed.take(company({ bellwether_health_score: "71", bellwether_scored_at: "2026-11-21T11:00:00Z" })),
    ).toBeNull();
    expect(feed.entries).toHaveLength(1);
  });

  it("takes the prefixes off Zendesk's drop-down values", () => {
    const feed = feedOf();
    const organization = feed.take({
      ...company({ bellwether_health_band: "bellwether_org_health_band_red" }, "22"),
      platform: "zendesk",
      objectType: "organization",
    });
    const ticket = feed.take({
      ...company({ custom_field_9001: "bellwether_band_red" }, "33"),
      platform: "zendesk",
      objectType: "ticket",
    });
    expect(organization?.changes).toEqual([{ label: "Health band", from: "", to: "Red" }]);
    expect(ticket).toMatchObject({
      accountKey: "veldora",
      changes: [{ label: "Customer health", to: "Red" }],
    });
  });

  it("shows a cleared value, and a record of nobody in the book", () => {
    const feed = feedOf();
    feed.take(company({ bellwether_health_score: "71" }, "99"));
    const entry = feed.take(company({ bellwether_health_score: "" }, "99"));
    expect(entry).toMatchObject({ accountKey: null, recordName: "company 99" });
    expect(entry?.changes).toEqual([{ label: "Health score", from: "71", to: "" }]);
  });

  it("keeps the newest 200, newest first", () => {
    const feed = feedOf();
    for (let score = 1; score <= 205; score += 1)
      feed.take(company({ bellwether_health_score: String(score) }));
    expect(feed.entries).toHaveLength(200);
    expect(feed.entries[0]?.changes[0]?.to).toBe("205");
  });
});

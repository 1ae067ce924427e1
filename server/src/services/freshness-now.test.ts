import { describe, expect, it } from "vitest";
import { freshnessNow } from "./freshness-now.ts";

const row = (source: string, label: string) => ({
  source,
  label,
  lastSeenAt: "2026-11-20T09:00:00.000Z",
  limitHours: 1,
  isStale: false,
});
const ROWS = [
  row("crm", "HubSpot records"),
  row("tickets", "Support tickets"),
  row("usage", "Product usage"),
];
const NOW = new Date("2026-11-20T09:30:00.000Z");
type Place = Parameters<typeof freshnessNow>[1][number];
const labels = (connections: readonly Omit<Place, "syncedAt">[]) =>
  freshnessNow(
    ROWS,
    connections.map((connection) => ({ ...connection, syncedAt: null })),
    NOW,
  ).map(({ label }) => label);

describe("a disconnected platform", () => {
  it("is named beside the sources that come from it, and nowhere else", () => {
    expect(
      labels([
        { platform: "hubspot", status: "active" },
        { platform: "zendesk", status: "disconnected" },
      ]),
    ).toEqual(["HubSpot records", "Support tickets (Zendesk is disconnected)", "Product usage"]);
  });

  it("is HubSpot for tickets, too, where there is no Zendesk", () => {
    expect(labels([{ platform: "hubspot", status: "disconnected" }])).toEqual([
      "HubSpot records (HubSpot is disconnected)",
      "Support tickets (HubSpot is disconnected)",
      "Product usage",
    ]);
  });

  it("is not named while it is connected, or was never", () => {
    expect(labels([{ platform: "zendesk", status: "active" }])).toEqual(ROWS.map(({ label }) => label));
  });
});

describe("a source's age", () => {
  const at = (text: string, status: Place["status"] = "active"): Place => ({
    platform: "zendesk",
    status,
    syncedAt: new Date(text),
  });
  const tickets = (place: Place, now: Date) =>
    freshnessNow(ROWS, [place], now).find(({ source }) => source === "tickets");

  it("is that of the platform's newest reading, also after the score was calculated", () => {
    const now = new Date("2026-11-21T12:00:00.000Z");
    expect(tickets(at("2026-11-21T11:30:00.000Z"), now)).toMatchObject({
      lastSeenAt: "2026-11-21T11:30:00.000Z",
      isStale: false,
    });
    expect(tickets(at("2026-11-21T10:30:00.000Z"), now)?.isStale).toBe(true);
  });

  it("runs on where nothing was read since, and never runs back", () => {
    const late = new Date("2026-11-20T10:00:00.001Z");
    expect(tickets(at("2026-11-20T08:00:00.000Z"), late)).toMatchObject({
      lastSeenAt: "2026-11-20T09:00:00.000Z",
      isStale: true,
    });
  });
});

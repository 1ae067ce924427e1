import { expect, it } from "vitest";
import { foldObservations } from "../../fold-observations.ts";
import type { Observation } from "../../observation.ts";
import { signalContext, usageAt } from "./signal-context.ts";

const NOW = new Date("2026-06-30T12:00:00.000Z");
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const usage = (subject: string, value: number | null, at: string): Observation => ({
  kind: "usage",
  key: "activeUsers",
  subject,
  source: subject.startsWith("segment:") ? "segment" : "hubspot",
  value,
  at,
});
const GROUP = "segment:group:acme";
const COMPANY = "hubspot:company:1";

it("counts the product's own events and not a CRM property that says the same once more", () => {
  const state = foldObservations([usage(COMPANY, 40, daysAgo(10)), usage(GROUP, 12, daysAgo(2))]);
  expect(usageAt(state, "activeUsers", NOW.toISOString())).toBe(12);
  expect(usageAt(state, "activeUsers", daysAgo(5))).toBe(40);
});

it("adds up the groups of one account", () => {
  const state = foldObservations([usage(GROUP, 12, daysAgo(2)), usage(`${GROUP}-eu`, 3, daysAgo(2))]);
  expect(usageAt(state, "activeUsers", NOW.toISOString())).toBe(15);
});

it("takes a resting gauge for sure while the product sends events of anybody, and no longer", () => {
  const state = foldObservations([usage(GROUP, 0, daysAgo(50))]);
  const isStale = (events: string | null) =>
    signalContext(state, NOW, { crm: null, tickets: null, usage: events === null ? null : new Date(events) })
      .usage?.isStale;
  expect(isStale(daysAgo(0.1))).toBe(false);
  expect(isStale(daysAgo(4))).toBe(true);
  expect(isStale(null)).toBe(true);
});

it("does not take events of other customers for a sign of life of a CRM property", () => {
  const state = foldObservations([usage(COMPANY, 40, daysAgo(50))]);
  const context = signalContext(state, NOW, { crm: NOW, tickets: null, usage: NOW });
  expect(context.usage?.isStale).toBe(true);
});

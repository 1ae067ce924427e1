import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  daysAgo,
  daysAgoText,
  fact,
  healthyFacts,
  profile,
  usage,
} from "../../tests/support/account-facts.ts";
import { emptyAccountState, profileValue } from "./account-state.ts";
import { applyObservation, foldAsOf, foldObservations } from "./fold-observations.ts";
import type { Fact, Observation } from "./observation.ts";

const few = <T>(...values: T[]) => fc.constantFrom(...values);
/** Few names and few dates, so that observations often meet in the same register at the same time. */
const factArb: fc.Arbitrary<Fact> = fc.oneof(
  fc.record({
    kind: fc.constant("profile" as const),
    key: few("name", "referrals"),
    value: few<string | number | boolean | null>("a", "b", 1, true, null),
  }),
  fc.record({
    kind: fc.constant("contact" as const),
    key: few("contact:1", "contact:2"),
    value: fc.option(
      fc.record({ role: few("champion" as const, "user" as const, null), isBounced: fc.boolean() }),
    ),
  }),
  fc.record({
    kind: fc.constant("deal" as const),
    key: few("hubspot:1"),
    value: fc.option(
      fc.record({
        dealType: few("new" as const, "expansion" as const),
        status: few("open" as const, "won" as const),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant("ticket" as const),
    key: few("zendesk:1", "zendesk:2"),
    value: fc.option(
      fc.record({
        createdAt: few(daysAgoText(9), daysAgoText(8)),
        status: few("open" as const, "solved" as const),
        priority: few("urgent" as const, null),
        reopens: few(0, 1, null),
        firstReplyMinutes: few(5, null),
        sentiment: few("negative" as const, null),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant("custom" as const),
    key: few("goal", "severity/zendesk:1"),
    value: few<string | number | boolean | null>("a", 7, true, null),
  }),
  fc.record({
    kind: fc.constant("usage" as const),
    key: few("seats" as const, "logins" as const),
    value: few(1, 2, 10, null),
  }),
  fc.record({
    kind: fc.constant("touch" as const),
    key: few("company", "contact:1"),
    value: fc.constant({}),
  }),
  fc.record({
    kind: fc.constant("rating" as const),
    key: few("zendesk:1"),
    value: fc.option(fc.record({ metric: few("nps" as const, "csat" as const), score: few(0, 9) })),
  }),
);
const observationArb: fc.Arbitrary<Observation> = fc
  .tuple(factArb, few("hubspot:company:1", "zendesk:organization:7"), few(1, 2, 3, 4))
  .map(([of, subject, days]) => fact(subject, days, of));
const ledgerArb = fc.array(observationArb, { maxLength: 40 });

describe("folding observations", () => {
  it("gives the same text for any order and any repetition", () => {
    fc.assert(
      fc.property(ledgerArb, fc.infiniteStream(fc.nat()), (ledger, order) => {
        const shuffled = [...ledger, ...ledger.slice(0, 10)]
          .map((o) => ({ o, rank: order.next().value ?? 0 }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ o }) => o);
        expect(JSON.stringify(foldObservations(shuffled))).toBe(JSON.stringify(foldObservations(ledger)));
      }),
    );
  });

  it("gives the same, one by one or all at once", () => {
    fc.assert(
      fc.property(ledgerArb, (ledger) => {
        const oneByOne = ledger.reduce(applyObservation, emptyAccountState());
        expect(JSON.stringify(oneByOne)).toBe(JSON.stringify(foldObservations(ledger)));
      }),
    );
  });

  it("survives being stored as JSON, whatever order the database gives the keys", () => {
    const state = foldObservations(healthyFacts());
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    const reordered = healthyFacts().map((o): Observation => {
      if (o.kind !== "ticket" || o.value === null) return o;
      const { createdAt, ...rest } = o.value;
      return { ...o, value: { ...rest, createdAt } };
    });
    expect(JSON.stringify(foldObservations(reordered))).toBe(JSON.stringify(state));
  });

  it("keeps the state object when an observation says nothing new", () => {
    const state = foldObservations(healthyFacts());
    for (const o of healthyFacts()) expect(applyObservation(state, o)).toBe(state);
  });

  it("knows only what was true by then", () => {
    const ledger = [usage("seats", 10, 20), usage("seats", 20, 5), profile("referrals", 3, 1)];
    const then = foldAsOf(ledger, daysAgo(5));
    expect(then.usage[0]?.points).toHaveLength(2);
    expect(profileValue(then, "referrals")).toBeNull();
  });

  it("keeps the newest value of a signal of the admin's own, for each party", () => {
    const custom = (value: number | null, days: number) =>
      fact("zendesk:organization:7", days, { kind: "custom", key: "goal", value });
    const state = foldObservations([custom(7, 5), custom(null, 2), custom(3, 9), custom(9, 7)]);
    expect(state.custom).toEqual([
      { subject: "zendesk:organization:7", key: "goal", at: daysAgoText(2), value: null },
    ]);
    expect(foldAsOf([custom(7, 5), custom(null, 2)], daysAgo(3)).custom[0]?.value).toBe(7);
  });

  it("orders instants with and without milliseconds by time", () => {
    const at = (text: string, value: string): Observation => ({ ...profile("name", value), at: text });
    const ledger = [at("2026-01-01T00:00:00.500Z", "later"), at("2026-01-01T00:00:00Z", "earlier")];
    expect(profileValue(foldObservations(ledger), "name")).toBe("later");
  });
});

describe("profile values", () => {
  it("takes HubSpot's word before Zendesk's, and Zendesk's where HubSpot has none", () => {
    const zendesk = fact("zendesk:organization:7", 0, { kind: "profile", key: "name", value: "Z" });
    expect(profileValue(foldObservations([zendesk, profile("name", "H", 9)]), "name")).toBe("H");
    expect(profileValue(foldObservations([zendesk]), "name")).toBe("Z");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attributeEvents, type UserGroup } from "./attribute-events.ts";
import { gaugeObservations } from "./gauges.ts";
import type { ProductEvent } from "./product-event.ts";
import { DEFAULT_USAGE_MAP, type UsageMap } from "./usage-map.ts";

const AT = "2026-03-10T12:00:00.000Z";
const later = (minutes: number): string => new Date(Date.parse(AT) + minutes * 60_000).toISOString();
const event = (change: Partial<ProductEvent>): ProductEvent => ({
  key: "k",
  type: "track",
  at: AT,
  user: "ann",
  group: null,
  event: change.type === undefined || change.type === "track" ? "Opened" : null,
  isActive: change.type !== "group" && change.type !== "alias",
  previousUser: null,
  traits: null,
  ...change,
});
const group = (id: string, at: string, user = "ann"): ProductEvent =>
  event({ type: "group", group: id, at, user, traits: { name: id, domains: [], externalId: null } });
const attribute = (
  events: readonly ProductEvent[],
  known: Record<string, UserGroup> = {},
  map: UsageMap = DEFAULT_USAGE_MAP,
) => attributeEvents(events, new Map(Object.entries(known)), { map, oldestDay: "2026-01-01" });

describe("an event's group", () => {
  it("is the one it names, before that of its user", () => {
    const { days } = attribute([event({ group: "acme" })], { ann: { group: "other", at: AT } });
    expect(days.map((day) => day.group)).toEqual(["acme"]);
  });

  it("is else that of its user's last group call, by the time of the calls", () => {
    const { days, users } = attribute([group("new", later(5)), group("old", later(1)), event({})]);
    expect(days.map((day) => day.group)).toEqual(["new"]);
    expect(users).toEqual([{ user: "ann", group: "new", at: later(5) }]);
  });

  it("is waited for, and what waited goes to the first group that is told", () => {
    const { days, pending, released, groups } = attribute([event({}), event({}), group("acme", later(1))]);
    expect(days).toEqual([]);
    expect(pending).toEqual([{ user: "ann", day: "2026-03-10", feature: "Opened", events: 2, logins: 0 }]);
    expect(released).toEqual([{ user: "ann", group: "acme" }]);
    expect(groups).toEqual([
      {
        group: "acme",
        seenAt: later(1),
        traits: { name: "acme", domains: [], externalId: null, at: later(1) },
      },
    ]);
  });

  it("is not asked of other users", () => {
    const { pending, released } = attribute([group("acme", AT, "bob"), event({})]);
    expect(pending).toHaveLength(1);
    expect(released).toEqual([{ user: "bob", group: "acme" }]);
  });
});

describe("a user with a new id", () => {
  it("keeps the group and what was done before", () => {
    const alias = event({ type: "alias", user: "ann", previousUser: "anon" });
    const { moved, users, days, released } = attribute([alias, event({})], {
      anon: { group: "acme", at: AT },
    });
    expect(moved).toEqual([{ from: "anon", to: "ann", group: "acme" }]);
    expect(users).toEqual([{ user: "ann", group: "acme", at: AT }]);
    expect(days).toEqual([{ group: "acme", day: "2026-03-10", user: "ann", events: 1, logins: 0 }]);
    expect(released).toEqual([{ user: "ann", group: "acme" }]);
  });

  it("may have several, one after another, and never goes in a circle", () => {
    const alias = (previousUser: string, user: string) => event({ type: "alias", user, previousUser });
    const { moved } = attribute([alias("a", "b"), alias("b", "c"), alias("c", "a"), alias("c", "c")]);
    expect(moved).toEqual([
      { from: "a", to: "c", group: null },
      { from: "b", to: "c", group: null },
    ]);
  });
});

describe("what events mean", () => {
  const identify = event({ type: "identify", group: "acme" });
  const login = event({ event: "Signed in", group: "acme" });

  it("is a login for every identify, and a feature for every tracked event, unless told otherwise", () => {
    const { days, features } = attribute([identify, login, login]);
    expect(days).toEqual([{ group: "acme", day: "2026-03-10", user: "ann", events: 3, logins: 1 }]);
    expect(features).toEqual([{ group: "acme", day: "2026-03-10", feature: "Signed in", uses: 2 }]);
  });

  it("is what the map says", () => {
    const map = { loginEvents: ["Signed in"], features: { Opened: "Reports", Shared: "Reports" } };
    const shared = event({ event: "Shared", group: "acme" });
    const named = event({ event: "constructor", group: "acme" });
    const { days, features } = attribute([identify, login, shared, event({ group: "acme" }), named], {}, map);
    expect(days[0]).toMatchObject({ events: 5, logins: 1 });
    expect(features).toEqual([{ group: "acme", day: "2026-03-10", feature: "Reports", uses: 2 }]);
  });

  it("is nothing where the user was not there, or long ago", () => {
    const { days, groups } = attribute([
      event({ group: "acme", isActive: false }),
      event({ group: "acme", at: "2025-12-31T23:59:59.999Z" }),
    ]);
    expect(days).toEqual([]);
    expect(groups).toHaveLength(1);
  });
});

it("counts every activity once, in whatever sets it comes", () => {
  const user = fc.constantFrom("ann", "bob", "cid");
  const anyEvent = fc.oneof(
    fc.record({ user, group: fc.constantFrom(null, "acme", "initech") }).map(event),
    fc.tuple(user, fc.constantFrom("acme", "initech"), fc.nat(9)).map(([u, id, m]) => group(id, later(m), u)),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const { days, features, pending } = attribute(events);
      const sum = (counts: readonly { events: number }[]) =>
        counts.reduce((all, { events: n }) => all + n, 0);
      const active = events.filter((e) => e.isActive);
      expect(sum(days) + sum(pending)).toBe(active.length);
      expect(features.reduce((all, { uses }) => all + uses, 0)).toBe(sum(days));
      for (const list of [days, features, pending])
        expect(
          new Set(list.map(({ ...key }) => JSON.stringify({ ...key, events: 0, logins: 0, uses: 0 }))).size,
        ).toBe(list.length);
    }),
  );
});

it("tells the ledger what changed and nothing else", () => {
  const gauges = { activeUsers: 3, activeDays: 2, logins: 5, featuresActivated: 1 };
  const told = (before: typeof gauges | null) => gaugeObservations("segment:group:acme", before, gauges, AT);
  expect(told(gauges)).toEqual([]);
  expect(told({ ...gauges, logins: 4 })).toEqual([
    { kind: "usage", key: "logins", value: 5, subject: "segment:group:acme", source: "segment", at: AT },
  ]);
  expect(told(null).map(({ key }) => key)).toEqual([
    "activeUsers",
    "activeDays",
    "logins",
    "featuresActivated",
  ]);
});

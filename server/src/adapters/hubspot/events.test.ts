import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../services/errors.ts";
import { eventKey, eventRefs, isOwnWrite, parseHubspotDelivery } from "./events.ts";
import { forgetInDelivery } from "./forget.ts";
import { hubspotInbound } from "./inbound.ts";

const BASE = {
  eventId: 3816279340,
  subscriptionId: 25,
  portalId: 33,
  appId: 1160452,
  occurredAt: 1776216840000,
  subscriptionType: "company.propertyChange",
  attemptNumber: 0,
  objectId: 1246965,
  propertyName: "lifecyclestage",
  propertyValue: "customer",
  changeSource: "CRM_UI",
  sourceId: "userId:71",
  isSensitive: false,
};
const parseOne = (change: Record<string, unknown>, without: readonly string[] = []) => {
  const event = Object.fromEntries(
    Object.entries({ ...BASE, ...change }).filter(([name]) => !without.includes(name)),
  );
  const [parsed] = parseHubspotDelivery([event]).events;
  if (!parsed) throw new Error("not parsed");
  return parsed;
};
const refsOf = (change: Record<string, unknown>, without: readonly string[] = []) =>
  eventRefs(parseOne(change, without)).map((ref) => `${ref.objectType}:${ref.id}`);

describe("the records that an event names", () => {
  it.each([
    ["company.creation", ["company:1246965"]],
    ["contact.deletion", ["contact:1246965"]],
    ["deal.restore", ["deal:1246965"]],
    ["ticket.propertyChange", ["ticket:1246965"]],
    ["contact.privacyDeletion", ["contact:1246965"]],
    ["feedback_submission.creation", ["feedback:1246965"]],
    ["conversation.newMessage", []],
    ["line_item.creation", []],
    ["something.new", []],
  ])("of %s are %j", (subscriptionType, refs) => {
    expect(refsOf({ subscriptionType })).toEqual(refs);
  });

  it.each([
    ["0-1", ["contact:1246965"]],
    ["0-2", ["company:1246965"]],
    ["0-3", ["deal:1246965"]],
    ["0-5", ["ticket:1246965"]],
    ["0-19", ["feedback:1246965"]],
    ["0-27", []],
    ["2-99", []],
    [null, []],
  ])("of the generic family with object type %s are %j", (objectTypeId, refs) => {
    expect(refsOf({ subscriptionType: "object.propertyChange", objectTypeId })).toEqual(refs);
  });

  it.each([
    ["COMPANY_TO_CONTACT", "company.associationChange", ["company:1", "contact:2"]],
    ["CONTACT_TO_COMPANY", "contact.associationChange", ["contact:1", "company:2"]],
    ["TICKET_TO_DEAL", "ticket.associationChange", ["ticket:1", "deal:2"]],
    ["PARENT_TO_CHILD_COMPANY", "company.associationChange", ["company:1", "company:2"]],
    ["COMPANY_TO_QUOTE", "company.associationChange", ["company:1"]],
    [null, "deal.associationChange", ["deal:1"]],
  ])("of an association change %s are both ends", (associationType, subscriptionType, refs) => {
    const change = { subscriptionType, associationType, fromObjectId: 1, toObjectId: 2 };
    expect(refsOf(change, ["objectId"])).toEqual(refs);
  });

  it("of a generic association change come from its type ids", () => {
    const change = {
      subscriptionType: "object.associationChange",
      fromObjectTypeId: "0-5",
      toObjectTypeId: "0-2",
      fromObjectId: 1,
      toObjectId: 2,
    };
    expect(refsOf(change, ["objectId"])).toEqual(["ticket:1", "company:2"]);
  });

  it("of a merge are the survivor, the merged ones and the new one, each once", () => {
    const merge = { primaryObjectId: 1, mergedObjectIds: [2, 3, 2], newObjectId: 4 };
    const refs = ["company:1", "company:4", "company:2", "company:3"];
    expect(refsOf({ subscriptionType: "company.merge", ...merge }, ["objectId"])).toEqual(refs);
    const generic = { subscriptionType: "object.merge", objectTypeId: "0-2", ...merge };
    expect(refsOf(generic, ["objectId"])).toEqual(refs);
    expect(refsOf({ subscriptionType: "company.merge", ...merge, objectId: 4 })).toHaveLength(4);
  });

  it.each([
    [{ changeSource: "INTEGRATION" }, true],
    [{ changeSource: "INTEGRATION", sourceId: "7", appId: 7 }, true],
    [{ changeSource: "INTEGRATIONS_PLATFORM", sourceId: "userId:3", appId: 7 }, true],
    [{ changeSource: undefined }, true],
    [{ changeSource: "INTEGRATION", sourceId: "8", appId: 7 }, false],
    [{ changeSource: "CRM_UI", sourceId: "userId:71" }, false],
    [{ changeSource: "IMPORT" }, false],
  ])("of our own property changed by %j are none where it was us: %j", (by, isOwn) => {
    const event = parseOne({ propertyName: "bellwether_health_score", ...by });
    expect(isOwnWrite(event)).toBe(isOwn);
    expect(eventRefs(event)).toHaveLength(isOwn ? 0 : 1);
  });

  it("are those of any other property", () => {
    expect(isOwnWrite(parseOne({ propertyName: "my_bellwether_x" }))).toBe(false);
    expect(isOwnWrite(parseOne({}, ["propertyName"]))).toBe(false);
  });

  it.each([-5, 1.5, "12a", "", null, {}, "9".repeat(25)])("leave out the id %j", (objectId) => {
    expect(refsOf({ objectId })).toEqual([]);
  });
});

describe("the key of an event", () => {
  it("stays the same for every attempt", () => {
    expect(eventKey(parseOne({ attemptNumber: 0 }))).toBe(eventKey(parseOne({ attemptNumber: 9 })));
  });

  it.each([
    { portalId: 34 },
    { subscriptionType: "company.creation" },
    { objectId: 2 },
    { eventId: 1 },
    { occurredAt: 1776216840001 },
  ])("differs with %j", (change) => {
    expect(eventKey(parseOne(change))).not.toBe(eventKey(parseOne({})));
  });

  it("tells association changes and merges without an object id apart", () => {
    const association = { subscriptionType: "company.associationChange", eventId: 1, fromObjectId: 1 };
    const merge = { subscriptionType: "company.merge", eventId: 1 };
    const keys = [
      parseOne({ ...association, toObjectId: 2 }, ["objectId"]),
      parseOne({ ...association, toObjectId: 3 }, ["objectId"]),
      parseOne({ ...association, toObjectId: 2, associationRemoved: true }, ["objectId"]),
      parseOne({ ...merge, primaryObjectId: 1 }, ["objectId"]),
      parseOne({ ...merge, primaryObjectId: 2 }, ["objectId"]),
    ].map(eventKey);
    expect(new Set(keys).size).toBe(5);
  });
});

describe("a delivery", () => {
  it.each([[null], [{}], ["text"], [[]], [Array.from({ length: 101 }, () => BASE)], [[{}]], [[null, 1]]])(
    "that cannot be read is refused: %#",
    (json) => {
      expect(() => parseHubspotDelivery(json)).toThrow(AppError);
    },
  );

  it("names what is wrong", () => {
    expect(() => parseHubspotDelivery([{ ...BASE, portalId: "x" }])).toThrow(/portalId/);
    expect(() => hubspotInbound.parse(Buffer.from("{nope"), null)).toThrow("The body is not JSON.");
  });

  it("keeps what is readable beside an element that is not, and that element too", () => {
    const bad = { portalId: 33, objectId: 1, attemptNumber: 0 };
    const parse = (element: object) =>
      hubspotInbound.parse(Buffer.from(JSON.stringify([element, BASE])), null);
    const [delivery, ...others] = parse(bad);
    expect(others).toEqual([]);
    expect(delivery?.externalId).toBe("33");
    expect(JSON.parse(delivery?.body.toString() ?? "")).toEqual([bad, BASE]);
    const [good, parked] = delivery?.events ?? [];
    expect(good?.refs).toHaveLength(1);
    expect(parked?.refs).toEqual([]);
    const parkedKey = (element: object) => parse(element)[0]?.events[1]?.key;
    expect(parkedKey({ ...bad, attemptNumber: 3 })).toBe(parked?.key);
    expect(parkedKey({ ...bad, objectId: 2 })).not.toBe(parked?.key);
  });

  it("may mix portals: each gets its own events, in their order, and nothing of the others", () => {
    const json = [33, 34, 33].map((portalId, n) => ({ ...BASE, portalId, eventId: n }));
    const parts = hubspotInbound.parse(Buffer.from(JSON.stringify(json)), null);
    expect(parts.map(({ externalId, body }) => [externalId, JSON.parse(body.toString())])).toEqual([
      ["33", [json[0], json[2]]],
      ["34", [json[1]]],
    ]);
    expect(parts.map(({ events }) => events.length)).toEqual([2, 1]);
  });

  it("of one portal is kept to the byte", () => {
    const bytes = Buffer.from(`[ ${JSON.stringify(BASE)} ]`);
    expect(hubspotInbound.parse(bytes, null)[0]?.body).toBe(bytes);
  });

  it.each<[unknown, string]>([
    [1776216840, "2026-04-15T01:34:00.000Z"],
    [1776216840000, "2026-04-15T01:34:00.000Z"],
    ["2026-04-15T03:34:00+02:00", "2026-04-15T01:34:00.000Z"],
  ])("may tell the time as %j", (occurredAt, expected) => {
    expect(parseOne({ occurredAt }).occurredAt.toISOString()).toBe(expected);
  });

  it.each([-1, Number.NaN, 1e300, "yesterday", null])("is refused with the time %j", (occurredAt) => {
    expect(() => parseHubspotDelivery([{ ...BASE, occurredAt }])).toThrow(/occurredAt/);
  });

  it("survives __proto__ keys and very deep nesting", () => {
    const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    const body = JSON.stringify([BASE]).replace(
      '"portalId"',
      `"__proto__":{"isAdmin":true},"x":${deep},"portalId"`,
    );
    const [delivery] = hubspotInbound.parse(Buffer.from(body), null);
    expect(delivery?.externalId).toBe("33");
    expect(delivery?.events).toHaveLength(1);
    expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
  });

  it("either parses or is refused by name, whatever it holds", () => {
    const almost = fc.record(
      { ...Object.fromEntries(Object.keys(BASE).map((name) => [name, fc.jsonValue()])) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(almost, fc.constant(BASE), fc.jsonValue()), { maxLength: 5 }), (json) => {
        try {
          const parts = hubspotInbound.parse(Buffer.from(JSON.stringify(json)), null);
          const events = parts.flatMap((part) => part.events);
          expect(events).toHaveLength(json.length);
          for (const event of events) expect(event.key).toEqual(expect.any(String));
        } catch (error) {
          expect(error).toMatchObject({ code: "request_invalid" });
        }
      }),
    );
  });
});

describe("what is nested deeper than JSON can be written", () => {
  const deep = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
  const good = JSON.stringify(BASE);

  it("is kept and shown as far as it can be, beside what is good", () => {
    const [delivery] = hubspotInbound.parse(Buffer.from(`[${good},{"portalId":33,"x":${deep}}]`), null);
    expect(delivery?.events).toHaveLength(2);
    const [first, second] = delivery?.events ?? [];
    expect(first?.unusable).toBeUndefined();
    expect(second?.unusable).toMatchObject({ key: second?.key, reason: expect.stringContaining("portalId") });
    expect(second?.unusable?.body).toContain('"x":{"a":');
  });

  it("goes to its own portal where several are named", () => {
    const other = JSON.stringify({ ...BASE, portalId: 34 });
    const hostile = `${good.slice(0, -1)},"x":${deep}}`;
    const parts = hubspotInbound.parse(Buffer.from(`[${hostile},${other}]`), null);
    expect(parts.map(({ externalId, events }) => [externalId, events.length])).toEqual([
      ["33", 1],
      ["34", 1],
    ]);
    expect(JSON.parse(parts[1]?.body.toString() ?? "")).toEqual([JSON.parse(other)]);
  });

  it("does not keep others from being forgotten", () => {
    const ref = { platform: "hubspot", objectType: "company", id: String(BASE.objectId) } as const;
    const body = Buffer.from(`[${good},{"portalId":33,"x":${deep}},${good.slice(0, -1)},"appId":${deep}}]`);
    const rest = forgetInDelivery(body, [ref])?.toString() ?? "";
    expect(rest).toContain(`"objectId":${BASE.objectId}`);
    expect(rest).not.toContain("propertyValue");
  });

  it("is nobody's where it cannot be read, and names the portals that stand in it", () => {
    const text = `[{"portalId": 33,"subscriptionType":"a","password":"hunter2"},{"portalId":"34"`;
    expect(hubspotInbound.unreadable(Buffer.from(text), "why")).toMatchObject({
      reason: "why",
      externalIds: ["33", "34"],
      body: expect.not.stringContaining("hunter2"),
    });
    expect(hubspotInbound.unreadable(Buffer.from(deep), "why").externalIds).toEqual([]);
  });
});

import { tenantId } from "@bellwether/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SegmentCall } from "../../services/ports.ts";
import { segmentInbound } from "./inbound.ts";

const TENANT = tenantId.parse("0b5e3c52-6f86-4b6e-9c1c-3f3f8a1f7f11");
const OTHER = tenantId.parse("7d1f5b0e-3a52-4a53-8f5e-2f9b1f7a9c22");
const RECEIVED = new Date("2026-03-10T12:00:00.000Z");

const read = (body: unknown, call: SegmentCall = "batch", tenant = TENANT) =>
  segmentInbound.events(body, { call, tenant, receivedAt: RECEIVED });
const one = (event: object, call: SegmentCall = "track", tenant = TENANT) => {
  const { events, rejected } = read(event, call, tenant);
  return { event: events[0], reason: rejected[0]?.reason, rejected: rejected[0] };
};
const TRACK = { userId: "ann", event: "Report opened", messageId: "m-1" };

describe("an event", () => {
  it("is kept without anything of the person", () => {
    const kept = segmentInbound
      .kept(
        read(
          {
            ...TRACK,
            context: { ip: "203.0.113.7", groupId: "acme", traits: { email: "ann@acme.example" } },
            properties: { total: 12, email: "ann@acme.example" },
          },
          "track",
        ).events,
      )
      .toString();
    expect(kept).toContain("Report opened");
    expect(kept).not.toMatch(/ann|203\.0\.113|total|email/);
  });

  it("has one key per messageId, and without one the key of its content, whenever it was sent", () => {
    const { messageId: _, ...unnamed } = { ...TRACK, timestamp: "2026-03-10T11:00:00Z" };
    const keyOf = (event: object): string | undefined => one(event).event?.key;
    expect(keyOf({ ...TRACK, event: "Other" })).toBe(keyOf(TRACK));
    expect(keyOf({ ...TRACK, messageId: "m-2" })).not.toBe(keyOf(TRACK));
    expect(keyOf({ ...unnamed, sentAt: "2026-03-10T11:30:00Z", writeKey: "k" })).toBe(keyOf(unnamed));
    expect(keyOf({ ...unnamed, event: "Other" })).not.toBe(keyOf(unnamed));
    expect(one(unnamed, "page").event?.key).not.toBe(keyOf(unnamed));
  });

  it("without messageId and time is another one on another day", () => {
    const body = { userId: "ann", event: "Opened" };
    const keyOn = (receivedAt: string) =>
      segmentInbound.events(body, { call: "track", tenant: TENANT, receivedAt: new Date(receivedAt) })
        .events[0]?.key;
    expect(keyOn("2026-03-10T23:00:00Z")).toBe(keyOn("2026-03-10T01:00:00Z"));
    expect(keyOn("2026-03-11T01:00:00Z")).not.toBe(keyOn("2026-03-10T23:00:00Z"));
  });

  it("names a user by a hash of each tenant's own, and an anonymous one apart from a known one", () => {
    const userOf = (event: object, tenant = TENANT) => one(event, "page", tenant).event?.user;
    expect(userOf({ userId: "7" })).toBe(userOf({ userId: 7, anonymousId: "x" }));
    expect(userOf({ userId: "7" })).not.toBe(userOf({ userId: "7" }, OTHER));
    expect(userOf({ userId: "7" })).not.toBe(userOf({ anonymousId: "7" }));
  });

  it("belongs to the group of its context, else to the one it names, else to that of the batch", () => {
    const groupOf = (event: object, context?: object) =>
      read({ batch: [{ type: "track", ...TRACK, ...event }], ...(context && { context }) }).events[0]?.group;
    expect(groupOf({ context: { groupId: "a" }, groupId: "b" }, { groupId: "c" })).toBe("a");
    expect(groupOf({ groupId: "b" }, { groupId: "c" })).toBe("b");
    expect(groupOf({}, { groupId: "c" })).toBe("c");
    expect(groupOf({ context: { groupId: 42 } })).toBe("42");
    expect(groupOf({})).toBeNull();
    expect(groupOf({ groupId: "x".repeat(80) })).toMatch(/^sha256-[\w-]{43}$/);
  });

  it("says of a group how it may be matched, and is no activity", () => {
    const { event } = one(
      {
        userId: "ann",
        groupId: "acme",
        context: { groupId: "elsewhere" },
        traits: { name: " Acme ", website: "https://www.acme.example/start", id: "crm-7", employees: 12 },
      },
      "group",
    );
    expect(event).toMatchObject({
      group: "acme",
      isActive: false,
      traits: { name: "Acme", domains: ["acme.example"], externalId: "crm-7" },
    });
  });

  it("tells which anonymous user it was before", () => {
    const before = one({ anonymousId: "anon" }, "page").event?.user;
    expect(one({ userId: "ann", anonymousId: "anon" }, "identify").event?.previousUser).toBe(before);
    expect(one({ userId: "ann", anonymousId: "anon" }, "page").event?.previousUser).toBeNull();
    const former = one({ userId: "old" }, "page").event?.user;
    expect(one({ userId: "ann", previousId: "old" }, "alias").event?.previousUser).toBe(former);
  });

  it("may say that its user was not there", () => {
    expect(one({ userId: "ann", context: { active: false } }, "identify").event?.isActive).toBe(false);
    expect(one({ userId: "ann" }, "identify").event?.isActive).toBe(true);
  });
});

describe("the time of an event", () => {
  const at = (timestamp: unknown, sentAt?: unknown, extra: object = {}) =>
    read({ batch: [{ type: "track", ...TRACK, timestamp, ...extra }], sentAt }).events[0]?.at;

  it.each([
    ["without a clock to compare", "2026-03-10T11:00:00Z", undefined, "2026-03-10T11:00:00.000Z"],
    ["by a clock an hour ahead", "2026-03-10T12:30:00Z", "2026-03-10T13:00:00Z", "2026-03-10T11:30:00.000Z"],
    ["by a clock years behind", "2020-01-01T00:00:00Z", "2020-01-01T00:10:00Z", "2026-03-10T11:50:00.000Z"],
    ["from an import", "2024-05-01T00:00:00Z", "2026-03-10T12:00:00Z", "2024-05-01T00:00:00.000Z"],
    ["in milliseconds", Date.parse("2026-03-10T11:00:00Z"), undefined, "2026-03-10T11:00:00.000Z"],
    ["never in the future", "2026-04-01T00:00:00Z", undefined, RECEIVED.toISOString()],
    ["later than its sending", "2026-03-10T13:00:00Z", "2026-03-10T12:00:00Z", RECEIVED.toISOString()],
    ["not before the product was", "1970-01-01T00:00:00Z", undefined, "2016-03-12T12:00:00.000Z"],
    [
      "with a time of sending that cannot be read",
      "2026-03-10T11:00:00Z",
      "soon",
      "2026-03-10T11:00:00.000Z",
    ],
  ])("is right %s", (_, timestamp, sentAt, expected) => {
    expect(at(timestamp, sentAt)).toBe(expected);
  });

  it("is that of its arrival when nothing is said", () => {
    expect(at(undefined)).toBe(RECEIVED.toISOString());
    expect(at(undefined, undefined, { originalTimestamp: "2026-03-10T10:00:00Z" })).toBe(
      "2026-03-10T10:00:00.000Z",
    );
  });
});

describe("an event that cannot be used", () => {
  it.each([
    ["nobody", { event: "Opened" }, "The event names neither a userId nor an anonymousId."],
    [
      "an empty user",
      { userId: " ", event: "Opened" },
      "The event names neither a userId nor an anonymousId.",
    ],
    ["no name", { userId: "ann" }, "The track call has no name in its field event."],
    ["a time in words", { ...TRACK, timestamp: "yesterday" }, /timestamp cannot be read/],
    ["a time beyond numbers", { ...TRACK, timestamp: JSON.parse("1e400") }, /timestamp cannot be read/],
    ["33 KB", { ...TRACK, properties: { text: "x".repeat(33 * 1024) } }, "The event is larger than 32 KB."],
  ])("says why: %s", (_, event, reason) => {
    expect(one(event).reason).toMatch(reason);
  });

  it.each([
    ["an unknown type", { type: "purchase", userId: "ann" }, /type is not one of track/],
    ["no type", { userId: "ann" }, /type is not one of track/],
    ["no object", 7, "The event is not a JSON object."],
    ["a group call without a group", { type: "group", userId: "ann" }, "The group call has no groupId."],
    ["an alias of nothing", { type: "alias", userId: "ann" }, "The alias call has no previousId."],
  ])("says why in a batch, and the others are kept: %s", (_, event, reason) => {
    const { events, rejected } = read({ batch: [event, { type: "track", ...TRACK }] });
    expect(events).toHaveLength(1);
    expect(rejected[0]?.reason).toMatch(reason);
  });

  it("is shown without secrets, and not at length", () => {
    const { rejected } = one({
      event: "Opened",
      writeKey: `bwk_${"k".repeat(43)}`,
      properties: {
        password: "hunter2",
        note: `key bwk_${"k".repeat(43)}`,
        apiKey: "s3",
        long: "ä".repeat(4_000),
      },
    });
    expect(rejected?.body).toContain("Opened");
    expect(rejected?.body).not.toMatch(/hunter2|bwk_k|"s3"/);
    expect(Buffer.byteLength(rejected?.body ?? "")).toBeLessThanOrEqual(4_096);
    const text = segmentInbound.rejectedBody(
      Buffer.from('{"writeKey": "old", "password":"x1" nonsense'),
      "why",
    );
    expect(text.body).not.toMatch(/old|x1/);
  });

  it("is known again, nested ever so deep", () => {
    const deep = (name: string) =>
      JSON.parse(`${'{"a":'.repeat(5_000)}"${name}"${"}".repeat(5_000)}`) as object;
    const [first, again, other] = [one(deep("x")), one(deep("x")), one(deep("y"))];
    expect(first.reason).toBe("The event is nested deeper than 64 levels.");
    expect(again.rejected?.key).toBe(first.rejected?.key);
    expect(other.rejected?.key).not.toBe(first.rejected?.key);
  });
});

describe("a body", () => {
  it.each(["", "{", "\u0000", "[1,]", '{"a":NaN}'])("that is no JSON is refused: %j", (text) => {
    expect(() => segmentInbound.parse(Buffer.from(text))).toThrow("The body is not JSON.");
  });

  it.each([[null], [[]], ["text"], [7]])("that is no object is refused: %j", (body) => {
    expect(() => read(body)).toThrow("The body is not a JSON object.");
  });

  it("without a list in a batch is refused", () => {
    expect(() => read({ batch: { type: "track" } })).toThrow("batch: it should be a list of events.");
  });

  it("of any JSON gives as many events as it has, and never fails", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (batch) => {
        const { events, rejected } = read({ batch });
        expect(events.length + rejected.length).toBe(batch.length);
        expect(JSON.parse(segmentInbound.kept(events).toString())).toBeInstanceOf(Array);
      }),
    );
  });

  it("with hostile names and text is only text", () => {
    const body = JSON.parse(
      '{"batch":[{"type":"track","userId":"a\\u0000\\ud800","event":"__proto__","__proto__":{"userId":"evil"},' +
        '"context":{"__proto__":{"groupId":"evil"},"groupId":"constructor"}}]}',
    ) as unknown;
    const { events } = read(body);
    expect(events[0]).toMatchObject({ event: "__proto__", group: "constructor" });
    expect(segmentInbound.kept(events).toString()).not.toMatch(/\\u0000|\\ud800|evil/);
  });
});

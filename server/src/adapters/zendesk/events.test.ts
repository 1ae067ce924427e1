import { describe, expect, it } from "vitest";
import { AppError } from "../../services/errors.ts";
import { eventKey, eventRefs, isOwnWrite, parseZendeskEvent, ticketOfRatings } from "./events.ts";
import { zendeskInbound } from "./inbound.ts";

const statusChanged = {
  type: "zen:event-type:ticket.status_changed",
  account_id: 4412,
  id: "5f0c-uuid",
  time: "2026-11-21T08:00:00Z",
  zendesk_event_version: "2022-06-20",
  subject: "zen:ticket:901",
  detail: { id: "901", status: "SOLVED", organization_id: "77", requester_id: "31", actor_id: "12" },
  event: { meta: { sequence: { id: "s", position: 1, total: 2 } }, current: "SOLVED", previous: "OPEN" },
};
const make = (kind: string, change: { detail?: object; event?: unknown; subject?: string } = {}) =>
  parseZendeskEvent({ ...statusChanged, type: `zen:event-type:${kind}`, ...change });
const named = (kind: string, change?: Parameters<typeof make>[1]) =>
  eventRefs(make(kind, change)).map((ref) => `${ref.objectType}:${ref.id}`);

describe("the envelope of a Zendesk event", () => {
  it("is known by its id, however often it is delivered", () => {
    expect(eventKey(parseZendeskEvent(statusChanged))).toBe("5f0c-uuid");
  });

  it("is read with as little as a type and an id", () => {
    const event = parseZendeskEvent({
      type: "zen:event-type:ticket.status_changed",
      account_id: 1,
      id: "e-1",
    });
    expect(event.time).toBeNull();
    expect(eventRefs(event)).toEqual([]);
  });

  it.each([
    ["an array", [], "body"],
    ["null", null, "body"],
    ["a missing id", { type: "zen:event-type:ticket.created" }, "id"],
    ["a numeric type", { type: 7, id: "e" }, "type"],
    ["an endless id", { type: "x", id: "e".repeat(10_000) }, "id"],
  ])("names what is wrong with %s", (_what, json, where) => {
    expect(() => parseZendeskEvent(json)).toThrow(AppError);
    expect(() => parseZendeskEvent(json)).toThrow(`event's ${where} is not usable`);
  });

  it.each([[null], ["text"], [[1]], [undefined]])("takes a detail that is %j for an empty one", (detail) => {
    const event = parseZendeskEvent({ ...statusChanged, detail, event: detail });
    expect(eventRefs(event)).toEqual([{ platform: "zendesk", objectType: "ticket", id: "901" }]);
  });
});

describe("the records that an event concerns", () => {
  it.each([
    ["ticket.status_changed", {}, ["ticket:901"]],
    ["ticket.comment_added", { detail: { id: 901 } }, ["ticket:901"]],
    ["ticket.soft_deleted", { detail: {} }, ["ticket:901"]],
    ["ticket.undeleted", {}, ["ticket:901"]],
    [
      "ticket.merged",
      { event: { meta: { id: "5" }, target_ticket_id: "902" } },
      ["ticket:901", "ticket:902"],
    ],
    [
      "ticket.organization_changed",
      { event: { current: "78", previous: "77" } },
      ["ticket:901", "organization:78", "organization:77"],
    ],
    [
      "ticket.organization_changed",
      { event: { current: "78", previous: "0" } },
      ["ticket:901", "organization:78"],
    ],
    ["ticket.requester_changed", { event: { current: 31, previous: null } }, ["ticket:901", "user:31"]],
    ["ticket.created", {}, ["ticket:901"]],
    [
      "ticket.created",
      { detail: { id: "901", organization_id: "0", requester_id: "31" } },
      ["ticket:901", "user:31"],
    ],
    ["ticket.csat_received", {}, ["ticket:901", "rating:ticket-901"]],
    [
      "organization.name_changed",
      { detail: { id: "77" }, subject: "zen:organization:77" },
      ["organization:77"],
    ],
    ["organization.deleted", { detail: {}, subject: "zen:organization:77" }, ["organization:77"]],
    ["user.created", { detail: { id: "31", organization_id: "0" } }, ["user:31"]],
    ["user.merged", { detail: { id: "31" }, event: { user: { id: "32" } } }, ["user:31", "user:32"]],
    [
      "user.organization_membership_created",
      { detail: { id: "31" }, event: { organization: { id: "77", name: "Acme" } } },
      ["user:31", "organization:77"],
    ],
  ])("of %s %j are %j", (kind, change, expected) => {
    expect(named(kind, change)).toEqual(expected);
  });

  it.each([
    ["article.published", {}],
    ["agent.state_changed", {}],
    ["ticketing.something", {}],
    ["ticket.status_changed", { detail: { id: "0" }, subject: "zen:user:5" }],
    ["ticket.status_changed", { detail: { id: "901/../users" }, subject: "nonsense" }],
  ])("are none for %s %j", (kind, change) => {
    expect(named(kind, change)).toEqual([]);
  });

  it("are each named once", () => {
    expect(named("ticket.merged", { event: { a: "901", b: { id: 902 }, c: "902" } })).toEqual([
      "ticket:901",
      "ticket:902",
    ]);
  });

  it("tell the ratings of a ticket from a rating's own id", () => {
    expect(ticketOfRatings("ticket-901")).toBe("901");
    expect(ticketOfRatings("901")).toBeNull();
  });
});

describe("our own writes coming back", () => {
  const field = { id: "5", title: "Customer health", type: "DropDown" };
  it.each([
    ["ticket.custom_field_changed", "12", { field }, true],
    ["ticket.tags_changed", "12", { tags_added: ["bellwether_band_red"], tags_removed: [] }, true],
    ["ticket.custom_field_changed", "99", { field }, false],
    ["ticket.status_changed", "12", {}, false],
    ["ticket.comment_added", "12", {}, false],
  ])("are told by the actor: %s of our actor %s", (kind, actorId, event, expected) => {
    expect(isOwnWrite(make(kind, { event }), actorId)).toBe(expected);
  });

  it.each([
    ["organization.custom_field_changed", { field: { title: "Health band" } }, true],
    ["organization.custom_field_changed", { field: { key: "bellwether_churn_risk" } }, true],
    ["organization.custom_field_changed", { field: { title: "Plan" } }, false],
    ["organization.custom_field_changed", {}, false],
    [
      "organization.tags_changed",
      { added: { tags: ["bellwether_org_health_band_red"] }, removed: { tags: [] } },
      true,
    ],
    ["organization.tags_changed", { added: { tags: ["bellwether_org_x", "vip"] } }, false],
    ["organization.tags_changed", { added: "vip" }, false],
  ])("are told by field or tags where no actor is named: %s %j", (kind, event, expected) => {
    expect(isOwnWrite(make(kind, { detail: { id: "77" }, event }), "12")).toBe(expected);
  });
});

describe("a Zendesk delivery", () => {
  const bytes = (json: unknown) => Buffer.from(JSON.stringify(json));

  it("becomes one event with the records to read again, and is kept to the byte", () => {
    const body = bytes(statusChanged);
    expect(zendeskInbound.parse(body, null)).toEqual([
      {
        externalId: null,
        body,
        events: [{ key: "5f0c-uuid", refs: [{ platform: "zendesk", objectType: "ticket", id: "901" }] }],
      },
    ]);
  });

  it("of our own making goes no further", () => {
    const [delivery] = zendeskInbound.parse(
      bytes({ ...statusChanged, type: "zen:event-type:ticket.tags_changed" }),
      "12",
    );
    expect(delivery?.events.map((event) => event.refs)).toEqual([[]]);
  });

  it("may come without a readable time", () => {
    expect(zendeskInbound.parse(bytes({ ...statusChanged, time: "soon" }), null)[0]?.events).toHaveLength(1);
  });

  it.each(["", "{", '"text"', "[".repeat(10_000)])("that cannot be read is refused: %.9s", (text) => {
    expect(() => zendeskInbound.parse(Buffer.from(text), null)).toThrow(AppError);
  });
});

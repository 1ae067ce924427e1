import { sourceRecord } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { zendeskFieldMap } from "./field-map.ts";
import {
  organizationRecord,
  satisfactionRecord,
  surveyRecord,
  ticketRecord,
  userRecord,
} from "./map-records.ts";
import {
  metricSetRow,
  organizationRow,
  readRows,
  satisfactionRow,
  surveyRow,
  ticketRow,
  userRow,
} from "./rest-rows.ts";

const readAt = new Date("2026-11-21T08:00:00Z");
const DATES = { created_at: "2026-01-02T03:04:05Z", updated_at: "2026-11-20T10:00:00Z" };
const unmapped = zendeskFieldMap({});
const ticket = (change: object = {}, fieldMap = unmapped) =>
  ticketRecord(
    ticketRow.parse({ id: 901, ...DATES, status: "open", organization_id: 77, requester_id: 31, ...change }),
    null,
    readAt,
    fieldMap,
  );

describe("a Zendesk ticket", () => {
  it("belongs to its organization first and to its requester second", () => {
    const record = ticket();
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record).toMatchObject({
      ref: { platform: "zendesk", objectType: "ticket", id: "901" },
      createdAt: "2026-01-02T03:04:05.000Z",
      links: [
        { objectType: "organization", id: "77" },
        { objectType: "user", id: "31" },
      ],
    });
    expect(ticket({ organization_id: null })?.links.map((link) => link.objectType)).toEqual(["user"]);
  });

  it.each([
    ["new", "open"],
    ["OPEN", "open"],
    ["hold", "open"],
    ["pending", "pending"],
    ["solved", "solved"],
    ["closed", "closed"],
    ["archived", "closed"],
    ["awaiting-engineering", "open"],
  ])("of status %s is %s", (status, expected) => {
    expect(ticket({ status })?.fields).toMatchObject({ status: expected });
  });

  it.each(["deleted", "SCRUBBED"])("of status %s is gone", (status) => {
    expect(ticket({ status })).toBeNull();
  });

  const metrics = {
    ticket_id: 901,
    reopens: 2,
    solved_at: "2026-11-19T10:00:00Z",
    updated_at: "2026-11-20T10:00:01Z",
    reply_time_in_minutes: { calendar: 42, business: 12 },
  };
  it("has first reply, reopens and the time of solving from its metrics, inside or beside it", () => {
    const measured = { reopens: 2, firstReplyMinutes: 42, solvedAt: "2026-11-19T10:00:00.000Z" };
    expect(ticket({ metric_set: metrics })?.fields).toMatchObject(measured);
    const row = ticketRow.parse({ id: 901, ...DATES, status: "solved" });
    const beside = ticketRecord(row, metricSetRow.parse(metrics), readAt, unmapped);
    expect(beside?.fields).toMatchObject(measured);
    expect(beside?.updatedAt).toBe("2026-11-20T10:00:01.000Z");
  });

  it.each([
    ["no metrics", null],
    ["broken metrics", { reopens: -1, reply_time_in_minutes: "soon", solved_at: "never", ticket_id: {} }],
  ])("with %s has none of them", (_what, metric_set) => {
    expect(ticket({ metric_set })?.fields).toMatchObject({
      reopens: null,
      firstReplyMinutes: null,
      solvedAt: null,
    });
  });

  it.each([
    ["urgent", "urgent"],
    ["HIGH", "high"],
    [null, null],
    ["p1", null],
    [7, null],
  ])("of priority %j is %j", (priority, expected) => {
    expect(ticket({ priority })?.fields).toMatchObject({ priority: expected });
  });
});

describe("the feeling behind a Zendesk ticket", () => {
  it.each([
    [["vip", "sentiment__very_negative"], "negative"],
    [["SENTIMENT__POSITIVE"], "positive"],
    [["sentiment__positive", "sentiment__negative"], "negative"],
    [["sentiment__neutral"], "neutral"],
    [["vip"], null],
    [null, null],
  ])("with the tags %j is %j", (tags, sentiment) => {
    expect(ticket({ tags })?.fields).toMatchObject({ sentiment });
  });

  it("follows the lists of tags that the admin chose", () => {
    const fieldMap = zendeskFieldMap({ negativeTags: "Angry, escalated", neutralTags: "" });
    expect(ticket({ tags: ["angry"] }, fieldMap)?.fields).toMatchObject({ sentiment: "negative" });
    expect(ticket({ tags: ["sentiment__neutral"] }, fieldMap)?.fields).toMatchObject({ sentiment: null });
  });
});

describe("a mapped field of a Zendesk ticket", () => {
  it("is read by its number, and is empty where the ticket has none", () => {
    const fieldMap = zendeskFieldMap({
      "custom.severity": "ticket_fields.12",
      "custom.area": "ticket_fields.13",
    });
    const record = ticket({ custom_fields: [{ id: 12, value: "3" }] }, fieldMap);
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record?.fields).toMatchObject({ custom: { severity: 3, area: null } });
  });
});

describe("a Zendesk organization", () => {
  const organization = (change: object, fieldMap = unmapped) =>
    organizationRecord(organizationRow.parse({ id: 77, ...DATES, ...change }), readAt, fieldMap);

  it("gives the mapped fields, as numbers, flags and choices, and no prose", () => {
    const fieldMap = zendeskFieldMap({
      "custom.goal": "organization_fields.goal_score",
      "custom.vip": "organization_fields.vip",
      "custom.tier": "organization_fields.tier",
      "custom.notes": "organization_fields.notes",
      "custom.gone": "organization_fields.gone",
      "custom.other": "ticket_fields.12",
      "Custom.odd": "organization_fields.vip",
    });
    const fields = { goal_score: "7.5", vip: true, tier: "tier_gold", notes: "x".repeat(81) };
    const record = organization({ organization_fields: fields }, fieldMap);
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record?.fields).toMatchObject({
      custom: { goal: 7.5, vip: true, tier: "tier_gold", notes: null, gone: null },
    });
    expect(Object.keys((record?.fields.kind === "organization" && record.fields.custom) || {})).toHaveLength(
      5,
    );
  });

  it("has name, domains and external id", () => {
    const record = organization({
      name: "Zoë 🦊",
      domain_names: ["WWW.Acme.Test", " acme.example ", ""],
      external_id: "A-1",
    });
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record?.fields).toEqual({
      kind: "organization",
      name: "Zoë 🦊",
      domains: ["acme.test", "acme.example"],
      externalId: "A-1",
    });
  });

  it("may have none of them", () => {
    expect(organization({ external_id: "" })?.fields).toEqual({
      kind: "organization",
      name: null,
      domains: [],
      externalId: null,
    });
  });

  it("that was deleted is gone", () => {
    expect(organization({ deleted_at: DATES.updated_at })).toBeNull();
  });
});

describe("a Zendesk user", () => {
  const user = (change: object) => userRecord(userRow.parse({ id: 31, ...DATES, ...change }), readAt);

  it("belongs to its organization, if it has one", () => {
    expect(user({ organization_id: 77 })?.links).toEqual([
      { platform: "zendesk", objectType: "organization", id: "77" },
    ]);
    for (const organization_id of [null, 0, "0", undefined])
      expect(user({ organization_id })?.links).toEqual([]);
  });

  it("that was deleted is gone, one without dates was read just now", () => {
    expect(user({ active: false })).toBeNull();
    expect(user({ created_at: undefined, updated_at: "soon" })).toMatchObject({
      createdAt: readAt.toISOString(),
      updatedAt: readAt.toISOString(),
    });
  });
});

describe("a satisfaction rating of either system", () => {
  const legacy = (score: string) =>
    satisfactionRecord(
      satisfactionRow.parse({ id: 5, ...DATES, ticket_id: 901, requester_id: 31, score }),
      readAt,
    );

  it.each([
    ["good", 100],
    ["bad", 0],
    ["GOOD", 100],
    ["bad_with_comment", 0],
  ])("%s is %d", (score, expected) => {
    const record = legacy(score);
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record?.fields).toMatchObject({
      metric: "csat",
      score: expected,
      answeredAt: "2026-11-20T10:00:00.000Z",
    });
    expect(record?.links.map((link) => `${link.objectType}:${link.id}`)).toEqual(["ticket:901", "user:31"]);
  });

  it.each(["offered", "unoffered", ""])("%j is no answer", (score) => {
    expect(legacy(score)).toBeNull();
  });

  const survey = (answers: unknown, subject = "zen:ticket:901") =>
    surveyRecord(
      surveyRow.parse({ id: "01HQ", responder_id: 31, subject_zrns: ["zen:agent:3", subject], answers }),
      readAt,
    );
  const answer = (change: object) => ({ type: "rating_scale", ...DATES, ...change });

  it.each([
    ["one star", { rating: 1, rating_category: "bad" }, 0],
    ["three stars", { rating: 3, rating_category: "bad" }, 50],
    ["four stars", { rating: 4, rating_category: "good" }, 75],
    ["five stars", { rating: 5, rating_category: "good" }, 100],
    ["the better of two", { rating: 2, rating_category: "good" }, 100],
    ["two of three, by the options", { rating: 2, question: { options: [1, 2, 3] } }, 50],
    ["a category alone", { rating_category: "BAD" }, 0],
    ["a rating off the scale", { rating: 11 }, 100],
  ])("of %s counts", (_what, change, expected) => {
    expect(survey([{ type: "skipped" }, answer(change)])?.fields).toMatchObject({ score: expected });
  });

  it.each([
    ["only words", [{ type: "open_ended", value: "fine" }]],
    ["all skipped", [{ type: "skipped" }]],
    ["a scale without an answer", [answer({})]],
    ["no list", "nothing"],
  ])("with %s is no rating", (_what, answers) => {
    expect(survey(answers)).toBeNull();
  });

  it("finds its ticket in either spelling of the subject", () => {
    for (const subject of ["zen:ticket:901", "zrn:ticket:901"])
      expect(survey([answer({ rating: 5 })], subject)?.links).toContainEqual({
        platform: "zendesk",
        objectType: "ticket",
        id: "901",
      });
    expect(survey([answer({ rating: 5 })], "zen:call:9")?.links.map((link) => link.objectType)).toEqual([
      "user",
    ]);
  });
});

describe("rows that cannot be read", () => {
  it("are counted and do not take the others with them", () => {
    const rows = [
      { id: 1, status: "open" },
      { id: -1, status: "open" },
      null,
      { id: 3 },
      { id: "4", status: "new" },
    ];
    const read = readRows(ticketRow, rows);
    expect(read.rows.map((row) => row.id)).toEqual(["1", "4"]);
    expect(read.unreadable).toBe(3);
  });

  it("lose what the database could not store", () => {
    const { rows } = readRows(organizationRow, [{ id: 1, name: "A\u0000B" }]);
    expect(rows[0]?.name).toBe("A\uFFFDB");
  });
});

import { ratingsOfTicket } from "@bellwether/server/src/adapters/zendesk/events.ts";
import { type RecordRef, type SourceRecord, sourceRecord } from "@bellwether/shared";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  gatewayTo,
  hurriedTime,
  NOW,
  type Routes,
  startZendeskStub,
  type ZendeskStub,
} from "../support/zendesk-stub.ts";

const DATES = { created_at: "2026-01-02T03:04:05Z", updated_at: "2026-11-20T10:00:00Z" };
const ticket = (id: number, change: object = {}) => ({
  id,
  ...DATES,
  status: "open",
  priority: "high",
  organization_id: 77,
  requester_id: 31,
  ...change,
});
const organization = (id: number, change: object = {}) => ({
  id,
  ...DATES,
  name: `Org ${id}`,
  domain_names: [`org${id}.test`],
  external_id: null,
  ...change,
});
const user = (id: number, change: object = {}) => ({
  id,
  ...DATES,
  organization_id: 77,
  active: true,
  ...change,
});
const rating = (id: number, score: string) => ({ id, ...DATES, ticket_id: 901, requester_id: 31, score });
const survey = (id: string, stars: number) => ({
  id,
  responder_id: 31,
  subject_zrns: ["zen:ticket:902"],
  answers: [{ type: "rating_scale", rating: stars, ...DATES }],
});
const ref = (objectType: RecordRef["objectType"], id: string): RecordRef => ({
  platform: "zendesk",
  objectType,
  id,
});
const keys = (records: readonly SourceRecord[]) => records.map((r) => `${r.ref.objectType}:${r.ref.id}`);

let stub: ZendeskStub;
beforeEach(async () => {
  stub = await startZendeskStub();
});
afterEach(() => stub.stop());
const gatewayOn = (routes: Routes, warnings: string[] = []) => {
  stub.routes = routes;
  return gatewayTo(stub, { warnings });
};
/** All pages of a type, as a backfill that is restarted before every page. */
async function readAll(routes: Routes, objectType: RecordRef["objectType"]) {
  stub.routes = routes;
  const records: SourceRecord[] = [];
  const totals: (number | null)[] = [];
  let cursor: string | null = null;
  do {
    const page = await gatewayTo(stub).page(objectType, cursor);
    for (const record of page.records) expect(sourceRecord.parse(record)).toEqual(record);
    records.push(...page.records);
    totals.push(page.total);
    cursor = page.next;
  } while (cursor !== null);
  return { records, totals };
}

describe("reading a Zendesk account's history", () => {
  it("begins with the parties", () => {
    expect(gatewayTo(stub).backfillOrder).toEqual(["organization", "user", "ticket", "rating"]);
  });

  it("reads organizations by time, once each although pages overlap, and says how many there are", async () => {
    const { records, totals } = await readAll(
      {
        "GET /api/v2/organizations/count.json": { json: { count: { value: 3, refreshed_at: null } } },
        "GET /api/v2/incremental/organizations.json": [
          {
            json: {
              organizations: [
                organization(1),
                organization(2, { updated_at: "2026-11-20T10:00:05Z" }),
                organization(1),
              ],
              end_time: 100,
              end_of_stream: false,
            },
          },
          {
            json: {
              organizations: [organization(3, { deleted_at: DATES.updated_at })],
              end_time: 100,
              end_of_stream: false,
            },
          },
          { json: { organizations: [], end_time: 101, end_of_stream: true } },
        ],
      },
      "organization",
    );
    expect(keys(records)).toEqual(["organization:1", "organization:2"]);
    expect(totals).toEqual([3, null, null]);
    const starts = stub
      .callsTo("GET /api/v2/incremental/organizations.json")
      .map((call) => call.query["start_time"]);
    expect(starts).toEqual(["0", "100", "101"]); // a page that ends where it began does not go on for ever
  });

  it("reads users and tickets by cursor, with metrics inside or beside the tickets", async () => {
    const users = await readAll(
      {
        "GET /api/v2/incremental/users/cursor.json": {
          json: { users: [user(31), user(32, { active: false })], after_cursor: "u1", end_of_stream: true },
        },
      },
      "user",
    );
    expect(keys(users.records)).toEqual(["user:31"]);
    const metrics = { reopens: 1, reply_time_in_minutes: { calendar: 9 }, updated_at: DATES.updated_at };
    const { records } = await readAll(
      {
        "GET /api/v2/incremental/tickets/cursor.json": {
          json: {
            tickets: [ticket(901, { metric_set: metrics }), ticket(902), ticket(903, { status: "deleted" })],
            metric_sets: [{ ...metrics, ticket_id: 902 }],
            after_cursor: "t1",
            end_of_stream: true,
          },
        },
      },
      "ticket",
    );
    expect(keys(records)).toEqual(["ticket:901", "ticket:902"]);
    for (const record of records) expect(record.fields).toMatchObject({ reopens: 1, firstReplyMinutes: 9 });
  });

  it.each([403, 404])("falls back to lists where the export answers %d", async (status) => {
    const refused = { status, json: { error: "Forbidden" } };
    const page = (rows: unknown[], after: string | null) => ({
      json: {
        tickets: rows,
        meta: { has_more: after !== null, after_cursor: after },
        links: { next: "https://evil.test/" },
      },
    });
    const { records } = await readAll(
      {
        "GET /api/v2/incremental/tickets/cursor.json": refused,
        "GET /api/v2/tickets.json": [page([ticket(1)], "a=="), page([ticket(2)], null)],
      },
      "ticket",
    );
    expect(keys(records)).toEqual(["ticket:1", "ticket:2"]);
    expect(stub.callsTo("GET /api/v2/tickets.json").map((call) => call.query)).toEqual([
      { include: "metric_sets", "page[size]": "100" },
      { include: "metric_sets", "page[size]": "100", "page[after]": "a==" },
    ]);
    expect(stub.callsTo("GET /api/v2/incremental/tickets/cursor.json")).toHaveLength(1);
  });

  it("reads lists that only know page numbers", async () => {
    const { records } = await readAll(
      {
        "GET /api/v2/users.json": [
          { json: { users: [user(1)], next_page: `${stub.origin}/api/v2/users.json?page=2`, count: 2 } },
          { json: { users: [user(2)], next_page: null, count: 2 } },
        ],
      },
      "user",
    );
    expect(keys(records)).toEqual(["user:1", "user:2"]);
    expect(stub.callsTo("GET /api/v2/users.json")[1]?.query).toMatchObject({ page: "2" });
  });

  it("asks for less when a full page is larger than an answer may be", async () => {
    const padding = "x".repeat(33 * 1024 * 1024);
    const gateway = gatewayOn({
      "GET /api/v2/incremental/tickets/cursor.json": (call) =>
        call.query["per_page"] === "100"
          ? { json: { tickets: [ticket(1)], after_cursor: "c", end_of_stream: true } }
          : { text: padding },
    });
    expect(keys((await gateway.page("ticket", null)).records)).toEqual(["ticket:1"]);
  });

  it("does not take an answer without rows for the end", async () => {
    const gateway = gatewayOn({ "GET /api/v2/incremental/users/cursor.json": { json: { error: "odd" } } });
    await expect(gateway.page("user", null)).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("reports rows that it cannot read, and goes on", async () => {
    const warnings: string[] = [];
    const gateway = gatewayOn(
      {
        "GET /api/v2/incremental/organizations.json": {
          json: {
            organizations: [null, { name: "no id" }, organization(5, { name: "x".repeat(10_000) })],
            end_of_stream: true,
          },
        },
      },
      warnings,
    );
    expect(keys((await gateway.page("organization", null)).records)).toEqual(["organization:5"]);
    expect(warnings).toEqual(["rows could not be read"]);
  });
});

describe("satisfaction in Zendesk", () => {
  const legacy = {
    json: { satisfaction_ratings: [rating(5, "good"), rating(6, "offered")], meta: { has_more: false } },
  };
  const surveys = { json: { survey_responses: [survey("01A", 2)], meta: { has_more: false } } };

  it.each([
    ["of both systems during a move", { legacy, surveys }, ["rating:5", "rating:01A"]],
    ["of the older system alone", { legacy, surveys: { status: 403, json: {} } }, ["rating:5"]],
    ["of the newer system alone", { legacy: { status: 404, json: {} }, surveys }, ["rating:01A"]],
    [
      "of an account without any",
      { legacy: { status: 403, json: {} }, surveys: { status: 404, json: {} } },
      [],
    ],
  ])("is read %s", async (_what, answers, expected) => {
    const { records } = await readAll(
      {
        "GET /api/v2/satisfaction_ratings.json": answers.legacy,
        "GET /api/v2/guide/survey_responses": answers.surveys,
      },
      "rating",
    );
    expect(keys(records)).toEqual(expected);
  });

  it("is read page after page, each system to its end", async () => {
    const more = (after: string) => ({ has_more: true, after_cursor: after });
    const { records } = await readAll(
      {
        "GET /api/v2/satisfaction_ratings.json": [
          { json: { satisfaction_ratings: [rating(1, "good")], meta: more("l1") } },
          { json: { satisfaction_ratings: [rating(2, "bad")], meta: { has_more: false } } },
        ],
        "GET /api/v2/guide/survey_responses": [
          { json: { survey_responses: [survey("01A", 1)], meta: more("s1") } },
          { json: { survey_responses: [survey("01B", 5)], meta: { has_more: false } } },
        ],
      },
      "rating",
    );
    expect(records.map((r) => [r.ref.id, r.fields.kind === "rating" && r.fields.score])).toEqual([
      ["1", 100],
      ["2", 0],
      ["01A", 0],
      ["01B", 100],
    ]);
  });

  it("of a ticket is found in both systems", async () => {
    const gateway = gatewayOn({
      "GET /api/v2/tickets/show_many.json": {
        json: { tickets: [ticket(901, { satisfaction_rating: { id: 5, score: "good" } })] },
      },
      "GET /api/v2/satisfaction_ratings/5.json": { json: { satisfaction_rating: rating(5, "good") } },
      "GET /api/v2/guide/survey_responses": surveys,
    });
    const { records, missing } = await gateway.read([ratingsOfTicket("901")]);
    expect(keys(records)).toEqual(["rating:5", "rating:01A"]);
    expect(missing).toEqual([]);
    expect(stub.callsTo("GET /api/v2/guide/survey_responses")[0]?.query).toMatchObject({
      "filter[subject_zrns]": "zen:ticket:901",
    });
  });

  it("that was only offered, or is not there, is nothing", async () => {
    const gateway = gatewayOn({
      "GET /api/v2/tickets/show_many.json": {
        json: { tickets: [ticket(901, { satisfaction_rating: { score: "offered" } })] },
      },
    });
    expect(await gateway.read([ratingsOfTicket("901")])).toEqual({ records: [], missing: [] });
    const gone = ref("rating", "404");
    expect(await gateway.read([gone])).toEqual({ records: [], missing: [gone] });
  });
});

describe("reading records by id", () => {
  it("takes any mix, a hundred of a kind at a time, and reports what is gone", async () => {
    const shown =
      (key: string, make: (id: number) => object) => (call: { query: Record<string, string> }) => ({
        json: {
          [key]: (call.query["ids"] ?? "")
            .split(",")
            .map(Number)
            .filter((id) => id !== 13)
            .map(make),
        },
      });
    const gateway = gatewayOn({
      "GET /api/v2/tickets/show_many.json": shown("tickets", (id) => ticket(id)),
      "GET /api/v2/organizations/show_many.json": shown("organizations", (id) => organization(id)),
      "GET /api/v2/users/show_many.json": shown("users", (id) => user(id, { active: id !== 7 })),
    });
    const refs = [
      ...Array.from({ length: 150 }, (_, n) => ref("ticket", String(n + 1))),
      ref("organization", "13"),
      ref("organization", "14"),
      ref("user", "7"),
      ref("user", "8"),
    ];
    const { records, missing } = await gateway.read(refs);
    expect(records).toHaveLength(151);
    expect(missing).toEqual([ref("ticket", "13"), ref("organization", "13"), ref("user", "7")]);
    const sizes = stub
      .callsTo("GET /api/v2/tickets/show_many.json")
      .map((call) => call.query["ids"]?.split(",").length);
    expect(sizes).toEqual([100, 50]);
  });

  it("asks one by one where there is no call for many", async () => {
    const gateway = gatewayOn({ "GET /api/v2/tickets/1.json": { json: { ticket: ticket(1) } } });
    const { records, missing } = await gateway.read([ref("ticket", "1"), ref("ticket", "2")]);
    expect(keys(records)).toEqual(["ticket:1"]);
    expect(missing).toEqual([ref("ticket", "2")]);
  });

  it("takes deleted tickets for missing", async () => {
    const gateway = gatewayOn({
      "GET /api/v2/tickets/show_many.json": { json: { tickets: [ticket(1, { status: "deleted" })] } },
    });
    expect((await gateway.read([ref("ticket", "1")])).missing).toEqual([ref("ticket", "1")]);
  });

  it("fails as a whole when Zendesk cannot be reached, so that nothing is taken for gone", async () => {
    const gateway = gatewayOn({ "GET /api/v2/tickets/show_many.json": { status: 500, text: "" } });
    await expect(gateway.read([ref("ticket", "1")])).rejects.toMatchObject({ kind: "unavailable" });
  });
});

describe("what changed since a moment", () => {
  const since = new Date("2026-11-21T07:00:00Z");
  const start = String(since.getTime() / 1000);

  it("is asked of the exports and both rating systems, deleted records included", async () => {
    const gateway = gatewayOn({
      "GET /api/v2/incremental/organizations.json": {
        json: { organizations: [organization(77)], end_of_stream: true },
      },
      "GET /api/v2/incremental/users/cursor.json": { json: { users: [user(31)], end_of_stream: true } },
      "GET /api/v2/incremental/tickets/cursor.json": [
        { json: { tickets: [ticket(1)], after_cursor: "t1", end_of_stream: false } },
        {
          json: {
            tickets: [ticket(2, { status: "deleted" }), ticket(1)],
            after_cursor: "t2",
            end_of_stream: true,
          },
        },
      ],
      "GET /api/v2/satisfaction_ratings.json": {
        json: { satisfaction_ratings: [rating(5, "bad")], next_page: null },
      },
      "GET /api/v2/guide/survey_responses": {
        json: { survey_responses: [survey("01A", 1)], meta: { has_more: false } },
      },
    });
    const changed = (await gateway.changedSince(since)).map((each) => `${each.objectType}:${each.id}`);
    expect(changed).toEqual([
      "organization:77",
      "user:31",
      "ticket:1",
      "ticket:2",
      "rating:5",
      "rating:ticket-902",
    ]);
    expect(stub.callsTo("GET /api/v2/incremental/users/cursor.json")[0]?.query["start_time"]).toBe(start);
    expect(stub.callsTo("GET /api/v2/satisfaction_ratings.json")[0]?.query["start_time"]).toBe(start);
    expect(stub.callsTo("GET /api/v2/guide/survey_responses")[0]?.query["filter[created_at_start]"]).toBe(
      `${start}000`,
    );
  });

  it("never asks an export for the last minute", async () => {
    const gateway = gatewayOn({
      "GET /api/v2/incremental/organizations.json": { json: { organizations: [], end_of_stream: true } },
      "GET /api/v2/incremental/users/cursor.json": { json: { users: [], end_of_stream: true } },
      "GET /api/v2/incremental/tickets/cursor.json": { json: { tickets: [], end_of_stream: true } },
    });
    expect(await gateway.changedSince(NOW)).toEqual([]);
    for (const call of stub.calls.filter(({ path }) => path.includes("incremental")))
      expect(Number(call.query["start_time"])).toBe(NOW.getTime() / 1000 - 61);
  });

  it("is taken out of the lists where there are no exports", async () => {
    const old = { updated_at: "2026-11-21T06:59:59Z" };
    const recent = { updated_at: "2026-11-21T07:30:00Z" };
    const gateway = gatewayOn({
      "GET /api/v2/organizations.json": {
        json: { organizations: [organization(1, old), organization(2, recent)] },
      },
      "GET /api/v2/users.json": { json: { users: [] } },
      "GET /api/v2/tickets.json": { json: { tickets: [ticket(1, recent), ticket(2, old)] } },
    });
    expect(await gateway.changedSince(since)).toEqual([ref("organization", "2"), ref("ticket", "1")]);
  });
});

describe("the pace of calls", () => {
  it("keeps exports to ten a minute", async () => {
    const time = hurriedTime();
    stub.routes = {
      "GET /api/v2/incremental/tickets/cursor.json": {
        json: { tickets: [], after_cursor: "c", end_of_stream: false },
      },
    };
    const gateway = gatewayTo(stub, { time });
    const startedAt = time.nowMs();
    for (let n = 0; n < 11; n += 1) await gateway.page("ticket", "cursor:c");
    expect(time.nowMs() - startedAt).toBeGreaterThanOrEqual(60_000);
  });

  it("stops reading history when three tenths of the account's limit are left, while live calls go on", async () => {
    const time = hurriedTime();
    const limits = { "x-rate-limit": "400", "x-rate-limit-remaining": "119" };
    stub.routes = {
      "GET /api/v2/users.json": { headers: limits, json: { users: [] } },
      "GET /api/v2/users/show_many.json": { json: { users: [] } },
    };
    const gateway = gatewayTo(stub, { time });
    await gateway.page("user", "list:page:2");
    const startedAt = time.nowMs();
    await gateway.read([ref("user", "1")]);
    expect(time.nowMs() - startedAt).toBeLessThan(5_000);
    await gateway.page("user", "list:page:3");
    expect(time.nowMs() - startedAt).toBeGreaterThan(50_000);
  });
});

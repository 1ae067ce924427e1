import { setTimeout as wait } from "node:timers/promises";
import { MINUTE_MS } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { type Started, started } from "./testing.ts";

const bandField = {
  type: "tagger",
  title: "Customer health",
  custom_field_options: ["red", "green"].map((band) => ({ name: band, value: `bellwether_band_${band}` })),
};
const scoreField = { key: "bellwether_health_score", title: "Health score", type: "decimal" };

async function finished({ zendesk }: Started, id: string) {
  for (let i = 0; i < 100; i++) {
    const { body } = await zendesk("GET", `/api/v2/job_statuses/${id}.json`);
    if (body.job_status.status === "completed") return body.job_status;
    await wait(10);
  }
  throw new Error("the job did not complete");
}

function ticketsByStatus({ sandbox }: Started, ...statuses: string[]) {
  return [...sandbox.zendesk.tickets.values()].filter(({ status }) => statuses.includes(status));
}

describe("exports", () => {
  it("give every ticket once, in pages, with metrics where asked for", async () => {
    const { sandbox, zendesk } = await started();
    const ids: number[] = [];
    let path = "/api/v2/incremental/tickets/cursor.json?start_time=0&per_page=20&include=metric_sets";
    for (let isEnd = false; !isEnd; ) {
      const { body } = await zendesk("GET", path);
      ids.push(...body.tickets.map(({ id }: { id: number }) => id));
      expect(body.tickets[0].metric_set.reply_time_in_minutes).toHaveProperty("calendar");
      isEnd = body.end_of_stream;
      path = `/api/v2/incremental/tickets/cursor.json?cursor=${encodeURIComponent(body.after_cursor)}&per_page=20&include=metric_sets`;
    }
    expect(ids.toSorted((x, y) => x - y)).toEqual([...sandbox.zendesk.tickets.keys()]);
  });

  it("show what changed after the cursor, once the last minute is over", async () => {
    const stage = await started();
    const { sandbox, zendesk, pass } = stage;
    const { body } = await zendesk("GET", "/api/v2/incremental/tickets/cursor.json?start_time=0");
    const next = `/api/v2/incremental/tickets/cursor.json?cursor=${encodeURIComponent(body.after_cursor)}`;
    const [ticket] = ticketsByStatus(stage, "closed");
    if (ticket === undefined) throw new Error("the book has no closed ticket");
    pass(2 * MINUTE_MS);
    sandbox.zendesk.deleteTicket(ticket);
    expect((await zendesk("GET", next)).body.tickets).toEqual([]);
    pass(2 * MINUTE_MS);
    const later = await zendesk("GET", next);
    expect(later.body.tickets).toMatchObject([{ id: ticket.id, status: "deleted" }]);
    expect((await zendesk("GET", `${next}&exclude_deleted=true`)).body.tickets).toEqual([]);
  });

  it("refuse a start within the last minute", async () => {
    const { zendesk } = await started();
    const seconds = Math.floor(Date.UTC(2026, 10, 20, 9, 29, 30) / 1000);
    expect(
      (await zendesk("GET", `/api/v2/incremental/tickets/cursor.json?start_time=${seconds}`)).status,
    ).toBe(400);
  });

  it("page organizations by time, with rows at the seams twice and none missing", async () => {
    const { sandbox, zendesk } = await started({ accounts: 20 });
    const ids: number[] = [];
    let start = 0;
    for (let isEnd = false; !isEnd; ) {
      const { body } = await zendesk(
        "GET",
        `/api/v2/incremental/organizations.json?start_time=${start}&per_page=4`,
      );
      ids.push(...body.organizations.map(({ id }: { id: number }) => id));
      isEnd = body.end_of_stream;
      start = body.end_time;
    }
    expect(new Set(ids)).toEqual(new Set(sandbox.zendesk.organizations.keys()));
    expect(ids.length).toBeGreaterThan(sandbox.zendesk.organizations.size);
  });

  it("are ten a minute, and say when to come again", async () => {
    const { zendesk } = await started();
    const answers = [];
    for (let i = 0; i < 11; i++)
      answers.push(await zendesk("GET", "/api/v2/incremental/organizations.json?start_time=0"));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
    expect(Number(answers[10]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await zendesk("GET", "/api/v2/users/me.json")).status).toBe(200);
  });
});

describe("jobs", () => {
  it("are queued, then working, then completed, and write only then", async () => {
    const stage = await started({ limits: { zendeskJobStepMs: 60 } });
    const { sandbox, zendesk } = stage;
    await zendesk("POST", "/api/v2/organization_fields.json", { organization_field: scoreField });
    const id = sandbox.accounts.map((account) => account.zendeskOrganizationId).find((each) => each !== null);
    const body = { organization: { organization_fields: { bellwether_health_score: 61.5 } } };
    const started_ = await zendesk("PUT", `/api/v2/organizations/update_many.json?ids=${id}`, body);
    expect(started_.body.job_status).toMatchObject({ status: "queued", total: 1, results: null });
    expect(sandbox.writes).toEqual([]);
    const job = await finished(stage, started_.body.job_status.id);
    expect(job.results).toEqual([
      { index: 0, id: Number(id), action: "update", success: true, status: "Updated" },
    ]);
    const shown = await zendesk("GET", `/api/v2/organizations/${id}.json`);
    expect(shown.body.organization.organization_fields.bellwether_health_score).toBe(61.5);
    expect(sandbox.writes).toMatchObject([
      { objectType: "organization", id, values: { bellwether_health_score: 61.5 } },
    ]);
  });

  it("complete with failed items for closed and unknown tickets, and move the drop-down's tags", async () => {
    const stage = await started({ accounts: 20 });
    const { sandbox, zendesk } = stage;
    const made = await zendesk("POST", "/api/v2/ticket_fields.json", { ticket_field: bandField });
    const field = made.body.ticket_field.id;
    const [open] = ticketsByStatus(stage, "open", "pending", "new", "hold");
    const [closed] = ticketsByStatus(stage, "closed");
    const write = async (value: string) => {
      const tickets = [open?.id, closed?.id, 5].map((id) => ({ id, custom_fields: [{ id: field, value }] }));
      const { body } = await zendesk("PUT", "/api/v2/tickets/update_many.json", { tickets });
      return finished(stage, body.job_status.id);
    };
    const job = await write("bellwether_band_red");
    expect(job.results.map(({ success }: { success: boolean }) => success)).toEqual([true, false, false]);
    expect(job.results[1].details).toContain("closed prevents");
    await write("bellwether_band_green");
    expect(open?.tags).toEqual(["bellwether_band_green"]);
    expect(sandbox.writes.map(({ id, ticketStatus }) => [id, ticketStatus])).toEqual([
      [String(open?.id), open?.status],
      [String(open?.id), open?.status],
    ]);
    const wrong = await write("bellwether_band_purple");
    expect(wrong.results[0]).toMatchObject({ success: false, error: "RecordInvalid" });
  });

  it("are refused beyond the number that may be open, and beyond 100 records", async () => {
    const { zendesk } = await started({ limits: { zendeskOpenJobs: 2, zendeskJobStepMs: 5_000 } });
    const update = () => zendesk("PUT", "/api/v2/tickets/update_many.json?ids=1", { ticket: {} });
    expect([await update(), await update(), await update()].map(({ status }) => status)).toEqual([
      200, 200, 429,
    ]);
    const ids = Array.from({ length: 101 }, (_, i) => i + 1).join(",");
    expect((await zendesk("PUT", `/api/v2/tickets/update_many.json?ids=${ids}`, { ticket: {} })).status).toBe(
      400,
    );
    expect((await zendesk("GET", `/api/v2/tickets/show_many.json?ids=${ids}`)).status).toBe(400);
  });
});

it("makes a field once: key and option values are taken for the whole account", async () => {
  const { zendesk } = await started();
  const first = await zendesk("POST", "/api/v2/organization_fields.json", { organization_field: scoreField });
  expect(first.status).toBe(201);
  const again = await zendesk("POST", "/api/v2/organization_fields.json", { organization_field: scoreField });
  expect(again).toMatchObject({ status: 422, body: { details: { key: [{ error: "DuplicateValue" }] } } });
  expect((await zendesk("POST", "/api/v2/ticket_fields.json", { ticket_field: bandField })).status).toBe(201);
  expect((await zendesk("POST", "/api/v2/ticket_fields.json", { ticket_field: bandField })).status).toBe(422);
  const listed = await zendesk("GET", "/api/v2/organization_fields.json?page[size]=100");
  expect(listed.body).toMatchObject({
    organization_fields: [{ key: scoreField.key }],
    meta: { has_more: false },
  });
});

describe("satisfaction", () => {
  it("is told by ratings or by survey responses, never by both", async () => {
    const legacy = await started({ accounts: 20 });
    const ratings = await legacy.zendesk(
      "GET",
      "/api/v2/satisfaction_ratings.json?score=received&page[size]=5",
    );
    expect(ratings.body.satisfaction_ratings).toHaveLength(5);
    expect(ratings.body.meta.has_more).toBe(true);
    expect((await legacy.zendesk("GET", "/api/v2/guide/survey_responses")).status).toBe(403);
    const surveys = await started({ accounts: 20, csat: "surveys" });
    expect(
      (await surveys.zendesk("GET", "/api/v2/satisfaction_ratings.json")).body.satisfaction_ratings,
    ).toEqual([]);
    const { body } = await surveys.zendesk("GET", "/api/v2/guide/survey_responses?page[size]=100");
    const [response] = body.survey_responses;
    expect(response.answers[0].rating_category).toMatch(/good|bad/);
    const one = await surveys.zendesk("GET", `/api/v2/guide/en-us/survey_responses/${response.id}`);
    expect(one.body.survey_response).toEqual(response);
    const ofTicket = `/api/v2/guide/survey_responses?filter[subject_zrns]=${response.subject_zrns[0]}`;
    expect((await surveys.zendesk("GET", ofTicket)).body.survey_responses).toEqual([response]);
  });

  it("counts good and bad by its filter", async () => {
    const { sandbox, zendesk } = await started({ accounts: 40 });
    const { body } = await zendesk("GET", "/api/v2/satisfaction_ratings.json?score=bad");
    expect(body.count).toBe(sandbox.zendesk.ratings.filter(({ isGood }) => !isGood).length);
  });
});

import { WRITE_BACK_FIELDS } from "@bellwether/shared";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connection,
  gatewayTo,
  hurriedTime,
  oneConnection,
  outboxRow,
  type Routes,
  type SeenCall,
  type StubAnswer,
  startZendeskStub,
  type ZendeskStub,
} from "../support/zendesk-stub.ts";

let stub: ZendeskStub;
beforeEach(async () => {
  stub = await startZendeskStub();
});
afterEach(() => stub.stop());

const UPDATE_ORGANIZATIONS = "PUT /api/v2/organizations/update_many.json";
const UPDATE_TICKETS = "PUT /api/v2/tickets/update_many.json";
const SHOW_ORGANIZATIONS = "GET /api/v2/organizations/show_many.json";
const SHOW_TICKETS = "GET /api/v2/tickets/show_many.json";
const JOB = "GET /api/v2/job_statuses/j1.json";
const started: StubAnswer = { json: { job_status: { id: "j1", status: "queued", results: null } } };
const ended = (results: unknown, status = "completed"): StubAnswer => ({
  json: { job_status: { id: "j1", status, results } },
});
const done = (id: string | number) => ({
  id: Number(id),
  action: "update",
  status: "Updated",
  success: true,
});
const idsIn = (call: SeenCall) => (call.query["ids"] ?? "").split(",");
interface OrganizationBody {
  organizations: { id: number; organization_fields: Record<string, unknown> }[];
}
const sentOrganizations = () =>
  stub.callsTo(UPDATE_ORGANIZATIONS).map((call) => (call.body as OrganizationBody).organizations);

const organizationRow = (id: string, score = "41.5") =>
  outboxRow("organization", id, { bellwether_health_score: score });
const rows = (count: number) => Array.from({ length: count }, (_, n) => organizationRow(String(n + 1)));

describe("writing back to organizations", () => {
  it("sends different values in one job of a hundred, and waits for its end", async () => {
    let sent: string[] = [];
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: (call) => {
        sent = (call.body as OrganizationBody).organizations.map(({ id }) => String(id));
        return started;
      },
      [JOB]: (call) =>
        stub.callsTo(`${call.method} ${call.path}`).length % 2
          ? { json: { job_status: { id: "j1", status: "working" } } }
          : ended(sent.map(done)),
    };
    const outcomes = await gatewayTo(stub).writeAccounts([
      outboxRow("organization", "1", {
        bellwether_health_band: "red",
        bellwether_at_risk: "true",
        plan: "gold",
      }),
      outboxRow("organization", "2", { bellwether_health_score: "", bellwether_health_band: "" }),
      ...rows(140).slice(2),
    ]);
    expect(outcomes).toHaveLength(140);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["confirmed"]));
    const [first, second] = sentOrganizations();
    expect([first?.length, second?.length]).toEqual([100, 40]);
    expect(first?.slice(0, 2)).toEqual([
      {
        id: 1,
        organization_fields: {
          bellwether_health_band: "bellwether_org_health_band_red",
          bellwether_at_risk: true,
        },
      },
      { id: 2, organization_fields: { bellwether_health_score: null, bellwether_health_band: null } },
    ]);
    expect(stub.callsTo(SHOW_ORGANIZATIONS)).toHaveLength(0);
  });

  it("treats the failed items of a completed job one by one", async () => {
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: started,
      [JOB]: ended([
        done(1),
        { index: 1, success: false, status: "Failed", error: "OrganizationNotFound" },
        { id: 3, success: false, error: "RecordInvalid" },
        // nothing about 4 and 5
      ]),
      [SHOW_ORGANIZATIONS]: {
        json: {
          organizations: [
            { id: 3, organization_fields: { bellwether_health_score: null } },
            { id: 4, organization_fields: { bellwether_health_score: "41.5" } },
            { id: 5, organization_fields: { bellwether_health_score: 12 } },
          ],
        },
      },
    };
    expect(await gatewayTo(stub).writeAccounts(rows(5))).toEqual([
      { kind: "confirmed" },
      { kind: "dropped", reason: "the organization no longer exists" },
      { kind: "failed", reason: "RecordInvalid" },
      { kind: "confirmed" },
      { kind: "failed", reason: "the job ended as completed without a word on this record" },
    ]);
    expect(stub.callsTo(SHOW_ORGANIZATIONS).map(idsIn)).toEqual([["2", "3", "4", "5"]]);
  });

  it.each([
    ["has forgotten the job", { status: 404, json: { error: "RecordNotFound" } }, /job's end is not known/],
    ["killed it", ended(null, "killed"), /ended as killed/],
    ["cannot say", { status: 500, text: "" }, /job's end is not known/],
    ["keeps it queued", started, /still queued/],
  ])("reads again and compares when Zendesk %s", async (_what, answer, reason) => {
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: started,
      [JOB]: answer,
      [SHOW_ORGANIZATIONS]: {
        json: {
          organizations: [
            { id: 1, organization_fields: { bellwether_health_score: 41.5 } },
            { id: 2, organization_fields: {} },
          ],
        },
      },
    };
    const time = hurriedTime();
    const outcomes = await gatewayTo(stub, { time }).writeAccounts(rows(2));
    expect(outcomes).toEqual([
      { kind: "confirmed" },
      { kind: "failed", reason: expect.stringMatching(reason) },
    ]);
    expect(time.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(120_000);
    expect(stub.callsTo(UPDATE_ORGANIZATIONS)).toHaveLength(1);
  });

  it("singles out the one row that Zendesk refuses a whole call for, in eight calls, and delivers the others", async () => {
    let sent: number[] = [];
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: (call) => {
        sent = (call.body as OrganizationBody).organizations.map(({ id }) => id);
        return sent.includes(63) ? { status: 422, json: { error: "RecordInvalid" } } : started;
      },
      [JOB]: () => ended(sent.map(done)),
      [SHOW_ORGANIZATIONS]: { json: { organizations: [{ id: 63, organization_fields: {} }] } },
    };
    const outcomes = await gatewayTo(stub).writeAccounts(rows(100));
    expect(outcomes.filter(({ kind }) => kind === "confirmed")).toHaveLength(99);
    expect(outcomes[62]).toEqual({ kind: "failed", reason: expect.stringContaining("RecordInvalid") });
    const calls = sentOrganizations();
    expect(calls.findLastIndex((call) => call.some(({ id }) => id === 63))).toBeLessThan(8);
    expect(calls.length).toBeLessThanOrEqual(9);
  });

  it("does not ask about every row when Zendesk refuses all of them", async () => {
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: { status: 422, json: { error: "RecordInvalid" } },
      [SHOW_ORGANIZATIONS]: (call) => ({
        json: { organizations: idsIn(call).map((id) => ({ id: Number(id) })) },
      }),
    };
    const outcomes = await gatewayTo(stub).writeAccounts(rows(100));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(["failed"]));
    expect(stub.callsTo(UPDATE_ORGANIZATIONS).length).toBeLessThan(30);
  });

  it.each([
    [403, "forbidden"],
    [429, "rate_limited"],
    [503, "unavailable"],
  ])("fails as a whole on %d, without trying halves", async (status, kind) => {
    stub.routes = { [UPDATE_ORGANIZATIONS]: { status, headers: { "retry-after": "60" }, json: {} } };
    await expect(gatewayTo(stub).writeAccounts(rows(4))).rejects.toMatchObject({ kind });
    expect(stub.callsTo(UPDATE_ORGANIZATIONS)).toHaveLength(1);
  });

  it("believes an account that answers without a job only after looking", async () => {
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: { json: { organizations: [] } },
      [SHOW_ORGANIZATIONS]: {
        json: { organizations: [{ id: 1, organization_fields: { bellwether_health_score: 41.5 } }] },
      },
    };
    expect(await gatewayTo(stub).writeAccounts(rows(1))).toEqual([{ kind: "confirmed" }]);
  });

  it("has no more than eight jobs open at once", async () => {
    let open = 0;
    let most = 0;
    stub.routes = {
      [UPDATE_ORGANIZATIONS]: (call) => {
        open += 1;
        most = Math.max(most, open);
        const [id] = (call.body as OrganizationBody).organizations;
        return { json: { job_status: { id: `j${id?.id}`, status: "queued" } } };
      },
    };
    for (let n = 1; n <= 20; n += 1)
      stub.routes[`GET /api/v2/job_statuses/j${n}.json`] = () => {
        open -= 1;
        return ended([done(n)]);
      };
    const gateway = gatewayTo(stub);
    const all = await Promise.all(rows(20).map((row) => gateway.writeAccounts([row])));
    expect(all.flat().every(({ kind }) => kind === "confirmed")).toBe(true);
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe("writing the band to tickets", () => {
  const FIELD = "360001";
  const RED = "bellwether_band_red";
  const GREEN = "bellwether_band_green";
  const withField = { ...connection, config: { ...connection.config, ticketFieldId: FIELD } };
  const band = (id: string, value: string) => outboxRow("ticket", id, { bellwether_ticket_band: value });
  const ticket = (id: number, status: string, value: string | null = null) => ({
    id,
    status,
    custom_fields: [
      { id: Number(FIELD), value },
      { id: 9, value: "theirs" },
    ],
  });

  it("sets our field alone, by value, and only where it differs on tickets that are worked on", async () => {
    const tickets = [
      ticket(1, "open"),
      ticket(2, "new", GREEN),
      ticket(3, "pending", RED),
      ticket(4, "solved"),
      ticket(5, "closed"),
      ticket(6, "deleted"),
      ticket(8, "hold"),
      ticket(9, "open", RED),
    ];
    stub.routes = {
      [SHOW_TICKETS]: { json: { tickets } },
      [UPDATE_TICKETS]: (call) => ({
        json: { job_status: { id: "j1", status: "completed", results: idsIn(call).map(done) } },
      }),
    };
    const outcomes = await gatewayTo(stub, { connection: withField }).writeTickets([
      ...["1", "2", "3", "4", "5", "6", "7"].map((id) => band(id, RED)),
      band("8", GREEN),
      band("9", ""),
    ]);
    expect(outcomes).toEqual([
      { kind: "confirmed" },
      { kind: "confirmed" },
      { kind: "confirmed" },
      { kind: "dropped", reason: "the ticket is solved" },
      { kind: "dropped", reason: "the ticket is closed" },
      { kind: "dropped", reason: "the ticket no longer exists" },
      { kind: "dropped", reason: "the ticket no longer exists" },
      { kind: "confirmed" },
      { kind: "confirmed" },
    ]);
    expect(stub.callsTo(UPDATE_TICKETS).map((call) => [call.query["ids"], call.body])).toEqual([
      ["1,2", { ticket: { custom_fields: [{ id: 360001, value: RED }] } }],
      ["8", { ticket: { custom_fields: [{ id: 360001, value: GREEN }] } }],
      ["9", { ticket: { custom_fields: [{ id: 360001, value: null }] } }],
    ]);
  });

  it("writes nothing the second time", async () => {
    stub.routes = { [SHOW_TICKETS]: { json: { tickets: [ticket(1, "open", RED)] } } };
    const gateway = gatewayTo(stub, { connection: withField });
    expect(await gateway.writeTickets([band("1", RED)])).toEqual([{ kind: "confirmed" }]);
    expect(stub.callsTo(UPDATE_TICKETS)).toHaveLength(0);
  });

  it("drops a ticket that was solved while the job ran, and retries one that failed", async () => {
    stub.routes = {
      [SHOW_TICKETS]: [
        { json: { tickets: [ticket(1, "open"), ticket(2, "open"), ticket(3, "open")] } },
        { json: { tickets: [ticket(1, "closed"), ticket(2, "open"), ticket(3, "open", RED)] } },
      ],
      [UPDATE_TICKETS]: started,
      [JOB]: ended([
        { id: 1, success: false, error: "TicketClosed" },
        { id: 2, success: false, error: "TicketUpdateFailed" },
      ]),
    };
    const gateway = gatewayTo(stub, { connection: withField });
    expect(await gateway.writeTickets(["1", "2", "3"].map((id) => band(id, RED)))).toEqual([
      { kind: "dropped", reason: "the ticket is closed" },
      { kind: "failed", reason: "TicketUpdateFailed" },
      { kind: "confirmed" },
    ]);
  });

  it("waits for the field to be set up", async () => {
    const outcome = await gatewayTo(stub).writeTickets([band("1", RED)]);
    expect(outcome).toEqual([{ kind: "failed", reason: "the ticket field has not been set up in Zendesk" }]);
    expect(stub.calls).toHaveLength(0);
    stub.routes = { [SHOW_TICKETS]: { json: { tickets: [ticket(1, "open", RED)] } } };
    const { repository } = oneConnection({}, withField); // provisioned after this gateway was made
    expect(await gatewayTo(stub, { connections: repository }).writeTickets([band("1", RED)])).toEqual([
      { kind: "confirmed" },
    ]);
  });
});

describe("setting up a Zendesk account", () => {
  const ENDPOINT = `https://health.acme.test/webhooks/zendesk/${connection.id}`;
  const WEBHOOKS = "GET /api/v2/webhooks";
  const organizationFields: Record<string, unknown>[] = [];
  const ticketFields: Record<string, unknown>[] = [];
  const webhooks: Record<string, unknown>[] = [];
  beforeEach(() => {
    for (const list of [organizationFields, ticketFields, webhooks]) list.length = 0;
  });

  const create =
    (list: Record<string, unknown>[], key: string) =>
    (call: SeenCall): StubAnswer => {
      const made = {
        ...(call.body as Record<string, object>)[key],
        id: key === "webhook" ? `w${list.length + 1}` : list.length + 1,
      };
      list.push(made);
      return { status: 201, json: { [key]: made } };
    };
  /** An account that keeps what is set up in it. */
  const account = (change: Routes = {}): Routes => ({
    "GET /api/v2/users/me.json": { json: { user: { id: 12, role: "admin" } } },
    "GET /api/v2/organization_fields.json": () => ({ json: { organization_fields: organizationFields } }),
    "POST /api/v2/organization_fields.json": create(organizationFields, "organization_field"),
    "GET /api/v2/ticket_fields.json": () => ({ json: { ticket_fields: ticketFields } }),
    "POST /api/v2/ticket_fields.json": create(ticketFields, "ticket_field"),
    [WEBHOOKS]: () => ({ json: { webhooks, meta: { has_more: false } } }),
    "POST /api/v2/webhooks": create(webhooks, "webhook"),
    "GET /api/v2/webhooks/w1/signing_secret": {
      json: { signing_secret: { secret: "s3cret", algorithm: "SHA256" } },
    },
    ...change,
  });
  const writes = () =>
    stub.calls.filter((call) => call.method !== "GET").map((call) => `${call.method} ${call.path}`);

  it("makes fields, drop-down and webhook, and reads the signing secret", async () => {
    stub.routes = account();
    const warnings: string[] = [];
    const provisioned = await gatewayTo(stub, { warnings }).provision();
    expect(provisioned).toMatchObject({
      config: { actorId: "12", ticketFieldId: "1", webhookId: "w1" },
      webhookSecret: "s3cret",
    });
    expect(warnings).toEqual([]);
    expect(organizationFields.map((field) => field["key"])).toEqual(
      WRITE_BACK_FIELDS.map((field) => field.key),
    );
    expect(organizationFields.find((field) => field["key"] === "bellwether_health_band")).toMatchObject({
      type: "dropdown",
      title: "Health band",
      custom_field_options: [
        { name: "Red", value: "bellwether_org_health_band_red" },
        { name: "Yellow", value: "bellwether_org_health_band_yellow" },
        { name: "Green", value: "bellwether_org_health_band_green" },
      ],
    });
    expect(new Set(organizationFields.map((field) => field["type"]))).toEqual(
      new Set(["decimal", "dropdown", "checkbox", "text", "textarea", "date"]),
    );
    expect(ticketFields).toMatchObject([{ type: "tagger", title: "Customer health" }]);
    expect(webhooks).toMatchObject([
      { endpoint: ENDPOINT, http_method: "POST", request_format: "json", status: "active" },
    ]);
  });

  it("makes nothing a second time", async () => {
    stub.routes = account();
    const first = await gatewayTo(stub).provision();
    stub.calls.length = 0;
    expect(await gatewayTo(stub).provision()).toEqual(first);
    expect(writes()).toEqual([]);
  });

  it("repairs titles, missing options and a paused webhook, and keeps what others added", async () => {
    stub.routes = account();
    await gatewayTo(stub).provision();
    const band = organizationFields.findIndex((field) => field["key"] === "bellwether_health_band");
    organizationFields[band] = {
      ...organizationFields[band],
      title: "Old name",
      custom_field_options: [
        { id: 5, name: "Rot", value: "bellwether_org_health_band_red" },
        { id: 6, name: "Theirs", value: "theirs" },
      ],
    };
    ticketFields[0] = {
      ...ticketFields[0],
      custom_field_options: [{ id: 8, name: "Red", value: "bellwether_band_red" }],
    };
    webhooks[0] = { ...webhooks[0], status: "inactive" };
    stub.calls.length = 0;
    stub.routes = account({
      [`PUT /api/v2/organization_fields/${band + 1}.json`]: { json: {} },
      "PUT /api/v2/ticket_fields/1.json": { json: {} },
      "PATCH /api/v2/webhooks/w1": { status: 204 },
    });
    await gatewayTo(stub).provision();
    expect(stub.calls.filter((call) => call.method !== "GET").map((call) => call.body)).toMatchObject([
      {
        organization_field: {
          title: "Health band",
          custom_field_options: [
            { id: 5, name: "Red", value: "bellwether_org_health_band_red" },
            { id: 6, name: "Theirs", value: "theirs" },
            { name: "Yellow" },
            { name: "Green" },
          ],
        },
      },
      {
        ticket_field: {
          custom_field_options: [{ id: 8, name: "Red" }, { name: "Yellow" }, { name: "Green" }],
        },
      },
      { webhook: { status: "active", endpoint: ENDPOINT } },
    ]);
  });

  it("keeps going without the right to webhooks, and says so", async () => {
    stub.routes = account({ [WEBHOOKS]: { status: 403, json: { error: "Forbidden" } } });
    const warnings: string[] = [];
    const provisioned = await gatewayTo(stub, { warnings }).provision();
    expect(provisioned).toMatchObject({ config: { actorId: "12", ticketFieldId: "1" }, webhookSecret: null });
    expect(provisioned.config).not.toHaveProperty("webhookId");
    expect(warnings).toEqual([
      "Zendesk acme: the webhook could not be set up: an admin of the Zendesk account has to connect it",
    ]);
  });

  it("reports a field of another type and leaves it alone", async () => {
    organizationFields.push({ id: 99, key: "bellwether_health_score", type: "text", title: "Mine" });
    stub.routes = account();
    const warnings: string[] = [];
    await gatewayTo(stub, { warnings }).provision();
    expect(warnings).toEqual([
      "Zendesk acme: the organization field bellwether_health_score exists as text, not decimal",
    ]);
    expect(stub.calls.some((call) => call.path.includes("/99"))).toBe(false);
  });

  it("does not take a customer's own field of the same title for ours", async () => {
    ticketFields.push({
      id: 1,
      type: "tagger",
      title: "Customer health",
      custom_field_options: [{ name: "A", value: "a" }],
    });
    stub.routes = account();
    expect((await gatewayTo(stub).provision()).config.ticketFieldId).toBe("2");
  });

  it.each([
    [
      "of this connection under an earlier address",
      `https://old.acme.test/webhooks/zendesk/${connection.id}`,
    ],
    ["of this server for a connection that is gone", "https://health.acme.test/webhooks/zendesk/gone"],
  ])("moves a webhook %s here", async (_what, endpoint) => {
    webhooks.push({ id: "w1", endpoint, status: "active", subscriptions: [] });
    stub.routes = account({ "PATCH /api/v2/webhooks/w1": { status: 204 } });
    expect((await gatewayTo(stub).provision()).config.webhookId).toBe("w1");
    expect(stub.callsTo("PATCH /api/v2/webhooks/w1").map((call) => call.body)).toMatchObject([
      { webhook: { endpoint: ENDPOINT } },
    ]);
  });

  it.each(["https://test.acme.test/webhooks/zendesk/other", "https://elsewhere.test/hook", "not an address"])(
    "leaves the webhook to %s alone",
    async (endpoint) => {
      webhooks.push({ id: "w0", endpoint, status: "active", subscriptions: [] });
      stub.routes = account({
        "GET /api/v2/webhooks/w2/signing_secret": { json: { signing_secret: { secret: "other" } } },
      });
      expect((await gatewayTo(stub).provision()).config.webhookId).toBe("w2");
      expect(writes()).not.toContain("PATCH /api/v2/webhooks/w0");
    },
  );

  it("does without events that the account does not know", async () => {
    const make = create(webhooks, "webhook");
    stub.routes = account({
      "POST /api/v2/webhooks": (call) =>
        JSON.stringify(call.body).includes("csat")
          ? { status: 422, json: { error: "RecordInvalid" } }
          : make(call),
    });
    expect((await gatewayTo(stub).provision()).webhookSecret).toBe("s3cret");
    stub.calls.length = 0;
    await gatewayTo(stub).provision();
    expect(writes()).toEqual([]);
  });

  it("is tried again as a whole when Zendesk is down or the token is refused", async () => {
    stub.routes = account({ "GET /api/v2/ticket_fields.json": { status: 503, text: "" } });
    await expect(gatewayTo(stub).provision()).rejects.toMatchObject({ kind: "unavailable" });
    stub.routes = account({ "GET /api/v2/users/me.json": { status: 401, json: {} } });
    await expect(gatewayTo(stub).provision()).rejects.toMatchObject({ kind: "unauthorized" });
  });
});

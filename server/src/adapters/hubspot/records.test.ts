import { sourceRecord } from "@bellwether/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CrmRecord, Pipelines } from "./crm-answers.ts";
import { type HubspotObject, hubspotObjects } from "./object-types.ts";
import { toSourceRecord } from "./records.ts";
import { fieldMapOf, historyProperties, STANDARD_PROPERTIES, wantedProperties } from "./wanted-properties.ts";

const dealPipelines: Pipelines = [
  {
    id: "default",
    label: "Sales",
    stages: [
      { id: "s1", label: "Talking", metadata: { isClosed: "false", probability: "0.2" } },
      { id: "s2", label: "Signed", metadata: { isClosed: "true", probability: "1.0" } },
      { id: "s3", label: "Gone", metadata: { isClosed: "true", probability: "0.0" } },
    ],
  },
  { id: "p2", label: "Renewals 2026", stages: [] },
];
const ticketPipelines: Pipelines = [
  {
    id: "0",
    label: "Support",
    stages: [
      { id: "1", label: "New", metadata: { ticketState: "OPEN" } },
      { id: "2", label: "Waiting on contact", metadata: { ticketState: "OPEN" } },
      { id: "4", label: "Closed", metadata: { ticketState: "CLOSED" } },
    ],
  },
];
const context = { fieldMap: fieldMapOf({}), dealPipelines, ticketPipelines };
const raw = (properties: Record<string, string | null>, change: Partial<CrmRecord> = {}): CrmRecord => ({
  id: "7",
  properties,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-02-01T00:00:00.000Z",
  ...change,
});
const fieldsOf = (
  type: HubspotObject,
  properties: Record<string, string | null>,
  change?: Partial<CrmRecord>,
) => toSourceRecord(type, raw(properties, change), [], context)?.fields;

describe("a company", () => {
  it("is read from its own and the mapped properties", () => {
    const record = toSourceRecord(
      "company",
      raw({
        name: " Acme ",
        domain: "https://www.Acme.example/start",
        lifecyclestage: "customer",
        hs_v2_date_entered_customer: "2025-03-01T10:00:00Z",
        notes_last_contacted: "1767225600000",
        hs_last_sales_activity_timestamp: "2026-01-20T00:00:00Z",
        renewal_date: "2026-12-31",
        notice_of_non_renewal: "true",
        is_reference: "false",
        referrals_12m: "2",
        active_users_30d: "40",
        logins_30d: "",
        features_activated: "-3",
        licensed_seats: "many",
        external_account_id: "A-1",
      }),
      [],
      context,
    );
    expect(sourceRecord.parse(record)).toEqual({
      ref: { platform: "hubspot", objectType: "company", id: "7" },
      createdAt: "2026-01-01T00:00:00.000Z",
      updatedAt: "2026-02-01T00:00:00.000Z",
      links: [],
      fields: {
        kind: "company",
        name: "Acme",
        domain: "acme.example",
        lifecycleStage: "customer",
        becameCustomerAt: "2025-03-01T10:00:00.000Z",
        lastContactedAt: "2026-01-20T00:00:00.000Z",
        nextActivityAt: null,
        renewalDate: "2026-12-31",
        noticeOfNonRenewal: true,
        isReference: false,
        referrals: 2,
        onboardingProgress: null,
        externalId: "A-1",
        usage: {
          activeUsers: 40,
          logins: null,
          featuresActivated: null,
          featuresAvailable: null,
          seats: null,
          activeDays: null,
        },
        usageHistory: [],
        lastMeetingAt: null,
        facts: {
          lastSeenAt: null,
          milestonesReached: null,
          milestonesDue: null,
          trainingCompleted: null,
          goalProgress: null,
          objectivesAgreed: null,
          executiveReviewAt: null,
          contractStatus: null,
          paymentRisk: null,
          judgement: null,
          churnedAt: null,
          churnReason: null,
        },
      },
    });
  });

  it("tells what only mapped properties can tell", () => {
    const properties = {
      last_seen_at: "2026-01-30T10:00:00Z",
      milestones_reached: "3",
      milestones_due: "-1",
      training_completed: "80",
      goal_progress: "most of it",
      objectives_agreed: "yes",
      last_executive_review: "2026-01-15",
      contract_status: "On hold",
      payment_risk: "true",
      csm_sentiment: "Yellow",
      churned_at: "2026-01-20",
      churn_reason: "Champion left",
    };
    expect(fieldsOf("company", properties)).toMatchObject({
      facts: {
        lastSeenAt: "2026-01-30T10:00:00.000Z",
        milestonesReached: 3,
        milestonesDue: null,
        trainingCompleted: 80,
        goalProgress: null,
        objectivesAgreed: true,
        executiveReviewAt: "2026-01-15T00:00:00.000Z",
        contractStatus: "paused",
        paymentRisk: true,
        judgement: 50,
        churnedAt: "2026-01-20T00:00:00.000Z",
        churnReason: "champion_left",
      },
    });
    expect(fieldsOf("company", { contract_status: "past due", csm_sentiment: "170" })).toMatchObject({
      facts: { contractStatus: null, judgement: null },
    });
  });

  it("tells since when each lifecycle stage held", () => {
    const lifecyclestage = [
      { value: "other", timestamp: "2026-01-20T00:00:00Z" },
      { value: "customer", timestamp: "2025-01-01T00:00:00Z" },
    ];
    const fields = fieldsOf(
      "company",
      { lifecyclestage: "other" },
      { propertiesWithHistory: { lifecyclestage } },
    );
    expect(fields).toMatchObject({
      lifecycleStage: "other",
      stageHistory: [
        { value: "customer", at: "2025-01-01T00:00:00.000Z" },
        { value: "other", at: "2026-01-20T00:00:00.000Z" },
      ],
    });
    expect(historyProperties(fieldMapOf({}))).toContain("lifecyclestage");
  });

  it("gives properties that the admin mapped, with their earlier values", () => {
    const fieldMap = fieldMapOf({ "custom.goal": "goal_score", "custom.tier": "tier", "custom.x": "" });
    const goal_score = [
      { value: "7", timestamp: "2026-01-03T00:00:00Z" },
      { value: "true", timestamp: "2026-01-01T00:00:00Z" },
    ];
    const record = toSourceRecord(
      "company",
      raw({ goal_score: "7", tier: "x".repeat(81) }, { propertiesWithHistory: { goal_score } }),
      [],
      { ...context, fieldMap },
    );
    expect(sourceRecord.parse(record)).toEqual(record);
    expect(record?.fields).toMatchObject({
      custom: { goal: 7, tier: null },
      customHistory: [
        { key: "goal", value: true, at: "2026-01-01T00:00:00.000Z" },
        { key: "goal", value: 7, at: "2026-01-03T00:00:00.000Z" },
      ],
    });
    expect(wantedProperties("company", fieldMap, null)).toEqual(
      expect.arrayContaining(["goal_score", "tier"]),
    );
    expect(historyProperties(fieldMap)).toContain("goal_score");
  });

  it("starts at the mapped date rather than at HubSpot's", () => {
    const properties = { customer_since: "2024-05-01", hs_v2_date_entered_customer: "2025-03-01T10:00:00Z" };
    expect(fieldsOf("company", properties)).toMatchObject({ becameCustomerAt: "2024-05-01T00:00:00.000Z" });
  });

  it("follows the connection's own field map, and an empty choice unmaps", () => {
    const fieldMap = fieldMapOf({ seats: "my_seats", activeUsers: "" });
    const properties = { my_seats: "12", licensed_seats: "99", active_users_30d: "5" };
    const record = toSourceRecord("company", raw(properties), [], { ...context, fieldMap });
    expect(record?.fields).toMatchObject({ usage: { seats: 12, activeUsers: null } });
    expect(wantedProperties("company", fieldMap, null)).not.toContain("");
  });

  it("gives earlier values of its gauges, oldest first, without those that have no time", () => {
    const versions = [
      { value: "30", timestamp: "2026-01-03T00:00:00Z" },
      { value: "", timestamp: "2026-01-02T00:00:00Z" },
      { value: "10", timestamp: "2026-01-01T00:00:00Z" },
      { value: "5", timestamp: "never" },
    ];
    expect(fieldsOf("company", {}, { propertiesWithHistory: { logins_30d: versions } })).toMatchObject({
      usageHistory: [
        { metric: "logins", value: 10, at: "2026-01-01T00:00:00.000Z" },
        { metric: "logins", value: null, at: "2026-01-02T00:00:00.000Z" },
        { metric: "logins", value: 30, at: "2026-01-03T00:00:00.000Z" },
      ],
    });
  });
});

describe("a contact", () => {
  it.each([
    ["CHAMPION;END_USER", "champion"],
    ["DECISION_MAKER", "sponsor"],
    ["budget_holder", "sponsor"],
    ["END_USER", "user"],
    ["BLOCKER", null],
    ["", null],
  ])("with the buying role %j is %j", (hs_buying_role, role) => {
    expect(fieldsOf("contact", { hs_buying_role })).toMatchObject({ role, hasLeft: false });
  });

  it("engaged last with the latest of what HubSpot saw, and bounces with a reason", () => {
    const properties = {
      hs_email_last_open_date: "2026-01-05T00:00:00Z",
      hs_email_last_reply_date: "2026-01-07T00:00:00Z",
      hs_email_hard_bounce_reason_enum: "UNKNOWN_USER",
    };
    expect(fieldsOf("contact", properties)).toMatchObject({
      lastEngagedAt: "2026-01-07T00:00:00.000Z",
      isBounced: true,
    });
  });
});

describe("a deal", () => {
  it.each<[Record<string, string>, string]>([
    [{ hs_is_closed_won: "true", hs_is_closed: "true" }, "won"],
    [{ hs_is_closed_won: "false", hs_is_closed: "true" }, "lost"],
    [{ hs_is_closed: "false", dealstage: "s2", pipeline: "default" }, "open"],
    [{ dealstage: "s1", pipeline: "default" }, "open"],
    [{ dealstage: "s2", pipeline: "default" }, "won"],
    [{ dealstage: "s3", pipeline: "default" }, "lost"],
    [{ dealstage: "closedwon", pipeline: "unknown" }, "won"],
    [{ dealstage: "closedlost" }, "lost"],
    [{}, "open"],
  ])("with %j is %s", (properties, status) => {
    const fields = fieldsOf("deal", { closedate: "2026-03-01T00:00:00Z", ...properties });
    expect(fields).toMatchObject({ status, closedAt: status === "open" ? null : "2026-03-01T00:00:00.000Z" });
  });

  it.each<[Record<string, string>, string]>([
    [{ dealtype: "newbusiness" }, "new"],
    [{ dealtype: "existingbusiness" }, "expansion"],
    [{ dealtype: "existingbusiness", pipeline: "p2" }, "renewal"],
    [{ dealtype: "annual_renewal" }, "renewal"],
    [{ pipeline: "renewal-pipeline" }, "renewal"],
    [{}, "other"],
  ])("with %j is of the type %s", (properties, dealType) => {
    expect(fieldsOf("deal", properties)).toMatchObject({ dealType });
  });
});

describe("a ticket", () => {
  it.each([
    ["1", "open"],
    ["2", "pending"],
    ["4", "closed"],
    ["unheard of", "open"],
  ])("in stage %s is %s", (hs_pipeline_stage, status) => {
    expect(fieldsOf("ticket", { hs_pipeline: "0", hs_pipeline_stage })).toMatchObject({ status });
  });

  it("is read without its pipelines too", () => {
    const record = toSourceRecord("ticket", raw({ closed_date: "2026-01-09T00:00:00Z" }), [], {
      ...context,
      ticketPipelines: [],
    });
    expect(record?.fields).toMatchObject({ status: "closed", solvedAt: "2026-01-09T00:00:00.000Z" });
  });

  it.each([
    ["URGENT", "urgent"],
    ["HIGH", "high"],
    ["medium", "normal"],
    ["LOW", "low"],
    ["", null],
    ["P1", null],
  ])("with the priority %j is %j", (hs_ticket_priority, priority) => {
    expect(fieldsOf("ticket", { hs_ticket_priority })).toMatchObject({ priority });
  });

  it.each<[Record<string, string>, number | null]>([
    [{ time_to_first_agent_reply: "5400000" }, 90],
    [{ first_agent_reply_date: "2026-01-01T01:00:00Z" }, 60],
    [{ first_agent_reply_date: "2025-12-31T00:00:00Z" }, null],
    [{ time_to_first_agent_reply: "-1" }, null],
    [{}, null],
  ])("with %j was answered after %j minutes", (properties, firstReplyMinutes) => {
    expect(fieldsOf("ticket", properties)).toMatchObject({ firstReplyMinutes });
  });
});

describe("an answer to a survey", () => {
  it.each<[string, string, object | null]>([
    ["NPS", "9", { metric: "nps", score: 9 }],
    ["nps", "0", { metric: "nps", score: 0 }],
    ["NPS", "11", null],
    ["NPS", "-1", null],
    ["NPS", "", null],
    ["CSAT", "5", { metric: "csat", score: 100 }],
    ["CSAT", "4", { metric: "csat", score: 75 }],
    ["CSAT", "1", { metric: "csat", score: 0 }],
    ["CSAT", "80", { metric: "csat", score: 80 }],
    ["CSAT", "101", null],
    ["CES", "6", null],
    ["", "6", null],
  ])("%s %s becomes %j", (hs_survey_type, hs_value, expected) => {
    const fields = fieldsOf("feedback", {
      hs_survey_type,
      hs_value,
      hs_submission_timestamp: "2026-01-10T00:00:00Z",
      hs_response_group: "0",
    });
    if (expected === null) expect(fields).toBeUndefined();
    else expect(fields).toEqual({ kind: "rating", answeredAt: "2026-01-10T00:00:00.000Z", ...expected });
  });
});

describe("any record", () => {
  it("is left out when nobody says when it began", () => {
    expect(toSourceRecord("company", { id: "1", properties: {} }, [], context)).toBeNull();
  });

  it("fits the schema or is left out, whatever its properties hold", () => {
    const value = fc.option(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("true", "1e400", "-1", "2026-02-30", "\u0000", "😀"),
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...hubspotObjects), fc.infiniteStream(value), (type, values) => {
        const names = [...STANDARD_PROPERTIES[type], ...Object.values(context.fieldMap)];
        const properties = Object.fromEntries(names.map((name) => [name, values.next().value ?? null]));
        const record = toSourceRecord(type, raw(properties), [], context);
        if (record !== null) expect(sourceRecord.safeParse(record).error).toBeUndefined();
      }),
    );
  });
});

import type { ObjectType, RecordRef } from "@bellwether/shared";
import { afterEach, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  type ReceivedCall,
  type Reply,
  type Script,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const PROPERTIES: Record<string, string[]> = {
  companies: ["name", "domain", "lifecyclestage", "logins_30d", "licensed_seats"],
  contacts: ["hs_buying_role"],
  deals: ["dealstage", "pipeline", "dealtype", "closedate"],
  tickets: ["hs_pipeline", "hs_pipeline_stage"],
  feedback_submissions: ["hs_survey_type", "hs_value", "hs_submission_timestamp"],
};
const record = (id: string | number, properties: Record<string, string> = {}, more: object = {}) => ({
  id: String(id),
  properties,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-02-01T00:00:00Z",
  archived: false,
  ...more,
});
/** Answers what every gateway asks first; the test's own script goes before it. */
const portal =
  (own: (call: ReceivedCall, nth: number) => Reply | null): Script =>
  (call, nth) => {
    const answer = own(call, nth);
    if (answer !== null) return answer;
    const type = call.path.split("/").at(-1) ?? "";
    if (call.path.startsWith("/crm/properties/"))
      return { body: { results: (PROPERTIES[type] ?? []).map((name) => ({ name })) } };
    if (call.path.startsWith("/crm/pipelines/")) return { body: { results: [] } };
    if (call.path.startsWith("/crm/associations/")) return { status: 207, body: { results: [], errors: [] } };
    return call.path.endsWith("/search") ? { body: { total: 250, results: [] } } : null;
  };

async function open(own: (call: ReceivedCall, nth: number) => Reply | null) {
  const server = await scriptedHubspot(portal(own));
  running.push(server);
  const skipped: unknown[] = [];
  const gatewayFor = createHubspotGateway({
    ...httpDeps(server.apiUrl),
    refresh: null,
    connections: memorySecrets().repository,
    clock: { now: () => new Date("2026-11-21T10:00:00Z") },
    log: { ...silentLog, warn: (fields) => skipped.push(fields["objectType"]) },
    meter: silentMeter,
  });
  return { server, gateway: gatewayFor(hubspotConnection()), gatewayFor, skipped };
}
const isList = (call: ReceivedCall, type: string) =>
  call.method === "GET" && call.path === `/crm/objects/2026-03/${type}`;
const isBatch = (call: ReceivedCall, type: string) => call.path === `/crm/objects/2026-03/${type}/batch/read`;
const inputIds = (call: ReceivedCall) =>
  (call.body as { inputs: { id: string }[] }).inputs.map(({ id }) => id);
const ref = (objectType: ObjectType, id: string | number): RecordRef => ({
  platform: "hubspot",
  objectType,
  id: String(id),
});

describe("reading a portal's history", () => {
  it("goes by HubSpot's cursor, parties first, asking only for properties that exist", async () => {
    const { gateway, server } = await open((call) => {
      if (!isList(call, "companies")) return null;
      const isSecond = call.query.get("after") === "c2";
      const results = [record(isSecond ? 2 : 1, { name: "Acme", logins_30d: "5" })];
      return { body: { results, ...(!isSecond && { paging: { next: { after: "c2" } } }) } };
    });
    expect(gateway.backfillOrder).toEqual(["company", "contact", "deal", "ticket", "feedback"]);
    const first = await gateway.page("company", null);
    expect(first).toMatchObject({ next: "c2", total: 250, records: [{ ref: ref("company", 1) }] });
    const second = await gateway.page("company", first.next);
    expect(second).toMatchObject({ next: null, total: null, records: [{ ref: ref("company", 2) }] });
    const lists = server.calls.filter((call) => isList(call, "companies"));
    expect(lists[0]?.query.get("properties")?.split(",").sort()).toEqual(
      [...(PROPERTIES["companies"] ?? [])].sort(),
    );
    expect(lists[0]?.query.get("propertiesWithHistory")).toBe("lifecyclestage,logins_30d,licensed_seats");
    expect(lists[0]?.query.get("limit")).toBe("50");
    expect(server.calls.filter((call) => call.path.startsWith("/crm/properties/"))).toHaveLength(1);
  });

  it("puts the primary company first and adds the contacts of deals", async () => {
    const associations = {
      companies: {
        results: [
          { id: "10", type: "deal_to_company_unlabeled" },
          { id: "11", type: "deal_to_company" },
          { id: "11", type: "deal_to_company_unlabeled" },
        ],
      },
      contacts: { results: [{ id: "20", type: "deal_to_contact" }] },
    };
    const { gateway, server } = await open((call) =>
      isList(call, "deals") ? { body: { results: [record(1, {}, { associations }), record(2)] } } : null,
    );
    const { records } = await gateway.page("deal", null);
    expect(records[0]?.links).toEqual([ref("company", 11), ref("company", 10), ref("contact", 20)]);
    expect(records[1]?.links).toEqual([]);
    expect(server.calls.find((call) => isList(call, "deals"))?.query.get("associations")).toBe(
      "companies,contacts",
    );
  });

  it("reads associations that the list cuts off", async () => {
    const companies = { results: [{ id: "10", type: "x" }], paging: { next: { after: "10" } } };
    const { gateway } = await open((call, nth) => {
      if (isList(call, "contacts"))
        return { body: { results: [record(1, {}, { associations: { companies } })] } };
      if (!call.path.startsWith("/crm/associations/2026-03/contacts/companies")) return null;
      const ids = nth === 1 ? [10, 11] : [12];
      const to = ids.map((id) => ({ toObjectId: id, associationTypes: [{ typeId: id === 12 ? 1 : 279 }] }));
      const paging = nth === 1 ? { paging: { next: { after: "p2" } } } : {};
      return { body: { results: [{ from: { id: "1" }, to, ...paging }] } };
    });
    const { records } = await gateway.page("contact", null);
    expect(records[0]?.links).toEqual([ref("company", 12), ref("company", 10), ref("company", 11)]);
  });

  it("finds the company of a survey's answer through its contact", async () => {
    const properties = {
      hs_survey_type: "NPS",
      hs_value: "9",
      hs_submission_timestamp: "2026-01-02T00:00:00Z",
    };
    const associations = { contacts: { results: [{ id: "20", type: "x" }] } };
    const { gateway } = await open((call) => {
      if (isList(call, "feedback_submissions"))
        return {
          body: { results: [record(1, properties, { associations }), record(2, { hs_survey_type: "CES" })] },
        };
      if (!call.path.includes("/contacts/companies/")) return null;
      return { body: { results: [{ from: { id: "20" }, to: [{ toObjectId: 10 }] }] } };
    });
    const { records } = await gateway.page("feedback", null);
    expect(records.map((r) => r.links)).toEqual([[ref("company", 10), ref("contact", 20)]]);
  });

  it.each([403, 404])("counts a kind as empty that answers %i, and says so", async (status) => {
    const { gateway, skipped } = await open((call) =>
      isList(call, "feedback_submissions") ? { status, body: { category: "MISSING_SCOPES" } } : null,
    );
    await expect(gateway.page("feedback", null)).resolves.toEqual({ records: [], next: null, total: 0 });
    expect(skipped).toEqual(["feedback"]);
  });

  it("does not count companies as empty that it may not read", async () => {
    const { gateway } = await open((call) =>
      isList(call, "companies") ? { status: 403, body: { category: "MISSING_SCOPES" } } : null,
    );
    await expect(gateway.page("company", null)).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("reads tickets without a token for their pipelines", async () => {
    const { gateway } = await open((call) => {
      if (call.path.startsWith("/crm/p")) return { status: 403 };
      return isList(call, "tickets") ? { body: { results: [record(1, { hs_pipeline_stage: "4" })] } } : null;
    });
    const { records } = await gateway.page("ticket", null);
    expect(records[0]?.fields).toMatchObject({ status: "closed" });
  });
});

describe("reading records by id", () => {
  it("takes a hundred at a time, fifty where earlier values come along, each once", async () => {
    const { gateway, server } = await open((call) =>
      isBatch(call, "companies") || isBatch(call, "deals")
        ? { body: { results: inputIds(call).map((id) => record(id)) } }
        : null,
    );
    const refs = Array.from({ length: 150 }, (_, n) => [ref("company", n + 1), ref("deal", n + 1)]).flat();
    const { records, missing } = await gateway.read([...refs, ...refs]);
    expect(records).toHaveLength(300);
    expect(missing).toEqual([]);
    const sizes = (type: string) =>
      server.calls.filter((call) => isBatch(call, type)).map((call) => inputIds(call).length);
    expect(sizes("companies")).toEqual([50, 50, 50]);
    expect(sizes("deals")).toEqual([100, 50]);
  });

  it("reports as missing what a 207 names, what is archived and what is no id", async () => {
    const { gateway } = await open((call) =>
      isBatch(call, "companies")
        ? {
            status: 207,
            body: {
              results: [record(1), record(2, {}, { archived: true })],
              errors: [{ category: "OBJECT_NOT_FOUND", context: { ids: ["3"] } }],
            },
          }
        : null,
    );
    const { records, missing } = await gateway.read([1, 2, 3, "x;y"].map((id) => ref("company", id)));
    expect(records.map((r) => r.ref.id)).toEqual(["1"]);
    expect(missing.map((r) => r.id).sort()).toEqual(["2", "3", "x;y"]);
  });

  it("asks for each one that the batch passes over, and finds the survivor of a merge", async () => {
    const { gateway } = await open((call) => {
      if (isBatch(call, "companies")) return { body: { results: [record(1)] } };
      return call.path === "/crm/objects/2026-03/companies/2" ? { body: record(9) } : null;
    });
    const { records, missing } = await gateway.read([1, 2, 3].map((id) => ref("company", id)));
    expect(records.map((r) => r.ref.id)).toEqual(["1", "9"]);
    expect(missing.map((r) => r.id)).toEqual(["2", "3"]);
  });

  it("asks one by one when HubSpot knows none of a batch", async () => {
    const { gateway, skipped } = await open((call) =>
      call.path === "/crm/objects/2026-03/deals/2" ? { body: record(2) } : null,
    );
    const { records, missing } = await gateway.read([ref("deal", 1), ref("deal", 2)]);
    expect(records.map((r) => r.ref.id)).toEqual(["2"]);
    expect(missing).toEqual([ref("deal", 1)]);
    expect(skipped).toEqual([]);
  });

  it("asks alone for a record that the batch had trouble with, and never calls it missing for that", async () => {
    const body = { results: [], errors: [{ category: "INTERNAL_ERROR", context: { ids: ["1", "2"] } }] };
    const alone: Record<string, Reply> = {
      1: { body: record(1) },
      2: { status: 400, body: { category: "VALIDATION_ERROR" } },
    };
    const { gateway } = await open((call) =>
      isBatch(call, "companies") ? { status: 207, body } : (alone[call.path.split("/").at(-1) ?? ""] ?? null),
    );
    const { records, missing } = await gateway.read([ref("company", 1)]);
    expect([records.map((record) => record.ref), missing]).toEqual([[ref("company", 1)], []]);
    await expect(gateway.read([ref("company", 2)])).rejects.toMatchObject({ kind: "rejected" });
  });

  it("mixes kinds, takes a 207 of the associations as usual, and leaves out kinds it may not read", async () => {
    const { gateway, skipped } = await open((call) => {
      if (isBatch(call, "contacts")) return { body: { results: [record(20), record(21)] } };
      if (isBatch(call, "deals")) return { status: 403 };
      if (!call.path.includes("/contacts/companies/")) return null;
      const none = { category: "OBJECT_NOT_FOUND", subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND" };
      const errors = [{ ...none, context: { fromObjectId: ["21"] } }];
      return { status: 207, body: { results: [{ from: { id: "20" }, to: [{ toObjectId: 10 }] }], errors } };
    });
    const { records, missing } = await gateway.read([
      ref("contact", 20),
      ref("contact", 21),
      ref("deal", 30),
    ]);
    expect(records.map((r) => [r.ref.id, r.links.map((link) => link.id)])).toEqual([
      ["20", ["10"]],
      ["21", []],
    ]);
    expect(missing).toEqual([]);
    expect(skipped).toEqual(["deal"]);
  });
});

describe("what changed since a time", () => {
  type Search = { filterGroups: { filters: { propertyName: string; operator: string; value: string }[] }[] };
  const filterOf = (call: ReceivedCall, operator: string) =>
    (call.body as Search).filterGroups[0]?.filters.find((filter) => filter.operator === operator);

  it("is found beyond the 10,000 results that a search gives out, each once", async () => {
    const all = Array.from({ length: 10_450 }, (_, n) => 1000 + n);
    const { gateway, server } = await open((call) => {
      if (call.path !== "/crm/objects/2026-03/companies/search") return null;
      const after = Number(filterOf(call, "GT")?.value);
      return {
        body: {
          total: all.length,
          results: all
            .filter((id) => id > after)
            .slice(0, 200)
            .map((id) => record(id)),
        },
      };
    });
    const refs = await gateway.changedSince(new Date("2026-11-20T00:00:00Z"));
    expect(new Set(refs.map((r) => r.id)).size).toBe(all.length);
    expect(refs).toHaveLength(all.length);
    const [first] = server.calls.filter((call) => call.path.endsWith("/companies/search"));
    expect(first && filterOf(first, "GTE")).toEqual({
      propertyName: "hs_lastmodifieddate",
      operator: "GTE",
      value: "1795132800000",
    });
    expect(server.calls.every((call) => !JSON.stringify(call.body).includes('"after"'))).toBe(true);
  });

  it("uses the contacts' own property, and passes over kinds that it may not search", async () => {
    const { gateway, server, skipped } = await open((call) => {
      if (call.path.endsWith("/contacts/search")) return { body: { results: [record(5)] } };
      return call.path.endsWith("/tickets/search") ? { status: 403 } : null;
    });
    await expect(gateway.changedSince(new Date(0))).resolves.toEqual([ref("contact", 5)]);
    const search = server.calls.find((call) => call.path.endsWith("/contacts/search"));
    expect(search && filterOf(search, "GTE")?.propertyName).toBe("lastmodifieddate");
    expect(skipped).toEqual(["ticket"]);
  });

  it("fails rather than leave out companies", async () => {
    const { gateway } = await open((call) =>
      call.path.endsWith("/companies/search") ? { status: 403 } : null,
    );
    await expect(gateway.changedSince(new Date(0))).rejects.toMatchObject({ kind: "forbidden" });
  });
});

import { describe, expect, it } from "vitest";
import { started } from "./testing.ts";

const COMPANIES = "/crm/objects/2026-03/companies";
const score = {
  name: "bellwether_health_score",
  label: "Health",
  groupName: "bellwether",
  type: "number",
  fieldType: "number",
};

async function withScoreProperty(options: Parameters<typeof started>[0] = {}) {
  const stage = await started(options);
  await stage.hubspot("POST", "/crm/properties/2026-03/companies/groups", {
    name: "bellwether",
    label: "Bellwether",
  });
  await stage.hubspot("POST", "/crm/properties/2026-03/companies", score);
  return stage;
}

describe("lists", () => {
  it("page by cursor without missing or doubling records made meanwhile", async () => {
    const { sandbox, hubspot } = await started({ accounts: 12 });
    const seen: string[] = [];
    let after = "";
    let page = 0;
    do {
      const { body } = await hubspot("GET", `${COMPANIES}?limit=5${after}`);
      seen.push(...body.results.map(({ id }: { id: string }) => id));
      after = body.paging ? `&after=${body.paging.next.after}` : "";
      if (page++ === 0) sandbox.hubspot.create("companies", { name: "Latecomer" });
    } while (after !== "");
    expect(seen).toHaveLength(13);
    expect(new Set(seen).size).toBe(13);
  });

  it("refuse pages over the limit, which is lower with history", async () => {
    const { hubspot } = await started();
    expect((await hubspot("GET", `${COMPANIES}?limit=100`)).status).toBe(200);
    expect((await hubspot("GET", `${COMPANIES}?limit=101`)).status).toBe(400);
    expect((await hubspot("GET", `${COMPANIES}?limit=51&propertiesWithHistory=name`)).status).toBe(400);
  });

  it("show archived records only when asked for them", async () => {
    const { sandbox, hubspot } = await started();
    const id = sandbox.accounts[0]?.hubspotCompanyId ?? "";
    sandbox.hubspot.archive(sandbox.hubspot.get("companies", id));
    expect((await hubspot("GET", `${COMPANIES}?limit=100`)).body.results).toHaveLength(5);
    expect(
      (await hubspot("GET", `${COMPANIES}?archived=true`)).body.results.map((r: { id: string }) => r.id),
    ).toEqual([id]);
    expect((await hubspot("GET", `${COMPANIES}/${id}`)).status).toBe(404);
  });

  it("are another tenant's for another tenant's token, and closed without one", async () => {
    const { sandbox, hubspot } = await started();
    const { accessToken, companyId } = sandbox.secondPortal;
    const mine = sandbox.accounts[0]?.hubspotCompanyId;
    expect((await hubspot("GET", `${COMPANIES}/${mine}`, undefined, accessToken)).status).toBe(404);
    expect((await hubspot("GET", `${COMPANIES}/${companyId}`)).status).toBe(404);
    expect((await hubspot("GET", `${COMPANIES}/${companyId}`, undefined, accessToken)).status).toBe(200);
    expect((await hubspot("GET", COMPANIES, undefined, "wrong")).status).toBe(401);
    const details = await hubspot("GET", "/account-info/v3/details", undefined, accessToken);
    expect(String(details.body.portalId)).toBe(sandbox.secondPortal.portalId);
  });
});

describe("batches", () => {
  it("answer 207 with an entry for unknown ids and write the rest", async () => {
    const { sandbox, hubspot } = await withScoreProperty();
    const id = sandbox.accounts[0]?.hubspotCompanyId;
    const inputs = [id, "1"].map((each) => ({ id: each, properties: { bellwether_health_score: "41.5" } }));
    const { status, body } = await hubspot("POST", `${COMPANIES}/batch/update`, { inputs });
    expect(status).toBe(207);
    expect(body).toMatchObject({
      numErrors: 1,
      errors: [{ category: "OBJECT_NOT_FOUND", context: { ids: ["1"] } }],
    });
    expect(sandbox.writes).toMatchObject([
      { objectType: "company", id, values: { bellwether_health_score: "41.5" } },
    ]);
    const read = await hubspot("POST", `${COMPANIES}/batch/read`, {
      inputs: [{ id }],
      properties: ["bellwether_health_score"],
    });
    expect(read.body.results[0].properties.bellwether_health_score).toBe("41.5");
  });

  it.each([
    ["a value of the wrong type", { bellwether_health_score: "high" }],
    ["an unknown property", { bellwether_other: "1" }],
    ["a read-only property", { hs_lastmodifieddate: "2026-01-01" }],
  ])("refuse the whole call for %s and write nothing", async (_what, properties) => {
    const { sandbox, hubspot } = await withScoreProperty();
    const [one, two] = sandbox.accounts.map(({ hubspotCompanyId }) => hubspotCompanyId);
    const inputs = [
      { id: one, properties: { bellwether_health_score: "50" } },
      { id: two, properties },
    ];
    const { status, body } = await hubspot("POST", `${COMPANIES}/batch/update`, { inputs });
    expect(status).toBe(400);
    expect(body.category).toBe("VALIDATION_ERROR");
    expect(sandbox.writes).toEqual([]);
  });

  it("take 100 rows at most and no id twice", async () => {
    const { hubspot } = await withScoreProperty();
    const rows = (ids: string[]) => ({ inputs: ids.map((id) => ({ id, properties: {} })) });
    const many = Array.from({ length: 101 }, (_, i) => String(i + 1));
    expect((await hubspot("POST", `${COMPANIES}/batch/update`, rows(many))).status).toBe(400);
    const twice = await hubspot("POST", `${COMPANIES}/batch/update`, rows(["7", "7"]));
    expect(twice.status).toBe(400);
    expect(twice.body.message).toContain("Duplicate IDs");
    expect((await hubspot("POST", `${COMPANIES}/batch/read`, rows([]))).status).toBe(400);
  });

  it("keep the history of a property, newest first, and clear with an empty text", async () => {
    const { sandbox, hubspot } = await withScoreProperty();
    const id = sandbox.accounts[0]?.hubspotCompanyId;
    for (const value of ["10", "20", ""]) {
      await hubspot("PATCH", `${COMPANIES}/${id}`, { properties: { bellwether_health_score: value } });
    }
    const { body } = await hubspot("GET", `${COMPANIES}/${id}?propertiesWithHistory=bellwether_health_score`);
    const versions = body.propertiesWithHistory.bellwether_health_score;
    expect(versions.map(({ value }: { value: string }) => value)).toEqual(["", "20", "10"]);
    expect(versions[0].sourceType).toBe("INTEGRATION");
  });
});

it("reads associations with 207 as soon as one record has none", async () => {
  const { sandbox, hubspot } = await started();
  const [account] = sandbox.accounts;
  const lonely = sandbox.hubspot.create("companies", { name: "Lonely" });
  const path = "/crm/associations/2026-03/companies/contacts/batch/read";
  const { status, body } = await hubspot("POST", path, {
    inputs: [{ id: account?.hubspotCompanyId }, { id: lonely.id }],
  });
  expect(status).toBe(207);
  expect(body.results[0].to.map((to: { toObjectId: string }) => to.toObjectId).sort()).toEqual(
    account?.contactIds.toSorted(),
  );
  expect(body.errors[0]).toMatchObject({
    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
    context: { fromObjectId: [lonely.id] },
  });
});

it("makes a property once and answers 409 the second time", async () => {
  const { sandbox, hubspot } = await withScoreProperty();
  expect((await hubspot("POST", "/crm/properties/2026-03/companies", score)).status).toBe(409);
  const batch = await hubspot("POST", "/crm/properties/2026-03/companies/batch/create", {
    inputs: [score, { ...score, name: "bellwether_growth" }],
  });
  expect(batch.status).toBe(207);
  expect(batch.body.results.map(({ name }: { name: string }) => name)).toEqual(["bellwether_growth"]);
  await hubspot("PATCH", `/crm/properties/2026-03/companies/${score.name}`, { label: "Customer health" });
  const listed = await hubspot("GET", "/crm/properties/2026-03/companies");
  expect(listed.body.results.find(({ name }: { name: string }) => name === score.name).label).toBe(
    "Customer health",
  );
  expect(sandbox.definitions.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
    "property_group created",
    "property created",
    "property created",
    "property changed",
  ]);
});

describe("search", () => {
  it("filters, sorts and pages, and ends at its limits", async () => {
    const { sandbox, hubspot } = await started({ accounts: 20 });
    const stages = { propertyName: "lifecyclestage", operator: "EQ", value: "customer" };
    const body = { filterGroups: [{ filters: [stages] }], sorts: ["name"], properties: ["name"], limit: 4 };
    const first = await hubspot("POST", `${COMPANIES}/search`, body);
    expect(first.body.total).toBe(sandbox.accounts.filter(({ story }) => story !== "prospect").length);
    const names = first.body.results.map((r: { properties: { name: string } }) => r.properties.name);
    expect(names).toEqual(names.toSorted());
    expect((await hubspot("POST", `${COMPANIES}/search`, { ...body, limit: 201 })).status).toBe(400);
    expect(
      (await hubspot("POST", `${COMPANIES}/search`, { ...body, limit: 200, after: "9900" })).status,
    ).toBe(400);
  });

  it("answers the sixth search of a second with 429", async () => {
    const { hubspot } = await started();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => hubspot("POST", `${COMPANIES}/search`, {})),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.body.policyName).toBe("SECONDLY");
    expect(answers[0]?.headers.get("x-hubspot-ratelimit-max")).toBeNull();
  });
});

it("limits requests per portal, tells what is left, and spares associations and other portals", async () => {
  const { sandbox, hubspot } = await started({ limits: { hubspotPerTenSeconds: 3 } });
  const first = await hubspot("GET", COMPANIES);
  expect(first.headers.get("x-hubspot-ratelimit-remaining")).toBe("2");
  await hubspot("GET", COMPANIES);
  await hubspot("GET", COMPANIES);
  const fourth = await hubspot("GET", COMPANIES);
  expect(fourth.status).toBe(429);
  expect(fourth.body).toMatchObject({ errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" });
  const inputs = { inputs: [{ id: "1" }] };
  expect(
    (await hubspot("POST", "/crm/associations/2026-03/companies/contacts/batch/read", inputs)).status,
  ).toBe(207);
  expect((await hubspot("GET", COMPANIES, undefined, sandbox.secondPortal.accessToken)).status).toBe(200);
});

import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { started } from "./testing.ts";

const COMPANIES = "/crm/objects/2026-03/companies";

it.each([
  [401, { category: "EXPIRED_AUTHENTICATION" }],
  [403, { category: "MISSING_SCOPES" }],
  [423, { category: "LOCKED" }],
  [500, { status: "error" }],
] as const)("answers %i in HubSpot's form until it is cleared", async (status, body) => {
  const { sandbox, hubspot, zendesk } = await started();
  sandbox.faults.set("hubspot", { status });
  const answer = await hubspot("GET", COMPANIES);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ ...body, correlationId: expect.any(String) });
  expect((await zendesk("GET", "/api/v2/users/me.json")).status).toBe(200);
  sandbox.faults.clear();
  expect((await hubspot("GET", COMPANIES)).status).toBe(200);
});

it("answers 429 with the policy and the waiting time that were asked for", async () => {
  const { sandbox, hubspot, zendesk } = await started();
  sandbox.faults.set("hubspot", { status: 429, policyName: "DAILY", retryAfterS: 7 });
  sandbox.faults.set("zendesk", { status: 429, retryAfterS: 3 });
  const crm = await hubspot("GET", COMPANIES);
  expect(crm.body).toMatchObject({ errorType: "RATE_LIMIT", policyName: "DAILY" });
  expect(crm.headers.get("retry-after")).toBe("7");
  expect((await zendesk("GET", "/api/v2/users/me.json")).headers.get("retry-after")).toBe("3");
});

it("hits only the paths, the number of times and the share that it is for", async () => {
  const { sandbox, hubspot } = await started();
  sandbox.faults.set("hubspot", { status: 502, path: /batch/g, times: 2 });
  const read = () => hubspot("POST", `${COMPANIES}/batch/read`, { inputs: [{ id: "1" }] });
  expect((await hubspot("GET", COMPANIES)).status).toBe(200);
  expect([await read(), await read(), await read()].map(({ status }) => status)).toEqual([502, 502, 207]);
  sandbox.faults.set("hubspot", { status: 503, rate: 0.5 });
  const statuses = [];
  for (let i = 0; i < 40; i++) statuses.push((await hubspot("GET", COMPANIES)).status);
  const hit = statuses.filter((status) => status === 503).length;
  expect(hit).toBeGreaterThan(8);
  expect(hit).toBeLessThan(32);
});

it("carries a request out whose answer it drops", async () => {
  const { sandbox, hubspot } = await started();
  const id = sandbox.accounts[0]?.hubspotCompanyId;
  sandbox.faults.set("hubspot", { dropAnswer: true, times: 1 });
  await expect(
    hubspot("PATCH", `${COMPANIES}/${id}`, { properties: { industry: "OTHER" } }),
  ).rejects.toThrow();
  expect(sandbox.writes).toMatchObject([{ id, values: { industry: "OTHER" } }]);
  expect(sandbox.requests.at(-1)).toMatchObject({ method: "PATCH", status: null });
});

it("waits before it answers", async () => {
  const { sandbox, hubspot } = await started();
  sandbox.faults.set("hubspot", { slowMs: 80 });
  const before = performance.now();
  await hubspot("GET", COMPANIES);
  expect(performance.now() - before).toBeGreaterThanOrEqual(75);
});

it("offers all three ways of refusing a bad row", async () => {
  const { sandbox, hubspot } = await started();
  const [good, refused] = sandbox.accounts.map(({ hubspotCompanyId }) => hubspotCompanyId);
  const update = (
    inputs: { id: string | undefined; properties: Record<string, string>; objectWriteTraceId?: string }[],
  ) => hubspot("POST", `${COMPANIES}/batch/update`, { inputs });
  const fine = { id: good, properties: { industry: "OTHER" } };
  sandbox.faults.set("hubspot", { partialIds: [refused ?? ""] });
  const partial = await update([fine, { id: refused, properties: { industry: "OTHER" } }]);
  expect(partial).toMatchObject({ status: 207, body: { errors: [{ context: { ids: [refused] } }] } });
  sandbox.faults.set("hubspot", { rejectWholeBatchOnBadRow: true });
  expect((await update([fine, { id: "1", properties: {} }])).status).toBe(400);
  sandbox.faults.set("hubspot", { rejectWholeBatchOnBadRow: false });
  const rows = await update([
    fine,
    { id: refused, properties: { annualrevenue: "lots" }, objectWriteTraceId: "t7" },
  ]);
  expect(rows).toMatchObject({
    status: 207,
    body: { errors: [{ context: { objectWriteTraceId: ["t7"] } }] },
  });
});

it("lets items of a job fail, jobs hang and their status disappear", async () => {
  const { sandbox, zendesk } = await started();
  const [one, two] = sandbox.accounts.flatMap(({ zendeskOrganizationId }) => zendeskOrganizationId ?? []);
  const organizations = [one, two].map((id) => ({ id: Number(id), tags: ["touched"] }));
  const start = async () =>
    (await zendesk("PUT", "/api/v2/organizations/update_many.json", { organizations })).body.job_status.id;
  const status = (id: string) => zendesk("GET", `/api/v2/job_statuses/${id}.json`);

  sandbox.faults.set("zendesk", { failedJobItems: [two ?? ""] });
  const partly = await start();
  await wait(120);
  const { results } = (await status(partly)).body.job_status;
  expect(results.map(({ success }: { success: boolean }) => success)).toEqual([true, false]);

  sandbox.faults.set("zendesk", { jobs: "stuck" });
  const stuck = await start();
  await wait(120);
  expect((await status(stuck)).body.job_status.status).toBe("queued");

  sandbox.faults.set("zendesk", { jobs: "expired" });
  const writes = sandbox.writes.length;
  const expired = await start();
  await wait(120);
  expect((await status(expired)).status).toBe(404);
  expect(sandbox.writes.length).toBe(writes + 2);
});

import { afterAll, beforeAll, expect, it } from "vitest";
import { type Company, startCompany } from "../support/company-under-test.ts";
import { eventually } from "../support/eventually.ts";
import { ADMIN_TOKEN, adminGet, untilScored } from "../support/one-company.ts";

interface Backtest {
  state: string;
  detail: string;
  done: number;
  total: number;
  report: {
    accounts: { customers: number };
    now: { candidate: { customers: number } };
    outcomes: { sentence: string };
  } | null;
}

let company: Company;
beforeAll(async () => {
  company = await startCompany();
  await untilScored(company.server.url);
}, 60_000);
afterAll(() => company?.stop());

const post = (path: string, body?: object): Promise<Response> =>
  fetch(`${company.server.url}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
const state = (version: string): Promise<Backtest> =>
  adminGet(company.server.url, `/scorecards/${version}/backtest`);

it("works in the server's own queue, from a draft to its report", async () => {
  expect((await post("/scorecards", { basedOn: "default-1", version: "tried-1" })).status).toBe(201);
  const preview = await adminGet<Backtest["report"]>(company.server.url, "/scorecards/tried-1/preview");
  expect(preview?.now.candidate.customers).toBeGreaterThan(0);
  expect((await post("/scorecards/tried-1/backtest")).status).toBe(202);
  const { report } = await eventually(async () => {
    const answer = await state("tried-1");
    if (answer.state !== "done") throw new Error(`${answer.state}: ${answer.detail}`);
    return answer;
  }, 30_000);
  expect(report?.accounts.customers).toBe(preview?.now.candidate.customers);
  expect(report?.outcomes.sentence).toMatch(/\.$/);
});

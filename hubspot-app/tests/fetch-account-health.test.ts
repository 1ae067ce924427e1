import { expect, it } from "vitest";
import { healthyView } from "../../tests/support/health-views.ts";
import { fetchAccountHealth } from "../src/app/cards/fetch-account-health.ts";
import { API_URL, fakeFetch, json, problemAnswer, viewAnswer } from "./support/card-host.ts";

const COMPANY = { objectTypeId: "0-2", objectId: 9001 };

it("asks for the record by its type and id, whether or not the address ends in a slash", async () => {
  for (const address of [API_URL, `${API_URL}/`]) {
    const fetched = fakeFetch(viewAnswer(healthyView));
    expect(await fetchAccountHealth({ apiUrl: address, record: COMPANY })).toEqual({
      kind: "view",
      view: healthyView,
    });
    expect(fetched.mock.calls[0]?.[0]).toBe(
      `${API_URL}/api/hubspot/account-health?objectTypeId=0-2&objectId=9001`,
    );
  }
});

it("sends neither headers nor a body: the reader's identity comes from HubSpot alone", async () => {
  const fetched = fakeFetch(viewAnswer(healthyView));
  await fetchAccountHealth({ apiUrl: API_URL, record: COMPANY });
  expect(fetched.mock.calls[0]?.[1]).toEqual({ method: "GET", timeout: 10_000 });
});

it.each([undefined, "", 7, true])(
  "names the missing setting when API_URL is %s, and asks nobody",
  async (apiUrl) => {
    const fetched = fakeFetch(viewAnswer(healthyView));
    const answer = await fetchAccountHealth({ apiUrl: apiUrl, record: COMPANY });
    expect(JSON.stringify(answer)).toContain("API_URL");
    expect(fetched).not.toHaveBeenCalled();
  },
);

it("tells a record without a customer from a wrong address", async () => {
  fakeFetch(problemAnswer(404, "not_found", "No account belongs to this record."));
  expect(await fetchAccountHealth({ apiUrl: API_URL, record: COMPANY })).toEqual({ kind: "not_matched" });
  fakeFetch(() => new Response("<h1>Not found</h1>", { status: 404 }));
  expect(await fetchAccountHealth({ apiUrl: API_URL, record: COMPANY })).toMatchObject({ kind: "failed" });
});

it("passes on the server's own words and the request's id", async () => {
  fakeFetch(problemAnswer(401, "signature_invalid", "The signature does not fit."));
  expect(await fetchAccountHealth({ apiUrl: API_URL, record: COMPANY })).toEqual({
    kind: "failed",
    failure: { message: "The signature does not fit.", requestId: "r_9f" },
  });
});

it.each([
  ["an error page", () => new Response("<html>502</html>", { status: 502 })],
  ["an empty answer", () => new Response("", { status: 200 })],
  ["JSON of something else", () => json({ hello: "world" })],
  ["a list", () => json([])],
  ["null", () => json(null)],
  ["a connection that breaks", () => Promise.reject(new TypeError("fetch failed"))],
])("does not fall over %s", async (_name, answer) => {
  fakeFetch(answer);
  expect(await fetchAccountHealth({ apiUrl: API_URL, record: COMPANY })).toMatchObject({
    kind: "failed",
    failure: { requestId: null },
  });
});

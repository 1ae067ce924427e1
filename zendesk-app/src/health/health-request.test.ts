import { describe, expect, it } from "vitest";
import { atRiskView, healthyView, viewOfAnEarlierServer } from "../../../tests/support/health-views.ts";
import { TimedOut } from "../zaf/within.ts";
import { readAnswer, readFailure } from "./health-answer.ts";
import { accountRequest, readApiUrl } from "./health-request.ts";
import { subjectsOf } from "./subject.ts";

const PLACE = {
  apiUrl: "https://b.test",
  subject: { by: "userId", id: "1&organizationId=2" },
  asker: { subdomain: "acme", userId: "5" },
} as const;

describe("readApiUrl", () => {
  it.each([
    ["https://bellwether.example.com", "https://bellwether.example.com"],
    [" https://bellwether.example.com// ", "https://bellwether.example.com"],
    ["https://example.com/bellwether/", "https://example.com/bellwether"],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["https://user:pw@example.com/?a=1#b", "https://example.com"],
  ])("reads %s", (setting, address) => {
    expect(readApiUrl(setting)).toBe(address);
  });

  it.each(["", "bellwether.example.com", "javascript:alert(1)", "ftp://example.com", null, undefined, 7])(
    "refuses %s",
    (setting) => {
      expect(readApiUrl(setting)).toBeNull();
    },
  );
});

describe("accountRequest", () => {
  it("leaves secret and token to the proxy and escapes the id", () => {
    const request = accountRequest(PLACE, { path: "account-health" });
    expect(request).not.toHaveProperty("data");
    expect(request.url).toBe("https://b.test/api/zendesk/account-health?userId=1%26organizationId%3D2");
    expect(request).toMatchObject({
      secure: true,
      cors: false,
      headers: { Authorization: "Bearer {{jwt.token}}" },
      jwt: { secret_key: "{{setting.app_secret}}", claims: { iss: "acme", aud: "bellwether", sub: "5" } },
    });
  });
});

describe("a call that changes something", () => {
  it("is a POST with its body as JSON, about the same subject", () => {
    const request = accountRequest(PLACE, { path: "corrections", body: { reason: "ä" } });
    expect(request).toMatchObject({ type: "POST", data: '{"reason":"ä"}', contentType: "application/json" });
    expect(request.url).toBe("https://b.test/api/zendesk/corrections?userId=1%26organizationId%3D2");
  });
});

describe("subjectsOf", () => {
  const ticket = { "ticket.id": 1, "ticket.organization.id": 2, "ticket.requester.id": 3 };

  it("asks for a ticket by itself first", () => {
    expect(subjectsOf("ticket_sidebar", ticket, false).map(({ by, id }) => `${by}=${id}`)).toEqual([
      "ticketId=1",
      "organizationId=2",
      "userId=3",
    ]);
  });

  it("does not ask for a ticket whose requester is not saved", () => {
    expect(subjectsOf("ticket_sidebar", ticket, true)[0]).toEqual({ by: "organizationId", id: "2" });
  });

  it.each([{}, { "ticket.id": null }, { "ticket.id": "", "ticket.requester.id": {} }])(
    "names nobody in %o",
    (values) => {
      expect(subjectsOf("ticket_sidebar", values, false)).toEqual([]);
    },
  );
});

describe("readAnswer", () => {
  it("takes an object and its text alike", () => {
    expect(readAnswer(JSON.stringify(healthyView))).toEqual(readAnswer(healthyView));
    expect(readAnswer(healthyView)).toEqual({ kind: "ready", view: healthyView });
  });

  it("fills in what a server of an earlier version leaves out", () => {
    const answer = readAnswer(viewOfAnEarlierServer(atRiskView));
    expect(answer).toMatchObject({ kind: "ready", view: { corrections: [], override: null, lost: null } });
  });

  it.each([undefined, null, "", "<html>", "[]", { ...healthyView, healthScore: 101 }])(
    "does not understand %#",
    (body) => {
      expect(readAnswer(body)).toEqual({ kind: "failed", failure: "unreadable" });
    },
  );
});

describe("readFailure", () => {
  const problem = {
    type: "/problems/not_found",
    title: "Not Found",
    status: 404,
    code: "not_found",
    detail: "",
    requestId: "r",
  };

  it.each([
    [{ status: 404, responseJSON: problem }, { kind: "not_matched" }],
    [{ status: 404, responseText: JSON.stringify(problem) }, { kind: "not_matched" }],
    [
      { status: 404, responseText: "<h1>Not found</h1>" },
      { kind: "failed", failure: "settings_invalid" },
    ],
    [{ status: 401 }, { kind: "failed", failure: "unauthorized" }],
    [{ status: 403 }, { kind: "failed", failure: "unauthorized" }],
    [{ status: 429 }, { kind: "failed", failure: "unavailable" }],
    [{ status: 503 }, { kind: "failed", failure: "unavailable" }],
    [new TimedOut(), { kind: "failed", failure: "timeout" }],
    [undefined, { kind: "failed", failure: "unavailable" }],
    ["boom", { kind: "failed", failure: "unavailable" }],
  ])("tells %o apart", (error, answer) => {
    expect(readFailure(error)).toEqual(answer);
  });
});

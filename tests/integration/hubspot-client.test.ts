import { Client } from "@hubspot/api-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createHubspotClient, type HubspotClient } from "../../server/src/adapters/hubspot/client.ts";
import { createHubspotOAuth } from "../../server/src/adapters/hubspot/oauth.ts";
import { lookUpPortalId } from "../../server/src/adapters/hubspot/portal-id.ts";
import { createTokenSource, type Refresh } from "../../server/src/adapters/hubspot/token-source.ts";
import { PlatformError } from "../../server/src/services/errors.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  type Script,
  scriptedHubspot,
} from "../support/scripted-hubspot.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});
async function start(script: Script) {
  const server = await scriptedHubspot(script);
  running.push(server);
  const deps = httpDeps(server.apiUrl);
  return { server, deps };
}
const fixedToken = { current: async () => "token-1", afterRefusal: async () => null };
const NOW = new Date("2026-11-21T10:00:00Z");
const clock = { now: () => NOW };
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);
const PING = { method: "GET", path: "/crm/objects/2026-03/companies" } as const;

describe("the client of a portal", () => {
  it("sends HubSpot's own request to the configured address", async () => {
    const { server, deps } = await start(() => ({ body: { results: [] } }));
    const client = createHubspotClient(deps, "33", fixedToken);
    const answer = await client.call({ ...PING, query: { limit: "1", properties: "a,b" } });
    expect(answer).toEqual({ status: 200, body: { results: [] } });
    const [call] = server.calls;
    expect(call?.headers["authorization"]).toBe("Bearer token-1");
    expect(call?.headers["user-agent"]).toMatch(/^hubspot-api-client-nodejs/);
    expect(call?.query.get("properties")).toBe("a,b");
  });

  it("throws on an error status, which apiRequest returns as if it were an answer", async () => {
    const refusal = {
      status: 403,
      body: { category: "MISSING_SCOPES", correlationId: "c-1", message: "secret-name" },
    };
    const { server, deps } = await start(() => refusal);
    const theirs = await new Client({ basePath: server.apiUrl, numberOfApiCallRetries: 0 }).apiRequest(PING);
    expect(theirs.ok).toBe(false);
    const error = await createHubspotClient(deps, "33", fixedToken)
      .call(PING)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ kind: "forbidden", status: 403, category: "MISSING_SCOPES" });
    expect((error as Error).message).toBe(
      "HubSpot answered 403 to GET /crm/objects/2026-03/companies (MISSING_SCOPES, correlation c-1)",
    );
    expect(JSON.stringify(error)).not.toContain("secret-name");
  });

  it("tries again what the package gives up on, without its console messages", async () => {
    const complaints = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { server, deps } = await start((_, nth) => (nth < 3 ? { status: 502 } : { body: {} }));
    await createHubspotClient(deps, "33", fixedToken).call(PING);
    expect(server.calls).toHaveLength(3);
    expect(complaints).not.toHaveBeenCalled();
    complaints.mockRestore();
  });

  it.each([
    ["TEN_SECONDLY_ROLLING", 10_000],
    ["SECONDLY", 1000],
  ])("waits out the limit %s", async (policyName, waitMs) => {
    const { deps } = await start((_, nth) =>
      nth === 1 ? { status: 429, body: { errorType: "RATE_LIMIT", policyName } } : { body: {} },
    );
    await createHubspotClient(deps, "33", fixedToken).call(PING);
    expect(deps.time.slept[0]).toBe(waitMs);
  });

  it("leaves the daily limit to the queue, and asks no more meanwhile", async () => {
    const { server, deps } = await start(() => ({ status: 429, body: { policyName: "DAILY" } }));
    const client = createHubspotClient(deps, "33", fixedToken);
    const expected = { kind: "rate_limited", retryAfterMs: 3_600_000 };
    await expect(client.call(PING)).rejects.toMatchObject(expected);
    await expect(client.call(PING)).rejects.toMatchObject({ kind: "rate_limited" });
    expect(server.calls).toHaveLength(1);
  });

  it("limits each portal by itself, while the package has one limiter for the process", async () => {
    const { server, deps } = await start(() => ({ body: {} }));
    new Client({ limiterOptions: { minTime: 60_000 } }); // would stop every other client of the package
    const clients = ["1", "2"].map((key) => createHubspotClient(deps, key, fixedToken));
    const many = (client: HubspotClient | undefined, count: number) =>
      Promise.all(Array.from({ length: count }, () => client?.call(PING)));
    await many(clients[0], 100);
    await many(clients[1], 100);
    expect(server.calls).toHaveLength(200);
    expect(deps.time.slept).toEqual([]);
    await many(clients[0], 1);
    expect(deps.time.slept).toEqual([10_000]);
  });

  it("slows down when the answers say that others use up the limit", async () => {
    const headers = { "x-hubspot-ratelimit-max": "100", "x-hubspot-ratelimit-remaining": "0" };
    const { deps } = await start(() => ({ body: {}, headers }));
    const client = createHubspotClient(deps, "33", fixedToken);
    await client.call(PING);
    await client.call(PING);
    expect(deps.time.slept).toEqual([10_000]);
  });

  it("does not take a proxy's page for an answer, and takes an empty one", async () => {
    const { deps } = await start((_, nth) => (nth === 1 ? { text: "<html>" } : { status: 204 }));
    const client = createHubspotClient(deps, "33", fixedToken);
    await expect(client.call(PING)).rejects.toMatchObject({ kind: "unavailable" });
    await expect(client.call(PING)).resolves.toEqual({ status: 204, body: null });
  });
});

function tokenSetup(secrets: Parameters<typeof memorySecrets>[0], refresh: Refresh) {
  const store = memorySecrets(secrets);
  const source = (mode: "oauth" | "token" = "oauth") =>
    createTokenSource({ connections: store.repository, clock, refresh }, hubspotConnection({ mode }));
  return { store, source };
}

describe("the access token of a connection", () => {
  it("is renewed five minutes before its end, once for many callers in two processes", async () => {
    let refreshes = 0;
    const { source } = tokenSetup({ refreshToken: "r", expiresAt: inMinutes(4) }, async () => {
      refreshes += 1;
      return { accessToken: `token-${refreshes + 1}`, expiresAt: inMinutes(30) };
    });
    const [one, two] = [source(), source()];
    const tokens = await Promise.all(Array.from({ length: 16 }, (_, n) => (n % 2 ? one : two).current()));
    expect(new Set(tokens)).toEqual(new Set(["token-2"]));
    expect(refreshes).toBe(1);
  });

  it("is used to its end when HubSpot's token service has a bad moment, and not beyond", async () => {
    const broken: Refresh = async () => {
      throw new PlatformError("unavailable", "down");
    };
    const early = tokenSetup({ refreshToken: "r", expiresAt: inMinutes(1) }, broken);
    await expect(early.source().current()).resolves.toBe("token-1");
    const late = tokenSetup({ refreshToken: "r", expiresAt: inMinutes(-1) }, broken);
    await expect(late.source().current()).rejects.toMatchObject({ kind: "unavailable" });
    expect(late.store.get().refreshToken).toBe("r");
  });

  it("is replaced once after a refusal, and the call is made again", async () => {
    const { deps, server } = await start(({ headers }) =>
      headers["authorization"] === "Bearer token-2" ? { body: {} } : { status: 401 },
    );
    let refreshes = 0;
    const { source } = tokenSetup({ refreshToken: "r", expiresAt: inMinutes(20) }, async () => {
      refreshes += 1;
      return { accessToken: "token-2", expiresAt: inMinutes(30) };
    });
    const client = createHubspotClient(deps, "33", source());
    await Promise.all([client.call(PING), client.call(PING), client.call(PING)]);
    expect(refreshes).toBe(1);
    expect(server.calls.length).toBeLessThanOrEqual(6);
  });

  it("that is refused even when new passes: only a refused renewal means that the app was removed", async () => {
    const { deps, server } = await start(() => ({
      status: 401,
      body: { category: "EXPIRED_AUTHENTICATION" },
    }));
    const { source } = tokenSetup({ refreshToken: "r", expiresAt: inMinutes(20) }, async () => ({
      accessToken: "token-2",
    }));
    await expect(createHubspotClient(deps, "33", source()).call(PING)).rejects.toMatchObject({
      kind: "unavailable",
    });
    expect(server.calls).toHaveLength(2);
  });

  it("from the environment is used as it is, and read again after a refusal", async () => {
    const never: Refresh = async () => {
      throw new Error("nothing to refresh");
    };
    const { store, source } = tokenSetup({}, never);
    const token = source("token");
    expect(await token.current()).toBe("token-1");
    expect(await token.afterRefusal("token-1")).toBeNull();
    store.set({ accessToken: "token-9" });
    expect(await token.afterRefusal("token-1")).toBe("token-9");
  });
});

describe("HubSpot's OAuth", () => {
  const oauthOf = (deps: ReturnType<typeof httpDeps>) =>
    createHubspotOAuth({
      ...deps,
      authorizeUrl: "https://app.hubspot.com/oauth/authorize",
      clientId: "client",
      clientSecret: "client-secret",
      clock,
    });
  const redirectUri = "https://health.example.com/oauth/hubspot/callback";
  const exchange = { externalId: null, code: "code-1", codeVerifier: "verifier", redirectUri };
  const granted = {
    access_token: "a1",
    refresh_token: "r1",
    expires_in: 1800,
    hub_id: 33,
    scopes: ["oauth"],
  };

  it("is asked for with state, scopes and challenge", async () => {
    const { deps } = await start(() => null);
    const url = new URL(
      oauthOf(deps).authorizeUrl({ externalId: null, state: "s&1", codeChallenge: "ch", redirectUri }),
    );
    expect(url.origin + url.pathname).toBe("https://app.hubspot.com/oauth/authorize");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: "client",
      redirect_uri: redirectUri,
      state: "s&1",
      code_challenge: "ch",
      code_challenge_method: "S256",
    });
    expect(url.search).toContain("scope=oauth%20crm.objects.companies.read%20");
  });

  it("exchanges a code in a form, with the verifier and nothing in the address", async () => {
    const { server, deps } = await start(() => ({ body: granted }));
    await expect(oauthOf(deps).exchange(exchange)).resolves.toEqual({
      externalId: "33",
      scopes: ["oauth"],
      secrets: {
        accessToken: "a1",
        refreshToken: "r1",
        expiresAt: inMinutes(30),
        webhookSecret: null,
        appSecret: null,
      },
    });
    const [call] = server.calls;
    expect(call?.path).toBe("/oauth/2026-03/token");
    expect([...(call?.query ?? [])]).toEqual([]);
    expect(call?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(Object.fromEntries(new URLSearchParams(String(call?.body)))).toEqual({
      grant_type: "authorization_code",
      code: "code-1",
      redirect_uri: redirectUri,
      code_verifier: "verifier",
      client_id: "client",
      client_secret: "client-secret",
    });
  });

  it("asks whose token it is where the answer does not say", async () => {
    const { hub_id, scopes, ...short } = granted;
    const { server, deps } = await start(({ path }) => ({
      body: path.endsWith("/introspect") ? { active: true, hub_id, scopes } : short,
    }));
    await expect(oauthOf(deps).exchange(exchange)).resolves.toMatchObject({
      externalId: "33",
      scopes: ["oauth"],
    });
    expect(server.pathsOf("POST")).toEqual(["/oauth/2026-03/token", "/oauth/2026-03/token/introspect"]);
  });

  it("spends a code only once, even when the answer is lost", async () => {
    const { server, deps } = await start(() => ({ isBroken: true }));
    await expect(oauthOf(deps).exchange(exchange)).rejects.toMatchObject({ kind: "unavailable" });
    expect(server.calls).toHaveLength(1);
  });

  it("refreshes, and keeps the old refresh token where no new one comes", async () => {
    const { deps } = await start((_, nth) => ({
      body: nth === 1 ? granted : { access_token: "a2", expires_in: 1800 },
    }));
    const oauth = oauthOf(deps);
    await expect(oauth.refresh("r0")).resolves.toMatchObject({ accessToken: "a1", refreshToken: "r1" });
    expect(await oauth.refresh("r1")).not.toHaveProperty("refreshToken");
  });

  it.each([
    { status: 400, body: { error: "invalid_grant", message: "no" } },
    { status: 400, body: { status: "BAD_REFRESH_TOKEN", message: "no" } },
  ])("tells a grant that is gone: %j", async (reply) => {
    const { deps } = await start(() => reply);
    await expect(oauthOf(deps).refresh("r1")).rejects.toMatchObject({ kind: "unauthorized" });
  });

  it.each([
    { status: 500, body: {} },
    { status: 401, body: { error: "invalid_client" } },
    { status: 400, body: { error: "invalid_request" } },
    { status: 200, body: { nothing: true } },
  ])("keeps a grant through other trouble: %j", async (reply) => {
    const { deps } = await start(() => reply);
    await expect(oauthOf(deps).refresh("r1")).rejects.toMatchObject({ kind: "unavailable" });
  });

  it("keeps tokens, codes and the client secret out of its errors", async () => {
    const { deps } = await start(() => ({
      status: 400,
      body: { error: "invalid_request", message: "r-secret" },
    }));
    const error = await oauthOf(deps)
      .refresh("r-secret")
      .catch((caught: unknown) => caught);
    expect(String(error) + JSON.stringify(error) + (error as Error).stack).not.toMatch(
      /r-secret|client-secret/,
    );
  });
});

describe("the portal of a private app's token", () => {
  it("is read from the newest path that the server has", async () => {
    const { server, deps } = await start(({ path }) =>
      path === "/account-info/v3/details" ? { body: { portalId: 4711, timeZone: "UTC" } } : null,
    );
    await expect(lookUpPortalId(deps, "pat")).resolves.toBe("4711");
    expect(server.pathsOf("GET")).toEqual(["/account-info/2026-03/details", "/account-info/v3/details"]);
    expect(server.calls[0]?.headers["authorization"]).toBe("Bearer pat");
  });

  it("stays unknown when nobody says, and the message names the setting", async () => {
    const { deps } = await start(() => null);
    await expect(lookUpPortalId(deps, "pat")).rejects.toThrow("HUBSPOT_PORTAL_ID");
  });

  it("is not looked for any further with a token that is refused", async () => {
    const { server, deps } = await start(() => ({ status: 401 }));
    await expect(lookUpPortalId(deps, "pat")).rejects.toMatchObject({ kind: "unauthorized" });
    expect(server.calls).toHaveLength(1);
  });
});

import { createZendeskOAuth } from "@bellwether/server/src/adapters/zendesk/oauth.ts";
import { createTokenSource } from "@bellwether/server/src/adapters/zendesk/token-source.ts";
import { AppError, PlatformError } from "@bellwether/server/src/services/errors.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  connection,
  gatewayTo,
  hurriedTime,
  NOW,
  oneConnection,
  startZendeskStub,
  type ZendeskStub,
} from "../support/zendesk-stub.ts";

const TOKENS = "POST /oauth/tokens";
let stub: ZendeskStub;
beforeEach(async () => {
  stub = await startZendeskStub();
});
afterEach(() => stub.stop());

const oauth = (zendeskUrl = stub.origin) =>
  createZendeskOAuth({
    zendeskUrl,
    clientId: "zdg-bellwether",
    clientSecret: "client-secret",
    clock: { now: () => NOW },
    time: hurriedTime(),
  });
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

describe("connecting a Zendesk account", () => {
  const ask = {
    externalId: "Acme",
    state: "s 1",
    codeChallenge: "challenge",
    redirectUri: "https://h.test/callback",
  };

  it("begins at the account's own address, with state and PKCE", () => {
    const url = new URL(oauth("https://{subdomain}.zendesk.com").authorizeUrl(ask));
    expect(url.origin + url.pathname).toBe("https://acme.zendesk.com/oauth/authorizations/new");
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: "code",
      client_id: "zdg-bellwether",
      redirect_uri: "https://h.test/callback",
      scope: "read write",
      state: "s 1",
      code_challenge: "challenge",
      code_challenge_method: "S256",
    });
  });

  it.each([null, "", "evil.test", "a/b", "acme.zendesk.com", "@host", "a".repeat(64)])(
    "refuses the subdomain %j before any address is made of it",
    (externalId) => {
      expect(() => oauth().authorizeUrl({ ...ask, externalId })).toThrow(AppError);
    },
  );

  it("trades the code for tokens with their end", async () => {
    stub.routes = {
      [TOKENS]: {
        json: {
          access_token: "a1",
          refresh_token: "r1",
          expires_in: 1800,
          scope: "read write",
          token_type: "bearer",
        },
      },
    };
    const input = { externalId: "acme", code: "c", codeVerifier: "v", redirectUri: ask.redirectUri };
    expect(await oauth().exchange(input)).toEqual({
      externalId: "acme",
      scopes: ["read", "write"],
      secrets: {
        accessToken: "a1",
        refreshToken: "r1",
        expiresAt: inMinutes(30),
        webhookSecret: null,
        appSecret: null,
      },
    });
    expect(stub.calls[0]?.body).toEqual({
      grant_type: "authorization_code",
      code: "c",
      client_id: "zdg-bellwether",
      client_secret: "client-secret",
      redirect_uri: ask.redirectUri,
      scope: "read write",
      code_verifier: "v",
    });
  });

  it("takes tokens without an end for lasting ones", async () => {
    stub.routes = { [TOKENS]: { json: { access_token: "a1" } } };
    expect(await oauth().refresh("acme", "r")).toEqual({
      accessToken: "a1",
      refreshToken: null,
      expiresAt: null,
    });
  });
});

describe("a refused grant", () => {
  it.each([
    [400, { error: "invalid_grant" }, "unauthorized"],
    [401, { error: "invalid_client" }, "unavailable"],
    [400, { error: "unauthorized_client" }, "unavailable"],
    [400, { error: "invalid_scope" }, "rejected"],
    [403, {}, "forbidden"],
    [500, { error: "invalid_grant" }, "unavailable"],
    [503, {}, "unavailable"],
    [429, {}, "rate_limited"],
  ])("%d %j is %s", async (status, json, kind) => {
    stub.routes = { [TOKENS]: { status, json } };
    await expect(oauth().refresh("acme", "r")).rejects.toMatchObject({ kind });
    expect(stub.calls).toHaveLength(1); // the token may be spent already: nobody sends it twice unasked
  });

  it("is told without the tokens in the message", async () => {
    stub.routes = { [TOKENS]: { json: { access_token: 7, refresh_token: "r-secret" } } };
    const failure = await oauth()
      .refresh("acme", "r-old")
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlatformError);
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toMatch(
      /r-secret|r-old|client-secret/,
    );
  });
});

describe("the token of a connection", () => {
  const renewing = (answers: Parameters<typeof startZendeskStub>[0] = {}) => {
    let issued = 1;
    stub.routes = {
      [TOKENS]: () => {
        issued += 1;
        return {
          json: { access_token: `token-${issued}`, refresh_token: `refresh-${issued}`, expires_in: 1800 },
        };
      },
      ...answers,
    };
    return oauth().refresh;
  };
  const source = (store: ReturnType<typeof oneConnection>, refresh = renewing()) =>
    createTokenSource({ connections: store.repository, refresh, clock: { now: () => NOW } }, connection);

  it("is used as it is while it lasts", async () => {
    const store = oneConnection({ expiresAt: inMinutes(10) });
    expect(await source(store).current()).toBe("token-1");
    expect(stub.calls).toHaveLength(0);
  });

  it("is refreshed early, once for all who ask at the same time, in two processes too", async () => {
    const store = oneConnection({ expiresAt: inMinutes(1) });
    const refresh = renewing();
    const processes = [source(store, refresh), source(store, refresh)];
    const asked = await Promise.all(Array.from({ length: 8 }, (_, n) => processes[n % 2]?.current()));
    expect(new Set(asked)).toEqual(new Set(["token-2"]));
    expect(stub.callsTo(TOKENS).map((call) => call.body)).toMatchObject([{ refresh_token: "refresh-1" }]);
    expect(store.stored()).toMatchObject({
      accessToken: "token-2",
      refreshToken: "refresh-2",
      expiresAt: inMinutes(30),
    });
  });

  it("stays in use while refreshing early fails for a passing reason", async () => {
    const failing = renewing({ [TOKENS]: { status: 500, text: "" } });
    const store = oneConnection({ expiresAt: inMinutes(1) });
    expect(await source(store, failing).current()).toBe("token-1");
    expect(store.stored().refreshToken).toBe("refresh-1");
    await expect(source(oneConnection({ expiresAt: NOW }), failing).current()).rejects.toMatchObject({
      kind: "unavailable",
    });
  });

  it("cannot be had once the grant is revoked", async () => {
    const revoked = renewing({ [TOKENS]: { status: 400, json: { error: "invalid_grant" } } });
    const tokens = source(oneConnection({ expiresAt: inMinutes(1) }), revoked);
    await expect(tokens.current()).rejects.toMatchObject({ kind: "unauthorized" });
  });

  it("is replaced once after a refusal, by whichever process comes first", async () => {
    const store = oneConnection();
    const refresh = renewing();
    const [first, second] = [source(store, refresh), source(store, refresh)];
    await Promise.all([first.current(), second.current()]);
    expect(await first.renew("token-1")).toBe("token-2");
    expect(await second.renew("token-1")).toBe("token-2");
    expect(stub.callsTo(TOKENS)).toHaveLength(1);
  });

  it("that came from the environment is refused for good", async () => {
    const store = oneConnection({ refreshToken: null });
    await expect(source(store).renew("token-1")).rejects.toMatchObject({ kind: "unauthorized" });
    expect(stub.calls).toHaveLength(0);
  });

  it("is renewed in the middle of eight calls without any of them failing", async () => {
    const store = oneConnection();
    const refresh = renewing({
      "GET /api/v2/organizations/show_many.json": (call) =>
        call.headers.authorization === "Bearer token-1"
          ? { status: 401, json: { error: "invalid_token" } }
          : { json: { organizations: [{ id: Number(call.query["ids"]), name: "x" }] } },
    });
    const gateway = gatewayTo(stub, { connections: store.repository, refresh });
    const refs = Array.from({ length: 8 }, (_, n) => ({
      platform: "zendesk" as const,
      objectType: "organization" as const,
      id: String(n + 1),
    }));
    const read = await Promise.all(refs.map((ref) => gateway.read([ref])));
    expect(read.flatMap(({ records }) => records)).toHaveLength(8);
    expect(stub.callsTo(TOKENS)).toHaveLength(1);
  });
});

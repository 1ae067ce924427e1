import { createHash } from "node:crypto";
import { MINUTE_MS } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { call, type Started, started } from "./testing.ts";

const REDIRECT = "http://localhost:3000/callback";
const verifier = "a-verifier-that-is-long-enough-to-be-one";
const challenge = createHash("sha256").update(verifier).digest("base64url");

async function consent(url: string, parameters: Record<string, string>): Promise<URL> {
  const answer = await call(`${url}?${new URLSearchParams(parameters)}`, "GET");
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get("location") ?? "");
}

describe("HubSpot", () => {
  const form = async ({ sandbox }: Started, path: string, fields: Record<string, string>) => {
    const client = { client_id: sandbox.hubspotClientId, client_secret: sandbox.hubspotClientSecret };
    const answer = await fetch(`${sandbox.hubspotUrl}/oauth/2026-03/token${path}`, {
      method: "POST",
      body: new URLSearchParams({ ...client, ...fields }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const install = async (stage: Started, more: Record<string, string> = {}) => {
    const { sandbox } = stage;
    const target = await consent(`${sandbox.hubspotUrl}/oauth/authorize`, {
      client_id: sandbox.hubspotClientId,
      redirect_uri: REDIRECT,
      scope: "oauth tickets",
      state: "s1",
      ...more,
    });
    expect(target.searchParams.get("state")).toBe("s1");
    return target.searchParams.get("code") ?? "";
  };
  const exchange = { grant_type: "authorization_code", redirect_uri: REDIRECT };

  it("turns a code into tokens of the portal, once", async () => {
    const stage = await started();
    const code = await install(stage, { portalId: stage.sandbox.secondPortal.portalId });
    const { status, body } = await form(stage, "", { ...exchange, code });
    expect(status).toBe(200);
    expect(body).toMatchObject({ expires_in: 1800, token_type: "bearer", scopes: ["oauth", "tickets"] });
    expect(String(body.hub_id)).toBe(stage.sandbox.secondPortal.portalId);
    const read = await stage.hubspot("GET", "/account-info/2026-03/details", undefined, body.access_token);
    expect(read.status).toBe(200);
    expect(await form(stage, "", { ...exchange, code })).toMatchObject({
      status: 400,
      body: { error: "invalid_grant" },
    });
    expect((await form(stage, "/introspect", { token: body.access_token })).body).toMatchObject({
      active: true,
    });
  });

  it("asks for the verifier of a challenge", async () => {
    const stage = await started();
    const code = () => install(stage, { code_challenge: challenge, code_challenge_method: "S256" });
    expect((await form(stage, "", { ...exchange, code: await code() })).status).toBe(400);
    expect((await form(stage, "", { ...exchange, code: await code(), code_verifier: "other" })).status).toBe(
      400,
    );
    expect((await form(stage, "", { ...exchange, code: await code(), code_verifier: verifier })).status).toBe(
      200,
    );
  });

  it("lets tokens expire after 30 minutes and renews them until the app is uninstalled", async () => {
    const stage = await started();
    const { body } = await form(stage, "", { ...exchange, code: await install(stage) });
    stage.pass(31 * MINUTE_MS);
    const expired = await stage.hubspot("GET", "/crm/owners/2026-03", undefined, body.access_token);
    expect(expired).toMatchObject({ status: 401, body: { category: "EXPIRED_AUTHENTICATION" } });
    const refresh = { grant_type: "refresh_token", refresh_token: body.refresh_token };
    const renewed = await form(stage, "", refresh);
    const fresh = renewed.body.access_token;
    expect((await stage.hubspot("GET", "/crm/owners/2026-03", undefined, fresh)).status).toBe(200);
    expect(
      (await stage.hubspot("DELETE", "/appinstalls/2026-03/external-install", undefined, fresh)).status,
    ).toBe(204);
    expect((await stage.hubspot("GET", "/crm/owners/2026-03", undefined, fresh)).status).toBe(401);
    expect(await form(stage, "", refresh)).toMatchObject({
      status: 400,
      body: { status: "BAD_REFRESH_TOKEN" },
    });
  });
});

describe("Zendesk", () => {
  const token = ({ sandbox }: Started, fields: Record<string, unknown>) =>
    call(`${sandbox.zendeskUrl}/oauth/tokens`, "POST", {
      client_id: sandbox.zendeskClientId,
      client_secret: sandbox.zendeskClientSecret,
      ...fields,
    });
  const install = async ({ sandbox }: Started) => {
    const target = await consent(`${sandbox.zendeskUrl}/oauth/authorizations/new`, {
      response_type: "code",
      client_id: sandbox.zendeskClientId,
      redirect_uri: REDIRECT,
      scope: "read write",
      state: "s2",
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    return target.searchParams.get("code") ?? "";
  };
  const exchange = { grant_type: "authorization_code", redirect_uri: REDIRECT, code_verifier: verifier };

  it("gives codes that die after two minutes or one use", async () => {
    const stage = await started();
    const late = await install(stage);
    stage.pass(121_000);
    expect((await token(stage, { ...exchange, code: late })).status).toBe(400);
    const code = await install(stage);
    expect((await token(stage, { ...exchange, code, expires_in: 172_799 })).body).toMatchObject({
      expires_in: 172_799,
    });
    expect((await token(stage, { ...exchange, code })).body).toMatchObject({ error: "invalid_grant" });
  });

  it("rotates refresh tokens: each works once, and the old access token is dead at once", async () => {
    const stage = await started();
    const first = (await token(stage, { ...exchange, code: await install(stage) })).body;
    const refresh = { grant_type: "refresh_token", refresh_token: first.refresh_token };
    const [one, two] = await Promise.all([token(stage, refresh), token(stage, refresh)]);
    expect([one.status, two.status].toSorted()).toEqual([200, 400]);
    const second = one.status === 200 ? one.body : two.body;
    const me = (accessToken: string) => stage.zendesk("GET", "/api/v2/users/me.json", undefined, accessToken);
    expect((await me(first.access_token)).status).toBe(401);
    expect((await me(second.access_token)).status).toBe(200);
    stage.pass(31 * MINUTE_MS);
    expect((await me(second.access_token)).status).toBe(401);
  });

  it("refuses everything once the consent is taken back", async () => {
    const stage = await started();
    stage.sandbox.uninstall("zendesk");
    expect((await stage.zendesk("GET", "/api/v2/users/me.json")).status).toBe(401);
  });
});

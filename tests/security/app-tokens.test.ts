import { createHmac, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";

const base64url = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");
const HEADER = { alg: "HS256", typ: "JWT" };

describe("JWT of cards and sidebars (ASVS 9.1.2, 9.1.3, 9.2.1, 9.2.2, 9.2.3)", () => {
  let server: GuardedServer;
  let ours: GuardedTenant;
  let theirs: GuardedTenant;
  beforeAll(async () => {
    server = await startGuarded({ environment: { PUBLIC_URL: "https://health.example.com" } });
    ours = await guardedTenant(server.parts, "ours", "2001");
    theirs = await guardedTenant(server.parts, "theirs", "2002");
  });
  afterAll(() => server?.stop());

  const seconds = (): number => Math.floor(Date.now() / 1000);
  const claims = (change: object = {}): object => ({
    iss: "ours",
    sub: "1",
    aud: "bellwether",
    iat: seconds(),
    exp: seconds() + 300,
    ...change,
  });
  function token(
    payload: object = claims(),
    header: object = HEADER,
    secret = ours.appSecret,
    hash = "sha256",
  ): string {
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
  }
  const ask = (given: string, path = "account-health?ticketId=1", init: RequestInit = {}) =>
    fetch(`${server.url}/api/zendesk/${path}`, { ...init, headers: { authorization: `Bearer ${given}` } });

  it("lets the right one in, which then finds nothing", async () => {
    expect((await ask(token())).status).toBe(404);
    expect((await ask(token(claims({ aud: ["x", "https://health.example.com"] })))).status).toBe(404);
  });

  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyText = publicKey.export({ type: "spki", format: "pem" }).toString();
  const hostile: [string, () => string | Promise<string>][] = [
    ["alg none", () => token(claims(), { ...HEADER, alg: "none" }).replace(/[^.]*$/, "")],
    ["alg None, signed", () => token(claims(), { ...HEADER, alg: "None" })],
    ["no alg", () => token(claims(), { typ: "JWT" })],
    [
      "HS512 with the right secret",
      () => token(claims(), { ...HEADER, alg: "HS512" }, ours.appSecret, "sha512"),
    ],
    ["HS512 that says HS256", () => token(claims(), HEADER, ours.appSecret, "sha512")],
    [
      "RS256 (swap)",
      () => new SignJWT({ ...claims() }).setProtectedHeader({ alg: "RS256" }).sign(privateKey),
    ],
    ["HS256 with a public key as secret (swap)", () => token(claims(), HEADER, keyText)],
    ["a jku header", () => token(claims(), { ...HEADER, jku: "https://evil.example/keys" })],
    ["a jwk header", () => token(claims(), { ...HEADER, jwk: { kty: "oct", k: "AAAA" } })],
    ["an x5u header", () => token(claims(), { ...HEADER, x5u: "https://evil.example/cert" })],
    ["an x5c header", () => token(claims(), { ...HEADER, x5c: ["AAAA"] })],
    ["a critical extension", () => token(claims(), { ...HEADER, crit: ["b64"], b64: false })],
    ["another type", () => token(claims(), { ...HEADER, typ: "at+jwt" })],
    ["a foreign aud", () => token(claims({ aud: "https://other.example" }))],
    ["an aud that begins like ours", () => token(claims({ aud: "bellwether.evil.example" }))],
    ["no exp", () => token(claims({ exp: undefined }))],
    ["expired", () => token(claims({ iat: seconds() - 400, exp: seconds() - 60 }))],
    ["nbf in the future", () => token(claims({ nbf: seconds() + 120 }))],
    ["made in the future", () => token(claims({ iat: seconds() + 120 }))],
    ["a life of a day", () => token(claims({ exp: seconds() + 86_400 }))],
    ["the other tenant's secret", () => token(claims(), HEADER, theirs.appSecret)],
    ["the other tenant's name", () => token(claims({ iss: "theirs" }))],
    ["an empty secret", () => token(claims(), HEADER, "")],
    ["an unknown issuer", () => token(claims({ iss: "nobody" }))],
    ["an issuer that is an address", () => token(claims({ iss: "https://ours.zendesk.com" }))],
    ["a changed claim", () => token().replace(/\.[^.]+\./, `.${base64url(claims({ sub: "2" }))}.`)],
    ["a truncated signature", () => token().slice(0, -6)],
    ["two tokens", () => `${token()},${token()}`],
    ["no token", () => ""],
  ];
  it.each(hostile)("refuses %s with 401 and the same words", async (_, make) => {
    const answer = await ask(await make());
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({
      code: "token_invalid",
      detail: "The Zendesk app's token is missing, wrong or too old.",
    });
  });

  it("takes the tenant from the token, whatever query, body and headers say", async () => {
    const elsewhere = `tenantId=${theirs.tenant}&portalId=${theirs.portalId}&subdomain=theirs`;
    const answer = await ask(token(), `corrections?ticketId=1&${elsewhere}`, {
      method: "POST",
      body: JSON.stringify({
        target: "score",
        direction: "too_low",
        reason: "x",
        tenantId: theirs.tenant,
        iss: "theirs",
        role: "admin",
      }),
    });
    expect([400, 404]).toContain(answer.status);
    const health = await ask(token(), `account-health?ticketId=1&${elsewhere}`);
    expect(health.status).toBe(404);
    const denied = await server.parts.audit.recent(theirs.tenant, 100);
    expect(denied).toEqual([]);
  });

  it("never opens what HubSpot signs, nor the API", async () => {
    const query = `account-health?portalId=${ours.portalId}&objectTypeId=0-2&objectId=1`;
    const card = await fetch(`${server.url}/api/hubspot/${query}`, {
      headers: { authorization: `Bearer ${token()}` },
    });
    expect(card.status).toBe(401);
    expect((await server.call("GET", "/accounts", token())).status).toBe(401);
  });
});

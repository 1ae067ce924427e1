import { createHmac, generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { subdomainOf, verifyAppToken, zendeskAppTokens } from "./app-jwt.ts";

const SECRET = "a secret of one connection, shown once";
const now = new Date("2026-11-21T08:00:00Z");
const nowS = now.getTime() / 1000;
const expected = { secret: SECRET, subdomain: "acme", audiences: ["https://health.acme.test"], now };
const CLAIMS = { iss: "acme", sub: "12", iat: nowS, exp: nowS + 300 };

const base64url = (json: unknown) => Buffer.from(JSON.stringify(json)).toString("base64url");
function tokenOf(claims: object, header: object = { alg: "HS256", typ: "JWT" }, secret = SECRET): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
/** The last character of a signature stands for four bits and carries six. */
function otherSpelling(token: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return `${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.slice(-1)) + 1]}`;
}
const verdict = (token: string): boolean => verifyAppToken(token, expected) !== null;

describe("the Zendesk app's token", () => {
  it("proves the account with its claims", () => {
    expect(verifyAppToken(tokenOf(CLAIMS), expected)).toMatchObject({ iss: "acme", sub: "12" });
  });

  it.each([
    ["without typ", CLAIMS, { alg: "HS256" }],
    ["with its typ in full", CLAIMS, { alg: "HS256", typ: "application/jwt" }],
    ["with our audience", { ...CLAIMS, aud: "bellwether" }, undefined],
    ["with an audience that was allowed", { ...CLAIMS, aud: ["x", "https://health.acme.test"] }, undefined],
    ["without iat", { iss: "acme", exp: nowS + 300 }, undefined],
    ["that lives for the full ten minutes", { ...CLAIMS, exp: nowS + 600 }, undefined],
    ["that ran out within the clock tolerance", { ...CLAIMS, iat: nowS - 200, exp: nowS - 20 }, undefined],
  ])("is accepted %s", (_what, claims, header) => {
    expect(verdict(tokenOf(claims, header))).toBe(true);
  });

  it.each([
    ["expired", { ...CLAIMS, iat: nowS - 400, exp: nowS - 60 }],
    ["without exp", { iss: "acme", iat: nowS }],
    ["with an exp that is no number", { ...CLAIMS, exp: "tomorrow" }],
    ["living too long", { ...CLAIMS, exp: nowS + 3600 }],
    ["made to live long, near its end", { ...CLAIMS, iat: nowS - 86_400, exp: nowS + 60 }],
    ["made at a time that is no number", { ...CLAIMS, iat: "now" }],
    ["for an audience that is no text", { ...CLAIMS, aud: 7 }],
    ["not valid yet", { ...CLAIMS, nbf: nowS + 120 }],
    ["issued in the future", { ...CLAIMS, iat: nowS + 120, exp: nowS + 300 }],
    ["of another account", { ...CLAIMS, iss: "rival" }],
    ["without an issuer", { exp: nowS + 300 }],
    ["for another service", { ...CLAIMS, aud: "https://other.test" }],
    ["for an empty audience list", { ...CLAIMS, aud: [] }],
  ])("is refused when %s", (_what, claims) => {
    expect(verdict(tokenOf(claims))).toBe(false);
  });

  it.each([
    ["alg none", tokenOf(CLAIMS, { alg: "none" }).replace(/[^.]*$/, "")],
    ["alg none with a signature", tokenOf(CLAIMS, { alg: "none" })],
    ["a jku header", tokenOf(CLAIMS, { alg: "HS256", jku: "https://evil.test/keys" })],
    ["a jwk header", tokenOf(CLAIMS, { alg: "HS256", jwk: { kty: "oct", k: "AAAA" } })],
    ["an alg that only looks like it", tokenOf(CLAIMS, { alg: "hs256" })],
    ["a type that is no text", tokenOf(CLAIMS, { alg: "HS256", typ: 7 })],
    ["a header that is no object", tokenOf(CLAIMS, [{ alg: "HS256" }])],
    ["claims that are no object", tokenOf([CLAIMS])],
    ["the signature spelt otherwise", otherSpelling(tokenOf(CLAIMS))],
    ["padding", `${tokenOf(CLAIMS)}=`],
    ["another type", tokenOf(CLAIMS, { alg: "HS256", typ: "at+jwt" })],
    ["another secret", tokenOf(CLAIMS, undefined, "another secret of another connection")],
    ["a changed byte", tokenOf(CLAIMS).replace(/\.(..)/, ".AA")],
    ["no text of a token", "Bearer"],
    ["an empty text", ""],
    ["five parts", `${tokenOf(CLAIMS)}.x.y`],
  ])("is refused with %s", (_what, token) => {
    expect(verdict(token)).toBe(false);
  });

  it("is refused when signed by another algorithm, with the secret or with a key pair", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const rs256 = await new SignJWT(CLAIMS).setProtectedHeader({ alg: "RS256" }).sign(privateKey);
    const hs512 = await new SignJWT(CLAIMS)
      .setProtectedHeader({ alg: "HS512" })
      .sign(Buffer.from(SECRET.repeat(3)));
    expect(verdict(rs256)).toBe(false);
    expect(verdict(hs512)).toBe(false);
  });

  it("is refused by a connection that has no secret", () => {
    expect(verifyAppToken(tokenOf(CLAIMS, undefined, ""), { ...expected, secret: "" })).toBeNull();
  });

  it("names its account before it is verified, if it can be a subdomain", () => {
    expect(subdomainOf(tokenOf(CLAIMS))).toBe("acme");
    for (const iss of ["evil.test/", "", 7, undefined]) expect(subdomainOf(tokenOf({ iss }))).toBeNull();
    expect(subdomainOf("nonsense")).toBeNull();
  });

  it("answers yes or no to the HTTP layer", () => {
    const tokens = zendeskAppTokens([]);
    const wanted = { secret: SECRET, subdomain: "acme", now };
    expect(tokens.verify(tokenOf(CLAIMS), wanted)).toBe(true);
    expect(tokens.verify(tokenOf({ ...CLAIMS, iss: "rival" }), wanted)).toBe(false);
  });
});

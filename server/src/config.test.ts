import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const KEY = Buffer.alloc(32, 7).toString("base64");

describe("configuration", () => {
  it("has a default for everything, so that a first look needs no settings", () => {
    expect(readConfig({})).toMatchObject({
      PORT: 3000,
      DATA_DIR: ".data",
      HUBSPOT_API_URL: "https://api.hubapi.com",
    });
  });
  it.each([
    [{ PORT: "seventy" }, /PORT/],
    [{ PUBLIC_URL: "health" }, /PUBLIC_URL must be an http/],
    [{ PUBLIC_URL: "ftp://x.example" }, /PUBLIC_URL/],
    [{ PUBLIC_URL: "https://x.example/path" }, /PUBLIC_URL must be an origin without a path/],
    [{ DATABASE_URL: "postgres://db/x" }, /ENCRYPTION_KEY is required with DATABASE_URL/],
    [{ DATABASE_URL: "mysql://db/x", ENCRYPTION_KEY: KEY }, /DATABASE_URL/],
    [{ ENCRYPTION_KEY: "c2hvcnQ=" }, /ENCRYPTION_KEY must be 32 bytes/],
    [{ ZENDESK_SUBDOMAIN: "evil.example/", ZENDESK_ACCESS_TOKEN: "t" }, /ZENDESK_SUBDOMAIN/],
    [{ ZENDESK_ACCESS_TOKEN: "t" }, /ZENDESK_SUBDOMAIN is required/],
    [{ ZENDESK_URL: "https://{subdomain}.evil.example" }, /ZENDESK_URL/],
    [{ ADMIN_TOKEN: "short" }, /ADMIN_TOKEN/],
  ])("refuses %o by name", (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message);
  });
  it("never repeats a value in its message", () => {
    expect(() => readConfig({ ENCRYPTION_KEY: "topsecret-value" })).toThrow(/^(?!.*topsecret)/s);
  });
  it("takes an empty value as absent and several keys for rotation", () => {
    expect(readConfig({ DATABASE_URL: "", ENCRYPTION_KEY: `${KEY}, ${KEY}` })).toMatchObject({
      ENCRYPTION_KEY: [KEY, KEY],
    });
  });
});

import { createHash, createHmac } from "node:crypto";
import { Signature } from "@hubspot/api-client";
import { describe, expect, it } from "vitest";
import { type SignedRequest, verifyHubspotSignature } from "./signature.ts";

const SECRET = "f6e94c08-85d0-4608-bcc6-e1850176e7b8";
const HEALTH_URL = (email: string) =>
  `https://api.example.com/api/health/555?userId=1&portalId=123&userEmail=${email}&appId=9`;

/** The published vectors of the v3 signature; the last one follows the documented rule. */
const vectors: Record<
  string,
  [secret: string, method: string, url: string, ts: string, body: string, signature: string]
> = {
  "with a body": [
    SECRET,
    "POST",
    "https://www.hubspot.com/webhook",
    "1632188626483",
    "REQUEST_BODY",
    "jf872r5vscVcxCiDRHA4rGrqe/8BPLNVkdJSHdMnGTU=",
  ],
  "without a body": [
    SECRET,
    "POST",
    "https://www.hubspot.com/webhook",
    "1632188626483",
    "",
    "csXgk7UbrE9F8ZmMvbpuKBxqIvTSqU1EX9pI/SJtxSE=",
  ],
  "of the changelog": [
    "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    "POST",
    "https://www.example.com/webhook_uri",
    "1693657560000",
    "{'example_field':'example_value'}",
    "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
  ],
  "with an encoded @": [
    "test-secret",
    "GET",
    HEALTH_URL("a%40b.com"),
    "1776216840000",
    "",
    "8r3CjfNwod5tOXo38BlARr5xXO9mlSHVyIOENkJ3z+Y=",
  ],
};
const requestOf = ([clientSecret, method, url, timestamp, body, signature]: (typeof vectors)[string] & {}) =>
  ({
    clientSecret,
    method,
    url,
    timestamp,
    rawBody: Buffer.from(body),
    signature,
    now: new Date(Number(timestamp) + 1000),
  }) satisfies SignedRequest;
const base = requestOf(vectors["with a body"] ?? ["", "", "", "", "", ""]);
const signed = (change: Partial<SignedRequest>): SignedRequest => {
  const request = { ...base, ...change };
  const signature = createHmac("sha256", request.clientSecret)
    .update(`${request.method}${request.url}${request.rawBody.toString("utf8")}${String(request.timestamp)}`)
    .digest("base64");
  return { ...request, signature };
};

describe("a v3 signature", () => {
  it.each(Object.entries(vectors))("is accepted for the vector %s", (_, vector) => {
    expect(verifyHubspotSignature(requestOf(vector))).toBe(true);
  });

  it("agrees with HubSpot's own helper, which reads the clock itself", () => {
    const now = new Date();
    const request = signed({ timestamp: String(now.getTime()) });
    const { clientSecret, method, url } = request;
    const bothSay = (signature: string) => [
      verifyHubspotSignature({ ...request, signature, now }),
      Signature.isValid({
        signatureVersion: "v3",
        signature,
        clientSecret,
        method,
        url,
        requestBody: request.rawBody.toString("utf8"),
        timestamp: now.getTime(),
      }),
    ];
    expect(bothSay(String(request.signature))).toEqual([true, true]);
    expect(bothSay(String(base.signature))).toEqual([false, false]);
  });

  it.each([-1, 1])("holds for five minutes in both directions and no longer (%i)", (direction) => {
    const at = Number(base.timestamp);
    expect(verifyHubspotSignature({ ...base, now: new Date(at + direction * 300_000) })).toBe(true);
    expect(verifyHubspotSignature({ ...base, now: new Date(at + direction * 300_001) })).toBe(false);
  });

  it.each<[string, Partial<SignedRequest>]>([
    ["another body", { rawBody: Buffer.from("REQUEST_BODY ") }],
    ["another secret", { clientSecret: "other" }],
    ["another method", { method: "PUT" }],
    ["another path", { url: "https://www.hubspot.com/webhooks" }],
    ["another host", { url: "https://evil.example/webhook" }],
    ["an added parameter", { url: "https://www.hubspot.com/webhook?portalId=1" }],
    ["a truncated signature", { signature: "jf872r5vscVcxCiDRHA4rGrqe/8BPLNVkdJSHdMnGTU" }],
    ["no signature", { signature: undefined }],
    ["an empty signature", { signature: "" }],
    ["two signatures", { signature: [String(base.signature), String(base.signature)] }],
    ["two signatures in one header", { signature: `${base.signature}, ${base.signature}` }],
    ["no timestamp", { timestamp: undefined }],
    ["two timestamps", { timestamp: [String(base.timestamp), String(base.timestamp)] }],
    ["a timestamp that is no number", { timestamp: "NaN" }],
    ["a timestamp in seconds", { timestamp: "1632188626" }],
    ["a timestamp with a sign", { timestamp: "-632188626483" }],
    ["a timestamp with a blank", { timestamp: "1632188626483 " }],
  ])("is refused with %s", (_, change) => {
    expect(verifyHubspotSignature({ ...base, ...change })).toBe(false);
  });

  it("is refused when no secret is configured, even if it fits the empty one", () => {
    expect(verifyHubspotSignature({ ...signed({ clientSecret: "x" }), clientSecret: "" })).toBe(false);
  });

  it.each(["v1", "v2"])("is not replaced by a valid %s signature", (version) => {
    const source = version === "v1" ? "" : `${base.method}${base.url}`;
    const signature = createHash("sha256")
      .update(`${base.clientSecret}${source}${base.rawBody.toString("utf8")}`)
      .digest("hex");
    expect(verifyHubspotSignature({ ...base, signature })).toBe(false);
  });

  it("covers the bytes, not a decoded text", () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x41]);
    const signature = createHmac("sha256", SECRET)
      .update(Buffer.concat([Buffer.from(`POST${base.url}`), bytes, Buffer.from(String(base.timestamp))]))
      .digest("base64");
    expect(verifyHubspotSignature({ ...base, rawBody: bytes, signature })).toBe(true);
    expect(verifyHubspotSignature({ ...base, rawBody: Buffer.from(bytes.toString("utf8")), signature })).toBe(
      false,
    );
  });

  it("decodes only the listed characters of the address, and takes the raw form as well", () => {
    const raw = "https://x.example/a?e=%3A%2f%3F%40%21%24%27%28%29%2A%2C%3B%20%26%2B%C3%A9";
    const decoded = "https://x.example/a?e=:/?@!$'()*,;%20%26%2B%C3%A9";
    const tooFar = "https://x.example/a?e=:/?@!$'()*,; &+é";
    expect(verifyHubspotSignature({ ...signed({ url: decoded }), url: raw })).toBe(true);
    expect(verifyHubspotSignature(signed({ url: raw }))).toBe(true);
    expect(verifyHubspotSignature({ ...signed({ url: tooFar }), url: raw })).toBe(false);
  });
});

import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type SignedZendeskDelivery, verifyZendeskSignature } from "./signature.ts";

/** The secret that Zendesk publishes for test requests, and two digests made with it. */
const SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==";
const VECTORS = [
  {
    timestamp: "2021-03-25T05:09:27Z",
    body: '{"event":"ticket.updated","id":123}',
    signature: "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=",
  },
  {
    timestamp: "2026-11-21T08:00:00Z",
    body: '{"type":"zen:event-type:ticket.status_changed","account_id":1,"id":"e-1"}',
    signature: "ornSFuRpQEW8oZ8DdrYuQ2yt94+6Od39zc611bGxJng=",
  },
] as const;
const [vector] = VECTORS;
const delivery = (change: Partial<SignedZendeskDelivery> = {}): SignedZendeskDelivery => ({
  secret: SECRET,
  rawBody: Buffer.from(vector.body),
  signature: vector.signature,
  timestamp: vector.timestamp,
  now: new Date(vector.timestamp),
  ...change,
});
const shifted = (ms: number) => new Date(Date.parse(vector.timestamp) + ms);
const sign = (timestamp: string, body: Buffer | string) =>
  createHmac("sha256", SECRET).update(timestamp).update(body).digest("base64");

describe("the signature of a Zendesk webhook", () => {
  it.each(VECTORS)("accepts the published vector of $timestamp", ({ timestamp, body, signature }) => {
    const now = new Date(Date.parse(timestamp) + 1000);
    expect(
      verifyZendeskSignature({ secret: SECRET, rawBody: Buffer.from(body), signature, timestamp, now }),
    ).toBe(true);
  });

  it("is over the bytes, so that an emoji and an empty body work too", () => {
    for (const body of [Buffer.from('{"name":"Zoë 🦊"}'), Buffer.alloc(0), Buffer.from([0xff, 0x00])])
      expect(
        verifyZendeskSignature(delivery({ rawBody: body, signature: sign(vector.timestamp, body) })),
      ).toBe(true);
  });

  it.each([
    ["a changed byte", { rawBody: Buffer.from(vector.body.replace("123", "124")) }],
    ["an added space", { rawBody: Buffer.from(`${vector.body} `) }],
    ["another secret", { secret: "another" }],
    ["no secret", { secret: "" }],
    ["a changed timestamp", { timestamp: "2021-03-25T05:09:28Z" }],
    ["a truncated signature", { signature: vector.signature.slice(0, -2) }],
    ["another base64 spelling of the same digest", { signature: vector.signature.replace("=", "") }],
    ["no signature", { signature: undefined }],
    ["no timestamp", { timestamp: undefined }],
    ["a repeated signature", { signature: [vector.signature, vector.signature] }],
    ["signatures joined by a comma", { signature: `${vector.signature}, ${vector.signature}` }],
    ["a repeated timestamp", { timestamp: [vector.timestamp] }],
  ])("refuses %s", (_what, change) => {
    expect(verifyZendeskSignature(delivery(change))).toBe(false);
  });

  it("accepts five minutes either way and nothing beyond", () => {
    expect(verifyZendeskSignature(delivery({ now: shifted(300_000) }))).toBe(true);
    expect(verifyZendeskSignature(delivery({ now: shifted(-300_000) }))).toBe(true);
    expect(verifyZendeskSignature(delivery({ now: shifted(300_001) }))).toBe(false);
    expect(verifyZendeskSignature(delivery({ now: shifted(-300_001) }))).toBe(false);
  });

  it.each(["1616648967", "yesterday", "", "2021-02-31T99:00:00Z", "2021-03-25 05:09:27"])(
    "refuses a well-signed timestamp that is not an ISO instant: %j",
    (timestamp) => {
      const signature = sign(timestamp, vector.body);
      expect(verifyZendeskSignature(delivery({ timestamp, signature }))).toBe(false);
    },
  );
});

import { createHash, createHmac, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  CLIENT_SECRET,
  type GuardedServer,
  type GuardedTenant,
  guardedTenant,
  startGuarded,
} from "../support/guarded-server.ts";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { ADMIN_TOKEN } from "../support/one-company.ts";

describe("signature before anything else (ASVS 11.2.4, 4.1.5, 9.1.1)", () => {
  let server: GuardedServer;
  let ours: GuardedTenant;
  let theirs: GuardedTenant;
  /** Calls of what reads bodies. */
  let parsed = 0;

  beforeAll(async () => {
    server = await startGuarded({
      change: (parts) => {
        const counted = <F extends (...given: never[]) => unknown>(read: F): F =>
          ((...given: never[]) => {
            parsed++;
            return read(...given);
          }) as F;
        return {
          ...parts,
          hubspot: { ...parts.hubspot, parse: counted(parts.hubspot.parse) },
          zendesk: { ...parts.zendesk, parse: counted(parts.zendesk.parse) },
        };
      },
    });
    ours = await guardedTenant(server.parts, "ours", "1001");
    theirs = await guardedTenant(server.parts, "theirs", "1002");
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    parsed = 0;
  });

  const event = (change: object = {}) => ({
    eventId: 1,
    subscriptionId: 1,
    portalId: 1001,
    appId: 1,
    occurredAt: 1_790_000_000_000,
    subscriptionType: "object.propertyChange",
    objectTypeId: "0-2",
    objectId: 5,
    propertyName: "lifecyclestage",
    propertyValue: "customer",
    attemptNumber: 0,
    changeSource: "CRM_UI",
    ...change,
  });
  const hubspotUrl = () => `${server.url}/webhooks/hubspot`;
  const zendeskUrl = (id: string = ours.zendesk) => `${server.url}/webhooks/zendesk/${id}`;
  const post = (url: string, body: string | Buffer, headers: Record<string, string>) =>
    fetch(url, { method: "POST", body: Buffer.isBuffer(body) ? new Uint8Array(body) : body, headers });
  const fromHubspot = (body: string, change: Record<string, string> = {}) =>
    post(hubspotUrl(), body, { ...hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET), ...change });
  const zendeskHeaders = (body: string, secret: string, at = new Date()) => {
    const timestamp = at.toISOString();
    return {
      "x-zendesk-webhook-signature": createHmac("sha256", secret)
        .update(timestamp + body)
        .digest("base64"),
      "x-zendesk-webhook-signature-timestamp": timestamp,
    };
  };
  const counts = async () =>
    (await (await server.call("GET", `/intake/counts?tenantId=${ours.tenant}`, ADMIN_TOKEN)).json()) as {
      hubspot: { accepted: number; duplicates: number };
    };

  const body = JSON.stringify([event()]);
  const digest = (algorithm: string, text: string) => createHash(algorithm).update(text).digest("hex");
  const forged: [string, () => Record<string, string>][] = [
    ["none", () => ({ "x-hubspot-signature-v3": "" })],
    ["a wrong one", () => hubspotHeaders(hubspotUrl(), body, "another secret")],
    ["one over another body", () => hubspotHeaders(hubspotUrl(), `${body} `, CLIENT_SECRET)],
    ["one over another address", () => hubspotHeaders(`${server.url}/webhooks/zendesk`, body, CLIENT_SECRET)],
    ["one that is too old", () => hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET, Date.now() - 301_000)],
    ["one from the future", () => hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET, Date.now() + 310_000)],
    ["the other tenant's secret", () => hubspotHeaders(hubspotUrl(), body, theirs.webhookSecret)],
    [
      "a valid v1 signature (downgrade)",
      () => ({
        "x-hubspot-signature": digest("sha256", CLIENT_SECRET + body),
        "x-hubspot-signature-version": "v1",
        "x-hubspot-request-timestamp": String(Date.now()),
      }),
    ],
    [
      "a valid v2 signature in the place of a v3 one (downgrade)",
      () => ({
        "x-hubspot-signature-v3": digest("sha256", `${CLIENT_SECRET}POST${hubspotUrl()}${body}`),
        "x-hubspot-signature-version": "v2",
        "x-hubspot-request-timestamp": String(Date.now()),
      }),
    ],
    ...(["truncated", "hex", "base64url", "unpadded", "lower-case", "doubled"] as const).map(
      (how): [string, () => Record<string, string>] => [
        `the right one, ${how}`,
        () => {
          const headers = hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET);
          const right = headers["x-hubspot-signature-v3"] ?? "";
          const bytes = Buffer.from(right, "base64");
          const spelled = {
            truncated: right.slice(0, -8),
            hex: bytes.toString("hex"),
            base64url: bytes.toString("base64url"),
            unpadded: right.replaceAll("=", ""),
            "lower-case": right.toLowerCase(),
            doubled: `${right}, ${right}`,
          };
          return { ...headers, "x-hubspot-signature-v3": spelled[how] };
        },
      ],
    ),
  ];

  it.each(forged)("refuses a HubSpot delivery with %s, before anything reads it", async (_, headers) => {
    const answer = await post(hubspotUrl(), body, headers());
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: "signature_invalid" });
    expect(parsed).toBe(0);
  });

  it.each([["[".repeat(200_000)], ['{"__proto__":'], ["\u0000".repeat(1_000)], ["1e400"]])(
    "refuses hostile bytes without a signature before anything reads them",
    async (hostile) => {
      for (const url of [hubspotUrl(), zendeskUrl()])
        expect((await post(url, hostile, hubspotHeaders(url, hostile, "wrong"))).status).toBe(401);
      expect(parsed).toBe(0);
    },
  );

  it("refuses a body whose bytes were spelled in another way after signing", async () => {
    const headers = hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET);
    for (const respelled of [` ${body}`, body.replace("customer", "\\u0063ustomer"), `\ufeff${body}`])
      expect((await post(hubspotUrl(), respelled, headers)).status).toBe(401);
    expect(
      (await post(hubspotUrl(), gzipSync(`${body} `), { ...headers, "content-encoding": "gzip" })).status,
    ).toBe(401);
    expect(parsed).toBe(0);
  });

  it("refuses a Zendesk delivery with another tenant's secret, a truncated or a repeated signature", async () => {
    const right = zendeskHeaders("{}", ours.webhookSecret);
    const signature = right["x-zendesk-webhook-signature"];
    for (const headers of [
      zendeskHeaders("{}", theirs.webhookSecret),
      zendeskHeaders("{} ", ours.webhookSecret),
      zendeskHeaders("{}", ours.webhookSecret, new Date(Date.now() - 301_000)),
      { ...right, "x-zendesk-webhook-signature": signature.slice(0, -4) },
      { ...right, "x-zendesk-webhook-signature": Buffer.from(signature, "base64").toString("hex") },
      { ...right, "x-zendesk-webhook-signature": `${signature}, ${signature}` },
      {},
    ])
      expect((await post(zendeskUrl(), "{}", headers as Record<string, string>)).status).toBe(401);
    expect((await post(zendeskUrl(theirs.zendesk), "{}", right)).status).toBe(401);
    expect((await post(zendeskUrl(randomUUID()), "{}", right)).status).toBe(404);
    expect((await post(zendeskUrl(ours.hubspot), "{}", right)).status).toBe(404);
    expect(parsed).toBe(0);
  });

  it("names what is wrong with a well-signed body only then", async () => {
    expect((await fromHubspot("no json")).status).toBe(400);
    expect((await post(zendeskUrl(), "no json", zendeskHeaders("no json", ours.webhookSecret))).status).toBe(
      400,
    );
    expect(parsed).toBe(2);
  });

  it("counts a replay within the window as a duplicate, and stores nothing twice", async () => {
    const headers = hubspotHeaders(hubspotUrl(), body, CLIENT_SECRET);
    const before = (await counts()).hubspot;
    const answers = [];
    for (let turn = 0; turn < 3; turn++) answers.push(await (await post(hubspotUrl(), body, headers)).json());
    expect(answers).toEqual([
      { accepted: 1, duplicates: 0, unknown: 0 },
      { accepted: 0, duplicates: 1, unknown: 0 },
      { accepted: 0, duplicates: 1, unknown: 0 },
    ]);
    expect((await counts()).hubspot).toMatchObject({
      accepted: before.accepted + 1,
      duplicates: before.duplicates + 2,
    });
  });

  it("compares every secret in constant time", async () => {
    const comparing = [
      "adapters/hubspot/signature.ts",
      "adapters/zendesk/signature.ts",
      "http/middleware/bearer.ts",
    ];
    for (const file of comparing) {
      const source = await readFile(new URL(`../../server/src/${file}`, import.meta.url), "utf8");
      expect([file, source.includes("timingSafeEqual(")]).toEqual([file, true]);
      // no early end: nothing secret or signed stands beside === (lengths and the empty text are no secrets)
      const plain = source.match(
        /\b(signature|given|expected|token|secret|digest)\b(?!\.length) [!=]== (?!undefined|null|"|"string")/g,
      );
      expect([file, plain]).toEqual([file, null]);
    }
  });
});

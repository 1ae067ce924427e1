import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { verifyHubspotSignature } from "../../server/src/adapters/hubspot/signature.ts";
import {
  cardRequest,
  decodedForSigning,
  forwardCardRequest,
  type HubspotIdentity,
} from "./hubspot-backend.ts";

const SECRET = "a-client-secret";
const NOW = new Date("2026-11-21T10:00:00.000Z");
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Seen {
  url: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}
type Answer = { status: number; body?: string; delayMs?: number };

/** Answers in turn, the last answer for ever, and keeps what it was asked. */
async function serverWith(...answers: Answer[]): Promise<{ origin: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    req.on("end", () => {
      seen.push({ url: req.url ?? "", method: req.method ?? "", headers: req.headers, body });
      const {
        status,
        body: text = "{}",
        delayMs = 0,
      } = answers[Math.min(seen.length, answers.length) - 1] ?? {
        status: 200,
      };
      setTimeout(() => res.writeHead(status, { "content-type": "application/json" }).end(text), delayMs);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const identityFor = (permittedOrigin: string): HubspotIdentity => ({
  permittedOrigin,
  clientSecret: SECRET,
  portalId: 123,
  appId: "9",
  user: { id: 1, email: "a@b.com", firstName: "A", lastName: "B" },
});
const forward = (origin: string, request: Record<string, unknown>) =>
  forwardCardRequest(cardRequest.parse(request), identityFor(origin), () => NOW);

describe("the stand-in for HubSpot's backend", () => {
  it("adds who is asking and signs what the server then receives", async () => {
    const { origin, seen } = await serverWith({ status: 200, body: '{"ok":true}' });
    const url = `${origin}/api/hubspot/account-health?objectTypeId=0-2&objectId=55`;
    const answer = await forward(origin, { url, method: "POST", body: { note: "ä" } });
    expect(answer).toEqual({ status: 200, contentType: "application/json", body: '{"ok":true}' });
    const [request] = seen;
    expect(request?.url).toBe(
      "/api/hubspot/account-health?objectTypeId=0-2&objectId=55&userId=1&portalId=123&userEmail=a%40b.com&appId=9",
    );
    const isSigned = verifyHubspotSignature({
      clientSecret: SECRET,
      method: "POST",
      url: origin + request?.url,
      rawBody: Buffer.from(request?.body ?? ""),
      signature: request?.headers["x-hubspot-signature-v3"],
      timestamp: request?.headers["x-hubspot-request-timestamp"],
      now: NOW,
    });
    expect(isSigned).toBe(true);
  });

  it("does not let a card say who is asking", async () => {
    const { origin, seen } = await serverWith({ status: 200 });
    await forward(origin, { url: `${origin}/x?portalId=999&userId=777` });
    expect(new URL(origin + seen[0]?.url).searchParams.getAll("portalId")).toEqual(["123"]);
    expect(new URL(origin + seen[0]?.url).searchParams.getAll("userId")).toEqual(["1"]);
  });

  it("decodes before signing what HubSpot decodes, and nothing else", () => {
    expect(decodedForSigning("https://a.b/c?d=a%40b.com%2Ce&f=%20%26%2B%C3%A4")).toBe(
      "https://a.b/c?d=a@b.com,e&f=%20%26%2B%C3%A4",
    );
  });

  it("tries once more after a 5xx, and not a third time", async () => {
    const { origin, seen } = await serverWith({ status: 503 }, { status: 200 });
    expect((await forward(origin, { url: `${origin}/x` })).status).toBe(200);
    const broken = await serverWith({ status: 500 });
    expect((await forward(broken.origin, { url: `${broken.origin}/x` })).status).toBe(500);
    expect([seen.length, broken.seen.length]).toEqual([2, 2]);
  });

  it("hands on a 404 as it is, without another try", async () => {
    const { origin, seen } = await serverWith({ status: 404, body: '{"code":"not_found"}' });
    const answer = await forward(origin, { url: `${origin}/x` });
    expect([answer.status, answer.body, seen.length]).toEqual([404, '{"code":"not_found"}', 1]);
  });

  it("refuses addresses that the app's metadata does not permit", async () => {
    const { origin, seen } = await serverWith({ status: 200 });
    const answer = await forward("https://permitted.example", { url: `${origin}/x` });
    expect([answer.status, seen.length]).toEqual([400, 0]);
  });

  it("gives up after the card's own time limit", async () => {
    const { origin } = await serverWith({ status: 200, delayMs: 2_000 });
    expect((await forward(origin, { url: `${origin}/x`, timeout: 100 })).status).toBe(504);
  });

  it("cuts off bodies above 1 MB in both directions", async () => {
    const { origin, seen } = await serverWith({ status: 200, body: `"${"x".repeat(1_100_000)}"` });
    expect((await forward(origin, { url: `${origin}/x` })).status).toBe(502);
    const text = "x".repeat(1_100_000);
    expect((await forward(origin, { url: `${origin}/x`, method: "POST", body: { text } })).status).toBe(413);
    expect(seen.every(({ method }) => method === "GET")).toBe(true);
  });

  it("takes no header but Authorization", () => {
    expect(cardRequest.safeParse({ url: "https://a.b/", headers: { "X-Own": "1" } }).success).toBe(false);
    expect(cardRequest.safeParse({ url: "not an address" }).success).toBe(false);
  });
});

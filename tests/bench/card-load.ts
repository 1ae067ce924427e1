import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { APP_SECRET, type OpenedRecord, SUBDOMAIN } from "./card-book.ts";
import { PORTAL_ID, SECRET } from "./intake-servers.ts";

/** A signed request of a card or a sidebar; made before the clock runs. */
export interface CardRequest {
  record: OpenedRecord;
  url: URL;
  headers: Record<string, string>;
}

/** @param url of the server that is asked */
export const signedRequests = (url: string, records: readonly OpenedRecord[]): CardRequest[] =>
  records.map((record) =>
    record.platform === "hubspot" ? fromHubspot(url, record) : fromZendesk(url, record),
  );

function fromHubspot(server: string, record: OpenedRecord): CardRequest {
  const query = `portalId=${PORTAL_ID}&objectTypeId=0-2&objectId=${record.id}&userId=71`;
  const url = new URL(`/api/hubspot/account-health?${query}`, server);
  const stamp = String(Date.now());
  const signature = createHmac("sha256", SECRET).update(`GET${url.href}${stamp}`).digest("base64");
  const headers = { "x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": stamp };
  return { record, url, headers };
}

function fromZendesk(server: string, record: OpenedRecord): CardRequest {
  const url = new URL(`/api/zendesk/account-health?organizationId=${record.id}`, server);
  const nowS = Math.floor(Date.now() / 1000);
  const claims = { iss: SUBDOMAIN, sub: "71", aud: "bellwether", iat: nowS, exp: nowS + 300 };
  const text = [{ alg: "HS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signature = createHmac("sha256", APP_SECRET).update(text.join(".")).digest("base64url");
  return { record, url, headers: { authorization: `Bearer ${text.join(".")}.${signature}` } };
}

/** As many as look at a record at the same time; both sides have the same. */
const CONNECTIONS = 16;

/** Closed loop: each connection asks again as soon as it has its answer. @returns requests per second */
export async function requestsPerSecond(
  requests: readonly CardRequest[],
  take: (request: CardRequest, body: string) => void = () => undefined,
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let each = requests[next++]; each; each = requests[next++]) take(each, await ask(agent, each));
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return requests.length / seconds;
}

/**
 * Sends by the clock, whether or not earlier ones were answered.
 * @param goesOn asked before each; what is not due by then is not sent
 * @returns ms from the moment each was due to its answer
 */
export async function openLoop(
  requests: readonly CardRequest[],
  perSecond: number,
  goesOn: () => boolean = () => true,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const latencies = await Promise.all(
    requests.map(async (each, i) => {
      const dueAt = startedAt + (i * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      if (!goesOn()) return null;
      await ask(agent, each);
      return performance.now() - dueAt;
    }),
  );
  agent.destroy();
  return latencies.filter((latency) => latency !== null);
}

/** @throws on any answer but 200 */
const ask = (agent: Agent, { url, headers }: CardRequest): Promise<string> =>
  new Promise((resolve, reject) => {
    const req = request(url, { agent, headers }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("end", () => {
        if (res.statusCode === 200) resolve(Buffer.concat(chunks).toString("utf8"));
        else reject(new Error(`${url.pathname} answered ${res.statusCode}`));
      });
    });
    req.on("error", reject);
    req.end();
  });

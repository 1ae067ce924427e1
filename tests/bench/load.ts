import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface Delivery {
  body: Buffer;
  events: number;
}

/** As many at once as HubSpot sends to one app by default, and for single events as many as many portals together. */
const CONNECTIONS = { batches: 16, singles: 64 };

/** Property changes over 10,000 companies, every event unlike all others of the run. */
export function makeDeliveries(
  count: number,
  {
    firstEventId,
    portalId,
    eventsPerDelivery,
  }: { firstEventId: number; portalId: number; eventsPerDelivery: number },
): Delivery[] {
  const occurredAt = Date.now();
  return Array.from({ length: count }, (_, d) => {
    const events = Array.from({ length: eventsPerDelivery }, (_, e) => {
      const eventId = firstEventId + d * eventsPerDelivery + e;
      return {
        eventId,
        subscriptionId: 25,
        portalId,
        appId: 1_160_452,
        occurredAt,
        subscriptionType: "company.propertyChange",
        attemptNumber: 0,
        objectId: 1_000_000 + ((eventId * 7_919) % 10_000),
        propertyName: "lifecyclestage",
        propertyValue: "customer",
        changeSource: "CRM_UI",
        sourceId: "userId:71",
        isSensitive: false,
      };
    });
    return { body: Buffer.from(JSON.stringify(events)), events: events.length };
  });
}

/**
 * Closed loop over a fixed number of connections until all deliveries are answered.
 * @returns events per second @throws on any answer but 2xx
 */
export async function eventsPerSecond(
  url: string,
  secret: string,
  deliveries: readonly Delivery[],
): Promise<number> {
  const connections = deliveries[0]?.events === 1 ? CONNECTIONS.singles : CONNECTIONS.batches;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL("/webhooks/hubspot", url);
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let delivery = deliveries[next++]; delivery; delivery = deliveries[next++])
        await deliver(agent, target, secret, delivery.body);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return deliveries.reduce((sum, d) => sum + d.events, 0) / seconds;
}

/**
 * Sends by the clock, whether or not earlier ones were answered, so that a slow answer is not hidden by waiting.
 * @returns ms from the moment each was due to its answer @throws on any answer but 2xx
 */
export async function openLoop(
  url: string,
  secret: string,
  deliveries: readonly Delivery[],
  perSecond: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const target = new URL("/webhooks/hubspot", url);
  const startedAt = performance.now();
  const latencies = await Promise.all(
    deliveries.map(async ({ body }, i) => {
      const dueAt = startedAt + (i * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      await deliver(agent, target, secret, body);
      return performance.now() - dueAt;
    }),
  );
  agent.destroy();
  return latencies;
}

const RETRY_MS = 5;

/** One attempt at a server that may not listen yet. @returns whether it was acknowledged */
export async function tryDelivery(url: string, secret: string, body: Buffer): Promise<boolean> {
  try {
    await deliver(new Agent({ keepAlive: false }), new URL("/webhooks/hubspot", url), secret, body);
    return true;
  } catch {
    await sleep(RETRY_MS); // refused, or not ready: the caller decides when to give up
    return false;
  }
}

function deliver(agent: Agent, target: URL, secret: string, body: Buffer): Promise<void> {
  const stamp = String(Date.now());
  const signature = createHmac("sha256", secret)
    .update(`POST${target.href}`)
    .update(body)
    .update(stamp)
    .digest("base64");
  return new Promise((resolve, reject) => {
    const req = request(
      target,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": "application/json",
          "content-length": body.length,
          "x-hubspot-signature-v3": signature,
          "x-hubspot-request-timestamp": stamp,
        },
      },
      (res) => {
        res.resume();
        res.on("end", () => {
          if ((res.statusCode ?? 500) < 300) resolve();
          else reject(new Error(`delivery answered ${res.statusCode}`));
        });
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Wire } from "./wire.ts";

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
 * Closed loop over a fixed number of connections until all deliveries are answered. They are signed beforehand, because
 * what the sender does is not what is measured.
 * @returns events per second @throws on any answer but 2xx
 */
export async function eventsPerSecond(
  url: string,
  secret: string,
  deliveries: readonly Delivery[],
): Promise<number> {
  const connections = deliveries[0]?.events === 1 ? CONNECTIONS.singles : CONNECTIONS.batches;
  const wires = await Promise.all(Array.from({ length: connections }, () => Wire.open(url)));
  const requests = deliveries.map(({ body }) => signedRequest(url, secret, body));
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    wires.map(async (wire) => {
      for (let request = requests[next++]; request; request = requests[next++]) await deliver(wire, request);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  for (const wire of wires) wire.close();
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
  const idle: Wire[] = [];
  const startedAt = performance.now();
  const latencies = await Promise.all(
    deliveries.map(async ({ body }, i) => {
      const dueAt = startedAt + (i * 1000) / perSecond;
      await sleep(Math.max(0, dueAt - performance.now()));
      const wire = idle.pop() ?? (await Wire.open(url));
      await deliver(wire, signedRequest(url, secret, body));
      idle.push(wire);
      return performance.now() - dueAt;
    }),
  );
  for (const wire of idle) wire.close();
  return latencies;
}

const RETRY_MS = 5;

/** One attempt at a server that may not listen yet. @returns whether it was acknowledged */
export async function tryDelivery(url: string, secret: string, body: Buffer): Promise<boolean> {
  try {
    const wire = await Wire.open(url);
    try {
      await deliver(wire, signedRequest(url, secret, body));
    } finally {
      wire.close();
    }
    return true;
  } catch {
    await sleep(RETRY_MS); // refused, or not ready: the caller decides when to give up
    return false;
  }
}

async function deliver(wire: Wire, request: Buffer): Promise<void> {
  const status = await wire.send(request);
  if (status < 200 || status >= 300) throw new Error(`delivery answered ${status}`);
}

function signedRequest(url: string, secret: string, body: Buffer): Buffer {
  const target = new URL("/webhooks/hubspot", url);
  const stamp = String(Date.now());
  const signature = createHmac("sha256", secret)
    .update(`POST${target.href}`)
    .update(body)
    .update(stamp)
    .digest("base64");
  const head = [
    `POST ${target.pathname} HTTP/1.1`,
    `host: ${target.host}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
    `x-hubspot-signature-v3: ${signature}`,
    `x-hubspot-request-timestamp: ${stamp}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

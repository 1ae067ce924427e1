import { createHmac } from "node:crypto";
import { Agent, request } from "node:http";

export interface Delivery {
  body: Buffer;
  events: number;
}

const CONNECTIONS = 16;

/** 100 property changes a delivery over 10,000 companies, every event unlike all others of the run. */
export function makeDeliveries(count: number, firstEventId: number, portalId: number): Delivery[] {
  const occurredAt = Date.now();
  return Array.from({ length: count }, (_, d) => {
    const events = Array.from({ length: 100 }, (_, e) => {
      const eventId = firstEventId + d * 100 + e;
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
 * Closed loop over 16 connections until all deliveries are answered.
 * @returns events per second @throws on any answer but 2xx
 */
export async function eventsPerSecond(
  url: string,
  secret: string,
  deliveries: readonly Delivery[],
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const target = new URL("/webhooks/hubspot", url);
  let next = 0;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let delivery = deliveries[next++]; delivery; delivery = deliveries[next++])
        await deliver(agent, target, secret, delivery.body);
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return deliveries.reduce((sum, d) => sum + d.events, 0) / seconds;
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

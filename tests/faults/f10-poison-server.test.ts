import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { hubspotHeaders } from "../support/hubspot-sender.ts";
import { adminGet } from "../support/one-company.ts";
import { createWriteKey } from "../support/write-key.ts";
import { hubspotPoison, type Poison, segmentPoison, zendeskPoison } from "./poison/bodies.ts";
import { kindsFor, say } from "./support/plan.ts";
import { type FaultWorld, openFaultWorld, sayFault, showOnFailure, untilReady } from "./support/world.ts";

/** What a poison may cost others, at most. */
const DELAY_MS = 1_000;
const MINUTE_MS = 60_000;
const NOBODYS_PORTAL = "77700077";

interface Rejected {
  source: string;
  reason: string;
  body: string;
}
const rejectedOf = async (url: string): Promise<Rejected[]> =>
  (await adminGet<{ events: Rejected[] }>(url, "/intake/rejected?limit=1000")).events;

const statusOf = async (answer: Promise<Response>): Promise<number> => {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
};

type Post = (body: string) => Promise<number>;

/** Each way in, with its signature or key. */
async function waysIn({
  sandbox,
  url,
}: FaultWorld): Promise<Record<string, { post: Post; poison: Poison[] }>> {
  const webhook = sandbox.zendesk.webhooks.find(({ status }) => status === "active");
  const [company] = sandbox.accounts;
  if (!webhook || !company) throw new Error("nothing is connected");
  const key = await createWriteKey(url, "server");
  const post = (address: string, body: string, headers: Record<string, string>) =>
    statusOf(
      fetch(address, { method: "POST", body, headers: { "content-type": "application/json", ...headers } }),
    );
  return {
    hubspot: {
      poison: hubspotPoison(sandbox.portalId, NOBODYS_PORTAL, company.hubspotCompanyId),
      post: (body) => {
        const address = `${url}/webhooks/hubspot`;
        return post(address, body, hubspotHeaders(address, body, sandbox.hubspotClientSecret));
      },
    },
    zendesk: {
      poison: zendeskPoison(String([...sandbox.zendesk.tickets.keys()][0] ?? 1)),
      post: (body) => {
        const stamp = new Date().toISOString();
        const signature = createHmac("sha256", webhook.signingSecret)
          .update(`${stamp}${body}`)
          .digest("base64");
        return post(webhook.endpoint, body, {
          "x-zendesk-webhook-signature": signature,
          "x-zendesk-webhook-signature-timestamp": stamp,
        });
      },
    },
    segment: {
      poison: segmentPoison(),
      post: (body) =>
        post(`${url}/v1/batch`, body, {
          authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}`,
        }),
    },
  };
}

/** Good events one after the other, with how long each took, until it is stopped. */
function goodEvents({ sandbox, sender }: FaultWorld, firstId: number) {
  let isGoing = true;
  const took: number[] = [];
  const going = (async () => {
    for (let eventId = firstId; isGoing; eventId++) {
      const from = performance.now();
      await sender.send([
        {
          eventId,
          portalId: Number(sandbox.portalId),
          objectId: Number(sandbox.accounts[eventId % sandbox.accounts.length]?.hubspotCompanyId),
          occurredAt: Date.now(),
          subscriptionType: "company.propertyChange",
          propertyName: "logins_30d",
          propertyValue: "1",
        },
      ]);
      took.push(performance.now() - from);
      await sleep(5);
    }
  })();
  return {
    stop: async (): Promise<number[]> => {
      isGoing = false;
      await going;
      return took;
    },
  };
}

describe.each(kindsFor("server"))("F10 poison (%s)", (kind) => {
  it(
    "F10 is answered and kept to be looked at; it crashes nothing, loops nowhere and delays nobody",
    async () => {
      const world = await openFaultWorld({ kind, sandbox: { accounts: 6 } });
      try {
        const server = await world.start();
        showOnFailure(() => [server]);
        await untilReady(world, server);
        const calm = goodEvents(world, 1);
        await sleep(1_500);
        const usual = Math.max(...(await calm.stop()));
        const ways = await waysIn(world);
        const stream = goodEvents(world, 100_000);
        for (const [source, { post, poison }] of Object.entries(ways))
          for (const { name, body, status, parked } of poison) {
            const before = (await rejectedOf(world.url)).filter((event) => event.source === source).length;
            // it comes again, as from a sender that takes no refusal
            const statuses = [await post(body), await post(body)];
            expect([source, name, ...statuses]).toEqual([source, name, status, status]);
            const after = (await rejectedOf(world.url)).filter((event) => event.source === source).length;
            expect([source, name, after - before]).toEqual([source, name, parked]);
          }
        const slowest = Math.max(...(await stream.stop()));
        expect(await statusOf(fetch(`${world.url}/readyz`))).toBe(200);
        const kept = await rejectedOf(world.url);
        for (const { reason, body } of kept) {
          expect(reason).not.toBe("");
          expect(Buffer.byteLength(body)).toBeLessThanOrEqual(4_096);
        }
        const metrics = await (await fetch(`${world.url}/metrics`)).text();
        expect(
          metrics.match(/^bellwether_jobs_total\{[^}]*outcome="failed"[^}]*\} [1-9]\d*/gm) ?? [],
        ).toEqual([]);
        expect(server.log()).not.toMatch(/request failed|unhandled/i);
        const report = await world.settle([server]);
        const poisons = Object.values(ways).reduce((sum, { poison }) => sum + poison.length, 0);
        sayFault(`F10 ${poisons} poisons (${kind})`, {
          kills: 0,
          report,
          measured: {
            kept: kept.length,
            "slowest good event": `${Math.round(slowest)} ms of ${Math.round(usual)} ms`,
          },
        });
        expect(report.violations).toEqual([]);
        expect(world.sender.wrongAnswers).toEqual([]);
        // a machine that is slow without poison says nothing about it
        if (slowest > Math.max(DELAY_MS, 5 * usual)) say(`F10: a good event took ${Math.round(slowest)} ms`);
        expect(slowest).toBeLessThanOrEqual(Math.max(DELAY_MS, 5 * usual));
      } finally {
        await world.remove();
      }
    },
    5 * MINUTE_MS,
  );
});

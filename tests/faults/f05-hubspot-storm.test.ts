import type { ConnectionId } from "@bellwether/shared";
import { afterEach, describe, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { PlatformError } from "../../server/src/services/errors.ts";
import type { OutboxRow, PlatformGateway } from "../../server/src/services/ports.ts";
import {
  httpDeps,
  hubspotConnection,
  memorySecrets,
  type ReceivedCall,
  type Reply,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const UPDATE = "/crm/objects/2026-03/companies/batch/update";
interface Input {
  id: string;
}
const inputsOf = (call: ReceivedCall): Input[] => (call.body as { inputs: Input[] }).inputs;
const accept = (call: ReceivedCall): Reply => ({ body: { results: inputsOf(call) } });
const rowsTo = (count: number): OutboxRow[] =>
  Array.from({ length: count }, (_, n) => ({
    ref: { platform: "hubspot", objectType: "company", id: String(n + 1) },
    values: { bellwether_health_score: "82.5" },
    version: 1,
    attempts: 0,
  }));

/** A HubSpot that answers as the script says; two portals are connected. Time passes by waiting alone. */
async function open(script: (call: ReceivedCall, nth: number, nowMs: number) => Reply) {
  const server = await scriptedHubspot((call, nth) => script(call, nth, deps.time.nowMs()));
  running.push(server);
  const deps = httpDeps(server.apiUrl);
  const gatewayFor = createHubspotGateway({
    ...deps,
    refresh: null,
    connections: memorySecrets().repository,
    clock: { now: () => new Date("2026-11-21T10:00:00Z") },
    log: silentLog,
    meter: silentMeter,
  });
  const other = {
    id: "0190b1a4-0000-7000-8000-000000000009" as ConnectionId,
    externalId: "34",
  };
  return {
    server,
    time: deps.time,
    one: gatewayFor(hubspotConnection()),
    two: gatewayFor(hubspotConnection(other)),
  };
}

/** Writes until all is confirmed, waiting as long as it is told after trouble; at most so often. */
async function deliver(
  gateway: PlatformGateway,
  time: { sleep(ms: number): Promise<void> },
  rows: readonly OutboxRow[],
): Promise<{ confirmed: number; waits: number }> {
  let [open, waits] = [rows, 0];
  for (let turn = 0; turn < 60 && open.length > 0; turn += 1) {
    try {
      const outcomes = await gateway.writeAccounts(open.slice(0, 100));
      open = open.filter((_, n) => outcomes[n]?.kind !== "confirmed");
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      waits += 1;
      await time.sleep(error.retryAfterMs ?? 5_000);
    }
  }
  return { confirmed: rows.length - open.length, waits };
}

describe("HubSpot's limits and storms (F5)", () => {
  it("cost one call per hundred rows where nothing fails, and never a search", async () => {
    const { server, one } = await open(accept);
    const outcomes = await one.writeAccounts(rowsTo(1_234));
    expect(outcomes.every(({ kind }) => kind === "confirmed")).toBe(true);
    expect(server.calls.map((call) => call.path)).toEqual(Array.from({ length: 13 }, () => UPDATE));
  });

  it("cost at most 10.5 calls per 1,000 rows with 5% of 429s", async () => {
    const { server, one } = await open((call, nth) =>
      nth % 20 === 0 ? { status: 429, body: { policyName: "SECONDLY" } } : accept(call),
    );
    const outcomes = await one.writeAccounts(rowsTo(10_000));
    expect(outcomes.every(({ kind }) => kind === "confirmed")).toBe(true);
    expect(server.calls.length).toBeLessThanOrEqual(105);
  });

  it("of 60 s with Retry-After 1–30 get one probe each, then everything is delivered", async () => {
    const refused: number[] = [];
    const { server, one, time } = await open((call, nth, nowMs) => {
      if (nowMs >= 60_000) return accept(call);
      refused.push(nowMs);
      return { status: 429, headers: { "retry-after": String(((nth * 7) % 30) + 1) }, body: {} };
    });
    expect(await deliver(one, time, rowsTo(1_000))).toMatchObject({ confirmed: 1_000 });
    expect(server.calls.length - refused.length).toBe(10);
    for (const [n, at] of refused.entries()) {
      const next = refused[n + 1] ?? Number.POSITIVE_INFINITY;
      expect(next - at).toBeGreaterThanOrEqual((((n + 1) * 7) % 30) * 1_000 + 1_000);
    }
  });

  it("mixed with 20% of 5xx and lost answers cost no call but those that failed", async () => {
    const replies: Reply[] = [
      { status: 429 },
      { status: 500 },
      { status: 502 },
      { status: 504 },
      { isBroken: true },
    ];
    let failed = 0;
    const { server, one, time } = await open((call, nth) => {
      const reply = nth % 5 === 3 ? replies[(nth * 3) % replies.length] : undefined;
      if (reply) failed += 1;
      return reply ?? accept(call);
    });
    expect(await deliver(one, time, rowsTo(4_000))).toMatchObject({ confirmed: 4_000 });
    expect(server.calls.length - failed).toBe(40);
    expect(server.calls.length).toBeLessThanOrEqual(1.2 * 40 + 10);
  });

  it.each<[string, Reply]>([
    ["429s", { status: 429, headers: { "retry-after": "30" } }],
    ["the daily limit", { status: 429, body: { policyName: "DAILY" } }],
    ["a move to another data centre", { status: 477, headers: { "retry-after": "86400" } }],
    ["an outage", { status: 503 }],
  ])("of one portal — %s — do not touch another portal", async (_what, reply) => {
    let isStorm = true;
    const { one, two, time, server } = await open((call) =>
      isStorm && inputsOf(call).some(({ id }) => id === "1") ? reply : accept(call),
    );
    await expect(one.writeAccounts(rowsTo(1))).rejects.toBeInstanceOf(PlatformError);
    const slept = time.slept.length;
    const others = rowsTo(300).slice(1);
    expect((await two.writeAccounts(others)).every(({ kind }) => kind === "confirmed")).toBe(true);
    expect(time.slept).toHaveLength(slept);
    isStorm = false;
    const calls = server.calls.length;
    expect(await deliver(one, time, rowsTo(1))).toMatchObject({ confirmed: 1 });
    expect(server.calls.length - calls).toBeLessThanOrEqual(2);
  });

  it("of a platform that is down are no storm of ours: the breaker leaves it alone and one call probes", async () => {
    let isDown = true;
    const { server, one, time } = await open((call) => (isDown ? { status: 503 } : accept(call)));
    const failure = async () => one.writeAccounts(rowsTo(1)).catch((error: unknown) => error);
    for (let n = 0; n < 2; n += 1) await failure();
    const calls = server.calls.length;
    expect(calls).toBe(8);
    for (let n = 0; n < 50; n += 1)
      expect(await failure()).toMatchObject({ kind: "unavailable", retryAfterMs: expect.any(Number) });
    expect(server.calls).toHaveLength(calls);
    await time.sleep(10_000);
    await failure();
    expect(server.calls.length).toBeLessThanOrEqual(calls + 1);
    isDown = false;
    await time.sleep(20_000);
    expect(await one.writeAccounts(rowsTo(1))).toEqual([{ kind: "confirmed" }]);
  });

  it("of a locked record are waited out for two seconds at least", async () => {
    const { one, time } = await open((call, nth) => (nth === 1 ? { status: 423 } : accept(call)));
    expect(await one.writeAccounts(rowsTo(1))).toEqual([{ kind: "confirmed" }]);
    expect(Math.max(...time.slept)).toBeGreaterThanOrEqual(2_000);
  });

  it("take half an answer for none: what is not confirmed is sent again with the same values", async () => {
    const { server, one, time } = await open((call, nth) => {
      if (nth > 1) return accept(call);
      return { text: '{"status":"COMPLETE","results":[{"id":"1"', headers: { "x-cut": "yes" } };
    });
    expect(await deliver(one, time, rowsTo(3))).toMatchObject({ confirmed: 3 });
    expect(server.calls.map((call) => call.body)).toEqual([server.calls[0]?.body, server.calls[0]?.body]);
  });
});

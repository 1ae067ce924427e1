import { randomInt, randomUUID } from "node:crypto";
import { accountId, MINUTE_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHubspotGateway } from "../../server/src/adapters/hubspot/gateway.ts";
import { writeBack } from "../../server/src/services/write-back.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import {
  httpDeps,
  type ReceivedCall,
  type Reply,
  scriptedHubspot,
  silentLog,
  silentMeter,
} from "../support/scripted-hubspot.ts";
import { newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";
import { say } from "./support/plan.ts";

const UPDATE = "/crm/objects/2026-03/companies/batch/update";
const SCORE = "bellwether_health_score";

interface Row {
  id: string;
  properties: Record<string, string>;
}
const rowsOf = (call: ReceivedCall): Row[] => (call.body as { inputs: Row[] }).inputs;
/** What a platform does with rows that it takes, and what it says. */
type Platform = (rows: readonly Row[], nth: number, take: (rows: readonly Row[]) => Reply) => Reply;

/**
 * A portal that keeps what it was told. Everything that the product believes to be delivered must be there in the end,
 * whatever was answered: each row's last value, no row further than its newest value, no row told more than once but
 * for those that nobody confirmed.
 */
forEachDatabase("F6 answers that are lost, half or wrong", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  async function portal(count: number, behave: Platform) {
    let now = Date.parse("2026-11-21T10:00:00Z");
    const told: Row[] = [];
    const calls: Row[][] = [];
    const take = (rows: readonly Row[]): Reply => {
      told.push(...rows);
      return {
        body: { status: "COMPLETE", results: rows.map(({ id, properties }) => ({ id, properties })) },
      };
    };
    const server = await scriptedHubspot((call) => {
      if (call.path !== UPDATE) return null;
      const rows = rowsOf(call);
      // as the platform: one id twice refuses the call
      if (new Set(rows.map(({ id }) => id)).size < rows.length)
        return { status: 400, body: { category: "VALIDATION_ERROR", message: "Duplicate IDs found" } };
      calls.push(rows);
      return behave(rows, calls.length, take);
    });
    const { tenantId } = await newWorld(stores);
    const secrets = { refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null };
    const { id } = await stores.connections.connect(
      { tenantId, platform: "hubspot", externalId: String(randomInt(1e12)), mode: "token", scopes: [] },
      { accessToken: "token-1", ...secrets },
      new Date(now),
    );
    await stores.connections.update(id, { provisionedAt: new Date(now) });
    const { outbox, connections } = stores;
    const clock = { now: () => new Date(now) };
    const pause = async (): Promise<void> => undefined;
    const deps = { outbox, connections, clock, pause, log: silentLog, meter: silentMeter };
    const gatewayFor = createHubspotGateway({ ...deps, ...httpDeps(server.apiUrl), refresh: null });
    const desired = Array.from({ length: count }, (_, n) => ({
      connectionId: id,
      ref: ref("company", String(n + 1)),
      values: { [SCORE]: String(n / 10), bellwether_scored_at: clock.now().toISOString() },
    }));
    const account = scoredAccount(
      accountId.parse(randomUUID()),
      healthResult({ scoredAt: clock.now().toISOString() }),
      { desired },
    );
    await stores.scores.save(tenantId, [account], []);
    return {
      told,
      calls,
      parked: () => stores.deadLetters.list(tenantId, 10),
      /** As the queue would, until nothing is due any more. */
      drain: async () => {
        for (let round = 0; round < 8; round++) {
          await writeBack({ ...deps, gatewayFor }, id);
          now += 15 * MINUTE_MS;
        }
        await server.close();
      },
      expectDelivered: (but: readonly string[] = []) => {
        const last = new Map(told.map(({ id: row, properties }) => [row, properties[SCORE]]));
        for (let n = 0; n < count; n++) {
          const row = String(n + 1);
          expect([row, last.get(row)]).toEqual([row, but.includes(row) ? undefined : String(n / 10)]);
        }
      },
      /** How often each row was told, where it was more than once. */
      repeated: () =>
        [...Map.groupBy(told, ({ id: row }) => row)].filter(([, own]) => own.length > 1).map(([row]) => row),
    };
  }

  it("F6 taken in and then cut off: only the rows of that call are told again, with the same values", async () => {
    const world = await portal(250, (rows, nth, take) => {
      const answer = take(rows);
      return nth === 2 ? { isBroken: true } : answer;
    });
    await world.drain();
    world.expectDelivered();
    const cut = world.calls[1]?.map(({ id }) => id) ?? [];
    expect(world.repeated().toSorted()).toEqual(cut.toSorted());
    expect(world.calls).toHaveLength(4);
  });

  it("F6 207: only the rows that were refused are told again", async () => {
    const refused = ["7", "70", "99"];
    const world = await portal(100, (rows, nth, take) => {
      const bad = nth === 1 ? rows.filter(({ id }) => refused.includes(id)) : [];
      const { body } = take(rows.filter((row) => !bad.includes(row)));
      const errors = bad.map(({ id }) => ({
        status: "error",
        category: "RATE_LIMITS",
        message: "later",
        context: { ids: [id] },
      }));
      return bad.length === 0
        ? { body }
        : { status: 207, body: { ...(body as object), errors, numErrors: 3 } };
    });
    await world.drain();
    world.expectDelivered();
    expect(world.repeated()).toEqual([]);
    expect(world.calls.map((rows) => rows.length)).toEqual([100, 3]);
  });

  it("F6 COMPLETE with fewer results than rows: those that are not named are told again", async () => {
    const world = await portal(100, (rows, nth, take) => {
      const { body } = take(rows);
      const { results } = body as { results: Row[] };
      return { body: { status: "COMPLETE", results: nth === 1 ? results.slice(0, 60) : results } };
    });
    await world.drain();
    world.expectDelivered();
    expect(world.calls.map((rows) => rows.length)).toEqual([100, 40]);
    const confirmed = new Set(world.calls[0]?.slice(0, 60).map(({ id }) => id));
    expect(world.repeated().filter((id) => confirmed.has(id))).toEqual([]);
  });

  it.each([1, 37, 64, 100])(
    "F6 a poisoned row (%i of 100) is found in at most 8 calls and parked with the reason; 99 are delivered",
    async (place) => {
      let poisoned = "";
      const world = await portal(100, (rows, nth, take) => {
        if (nth === 1) poisoned = rows[place - 1]?.id ?? "";
        return rows.some(({ id }) => id === poisoned)
          ? { status: 400, body: { category: "VALIDATION_ERROR", message: "Property values were not valid" } }
          : take(rows);
      });
      await world.drain();
      const withPoison = world.calls.filter((rows) => rows.some(({ id }) => id === poisoned));
      say(`F6 row ${place} of 100: ${withPoison.length} calls with it, ${world.calls.length} in all`);
      expect(withPoison.length).toBeLessThanOrEqual(8);
      world.expectDelivered([poisoned]);
      expect(world.repeated()).toEqual([]);
      expect(await world.parked()).toMatchObject([
        { kind: "write", ref: { id: poisoned }, reason: expect.stringContaining("not valid") },
      ]);
    },
  );

  it("F6 results that name one row twice and another not at all confirm no more than they name", async () => {
    const world = await portal(100, (rows, nth, take) => {
      const { body } = take(rows);
      const { results } = body as { results: Row[] };
      const [first] = results;
      return nth === 1 && first
        ? { body: { status: "COMPLETE", results: [...results.slice(0, 99), first] } }
        : { body };
    });
    await world.drain();
    world.expectDelivered();
    expect(world.calls.map((rows) => rows.length)).toEqual([100, 1]);
  });
});

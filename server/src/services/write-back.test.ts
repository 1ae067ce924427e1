import type { ConnectionId } from "@bellwether/shared";
import { expect, it } from "vitest";
import type { Connection, OutboxRow, PlatformGateway } from "./ports.ts";
import { type WriteBackDeps, writeBack } from "./write-back.ts";

const CONNECTION = {
  id: "c" as ConnectionId,
  platform: "hubspot",
  status: "active",
  provisionedAt: new Date(0),
};
const rowOf = (id: number): OutboxRow => ({
  ref: { platform: "hubspot", objectType: "company", id: String(id) },
  values: { bellwether_health_score: "80" },
  version: 1,
  attempts: 0,
});
const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Rounds of scoring that end one by one while the write-back waits, and how large its calls are. */
function rounds(sizes: readonly number[], mayGoOn?: () => boolean) {
  const coming = [...sizes];
  const state = {
    pending: coming.shift() ?? 0,
    calls: [] as number[],
    settled: 0,
    underWay: 0,
    most: 0,
    pauses: 0,
  };
  let id = 0;
  const gateway: Pick<PlatformGateway, "writeAccounts"> = {
    writeAccounts: async (rows) => {
      state.calls.push(rows.length);
      state.most = Math.max(state.most, ++state.underWay);
      for (let tick = 0; tick < 20; tick++) await Promise.resolve(); // an answer takes a while
      state.underWay--;
      return rows.map(() => ({ kind: "confirmed" }));
    },
  };
  const deps = {
    outbox: {
      isMoreComing: async () => coming.length > 0,
      claim: async (_: ConnectionId, __: string, limit: number, ___: Date, least = 1) => {
        const rows = Math.min(limit, state.pending);
        if (rows < least) return [];
        state.pending -= rows;
        return Array.from({ length: rows }, () => rowOf(id++));
      },
      settle: async (_: ConnectionId, rows: readonly unknown[]) => {
        state.settled += rows.length;
      },
    } as Partial<WriteBackDeps["outbox"]> as WriteBackDeps["outbox"],
    connections: { find: async () => CONNECTION as Connection } as Partial<
      WriteBackDeps["connections"]
    > as WriteBackDeps["connections"],
    gatewayFor: () => gateway as PlatformGateway,
    clock: { now: () => new Date(0) },
    log: quiet,
    meter: { count: () => undefined, observe: () => undefined, gauge: () => undefined },
    pause: async () => {
      state.pauses += 1;
      state.pending += coming.shift() ?? 0;
    },
  };
  return { state, run: () => writeBack({ ...deps, ...(mayGoOn && { mayGoOn }) }, CONNECTION.id) };
}

it("fills its calls while more is being calculated: N rows are N ÷ 100 calls, rounded up", async () => {
  const { state, run } = rounds([87, 100, 13, 55, 99, 100, 46]);
  await run();
  expect(state.calls).toEqual([100, 100, 100, 100, 100]);
  expect(state.settled).toBe(500);
});

it("sends what there is at once where nothing more is coming", async () => {
  const { state, run } = rounds([7]);
  await run();
  expect(state).toMatchObject({ calls: [7], pauses: 0 });
});

it("waits a second at most for a call to fill", async () => {
  const { state, run } = rounds([5, ...Array.from({ length: 1_000 }, () => 0)]);
  await run();
  expect(state.calls).toEqual([5]);
  expect(state.pauses).toBeLessThanOrEqual(2 * 40); // for the rows, and once more for none
});

it("has several calls under way, and never more than four", async () => {
  const { state, run } = rounds([1_000]);
  await run();
  expect(state).toMatchObject({ calls: Array.from({ length: 10 }, () => 100), most: 4, settled: 1_000 });
});

it("hears the calls under way out when the process is ending, and begins no others", async () => {
  let asked = 0;
  const { state, run } = rounds([1_000], () => ++asked <= 3);
  await run();
  expect(state).toMatchObject({ calls: [100, 100, 100], settled: 300, pending: 700 });
});

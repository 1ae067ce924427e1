import type { ConnectionId } from "@bellwether/shared";
import fc from "fast-check";
import { expect, it } from "vitest";
import { gatherRecords } from "./gather-records.ts";
import type { ClaimedRecord } from "./ports.ts";

const CONNECTION = "c" as ConnectionId;
const WINDOW_MS = 250;
const claimOf = (id: number): ClaimedRecord => ({
  ref: { platform: "hubspot", objectType: "company", id: String(id) },
  version: 1,
});

/** Marks that are set at these times, and a clock that only pauses move. */
function marksAt(times: readonly number[]) {
  let now = 0;
  let claimed = 0;
  let looks = 0;
  const due = () => times.filter((at, i) => i >= claimed && at <= now);
  return {
    now: () => now,
    looks: () => looks,
    deps: {
      coalescingWindowMs: WINDOW_MS,
      pause: async (ms: number) => {
        now += ms;
      },
      ledger: {
        waitingRecords: async (_: ConnectionId, limit: number) => {
          looks += 1;
          return { records: Math.min(limit, due().length), oldestMs: now - (due()[0] ?? now) };
        },
        claimRecords: async (_: ConnectionId, limit: number, least = 1) => {
          const found = due().slice(0, limit);
          if (found.length < least) return [];
          claimed += found.length;
          return found.map((_, i) => claimOf(i));
        },
      },
    },
  };
}

it("ends where nothing waits", async () => {
  const { deps } = marksAt([]);
  expect(await gatherRecords(deps, CONNECTION)).toEqual([]);
});

it("lets a full call go at once, and takes whole calls of a backlog", async () => {
  const { deps, now } = marksAt(Array.from({ length: 450 }, () => 0));
  expect(await gatherRecords(deps, CONNECTION)).toHaveLength(300);
  expect(now()).toBe(0);
  expect(await gatherRecords(deps, CONNECTION)).toHaveLength(150);
});

it("lets few wait for others until the window of the oldest is over", async () => {
  const { deps, now, looks } = marksAt([0, 40, 90, 249, 300]);
  expect(await gatherRecords(deps, CONNECTION)).toHaveLength(4);
  expect(now()).toBe(WINDOW_MS);
  expect(looks()).toBeLessThan(20);
});

it("never lets one wait longer than the window, whatever the pace, and claims no full call late", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 5_000 }), { minLength: 1, maxLength: 600 }), async (unsorted) => {
      const times = unsorted.toSorted((a, b) => a - b);
      const first = times[0] ?? 0;
      const { deps, now } = marksAt(times.map((at) => at - first));
      const claims = await gatherRecords(deps, CONNECTION);
      expect(now()).toBeLessThan(WINDOW_MS + 1); // sums of fractions
      expect(claims.length).toBeGreaterThan(0);
      if (now() < WINDOW_MS) expect(claims.length).toBeGreaterThanOrEqual(100);
    }),
  );
});

import type { ConnectionId, TenantId } from "@bellwether/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeTime } from "../../../../tests/support/fake-time.ts";
import { LimiterRegistry } from "./limiter-registry.ts";
import { memoryBudgets } from "./memory-budgets.ts";
import { grantLifeMs, takeFromWindow } from "./shared-window.ts";

const SCOPE = { tenantId: "t" as TenantId, id: "c" as ConnectionId };
const SETTINGS = {
  reservoir: 100,
  mostReservoir: 250,
  intervalMs: 10_000,
  maxConcurrent: 6,
  maxPauseMs: 15_000,
};

/** A platform that counts calls in a rolling window when they arrive, as HubSpot does. */
function platform(time: { nowMs(): number }, max: number) {
  let taken: number[] = [];
  let refused = 0;
  let accepted = 0;
  return {
    call: () => {
      taken = taken.filter((at) => at > time.nowMs() - SETTINGS.intervalMs);
      if (taken.length >= max) {
        refused += 1;
        return { max, remaining: 0 };
      }
      taken.push(time.nowMs());
      accepted += 1;
      return { max, remaining: max - taken.length };
    },
    counts: () => ({ accepted, refused }),
  };
}

describe("a limit that processes share", () => {
  it.each([
    [100, [50, 90]],
    [100, [15, 400]],
    [190, [40, 55, 70]],
  ])("of %i is used to 95%% and never overrun, whatever the latencies", async (max, latencies) => {
    const time = fakeTime();
    const hubspot = platform(time, max);
    const budgets = memoryBudgets(time);
    const windows = 6;
    let isOver = false;
    const runs = latencies.flatMap((latency) => {
      const registry = new LimiterRegistry(time, { budgets, hasOthers: true, onTrouble: () => undefined });
      const limiter = registry.limiterFor("calls", SETTINGS, SCOPE);
      return Array.from({ length: 12 }, async () => {
        while (!isOver)
          await limiter.run(async () => {
            limiter.learn(hubspot.call());
            await time.sleep(latency);
          });
      });
    });
    await time.runUntil(windows * SETTINGS.intervalMs - 1);
    isOver = true;
    const { accepted, refused } = hubspot.counts();
    await time.runUntil(windows * SETTINGS.intervalMs * 2);
    await Promise.all(runs);
    expect(refused).toBe(0);
    const [fastest] = [latencies.reduce((sum, ms) => sum + (6 * 1000) / ms, 0)];
    const possible = Math.min(max * windows, (fastest * windows * SETTINGS.intervalMs) / 1000);
    expect(accepted / possible).toBeGreaterThanOrEqual(0.95);
  });

  it("never grants more than the limit in any stretch of an interval, whoever asks and whenever", () => {
    const asks = fc.array(
      fc.record({ afterMs: fc.integer({ min: 0, max: 3_000 }), wanted: fc.integer({ min: 1, max: 50 }) }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(asks, (list) => {
        let state: unknown = null;
        let now = 0;
        const granted: { at: number; calls: number }[] = [];
        for (const { afterMs, wanted } of list) {
          now += afterMs;
          const taken = takeFromWindow(state, now, wanted, SETTINGS, null);
          state = taken.state;
          if (taken.answer.granted > 0) granted.push({ at: now, calls: taken.answer.granted });
          else expect(taken.answer.waitMs).toBeGreaterThan(0);
        }
        // the earliest that a later grant starts against the latest that an earlier one may
        for (const { at } of granted) {
          const from = at - SETTINGS.intervalMs - grantLifeMs(SETTINGS);
          const inWindow = granted.filter((each) => each.at > from && each.at <= at);
          expect(inWindow.reduce((sum, each) => sum + each.calls, 0)).toBeLessThanOrEqual(SETTINGS.reservoir);
        }
      }),
    );
  });

  it("leaves room for what other integrations draw from the same pool", () => {
    const first = takeFromWindow(null, 0, 1, SETTINGS, { max: 100, remaining: 20 });
    expect(first.answer.granted).toBe(1);
    let state: unknown = first.state;
    let granted = 1;
    for (let n = 0; n < 10; n += 1) {
      const next = takeFromWindow(state, 1, 10, SETTINGS, null);
      state = next.state;
      granted += next.answer.granted;
    }
    expect(granted).toBe(20);
  });

  it("is stopped for all processes by a pause that one of them was asked for", async () => {
    const time = fakeTime();
    const budgets = memoryBudgets(time);
    const limiters = [1, 2].map(() =>
      new LimiterRegistry(time, { budgets, hasOthers: true, onTrouble: () => undefined }).limiterFor(
        "calls",
        SETTINGS,
        SCOPE,
      ),
    );
    limiters[0]?.pause(3_000);
    const starts: number[] = [];
    const run = limiters[1]?.run(async () => void starts.push(time.nowMs()));
    await time.runUntil(4_000);
    await run;
    expect(starts).toEqual([3_000]);
  });

  it("refuses those who wait when the database that keeps it is away", async () => {
    const broken = new Error("database away");
    const budgets = { ...memoryBudgets({ nowMs: () => 0 }), change: () => Promise.reject(broken) };
    const registry = new LimiterRegistry(fakeTime(), {
      budgets,
      hasOthers: true,
      onTrouble: () => undefined,
    });
    await expect(registry.limiterFor("calls", SETTINGS, SCOPE).run(async () => 1)).rejects.toBe(broken);
  });
});

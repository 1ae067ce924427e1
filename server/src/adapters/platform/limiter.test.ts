import { describe, expect, it } from "vitest";
import { fakeTime } from "../../../../tests/support/fake-time.ts";
import { Limiter } from "./limiter.ts";
import { LimiterRegistry } from "./limiter-registry.ts";

const SETTINGS = { reservoir: 10, intervalMs: 1000, maxConcurrent: 5, maxPauseMs: 5000 };
const startMany = (limiter: Limiter, count: number, task: () => Promise<void>) =>
  Array.from({ length: count }, () => limiter.run(task));

describe("the limiter of a connection", () => {
  it("starts no more than the reservoir in any rolling interval", async () => {
    const time = fakeTime();
    const limiter = new Limiter(SETTINGS, time);
    const starts: number[] = [];
    const runs = startMany(limiter, 35, async () => void starts.push(time.nowMs()));
    await time.runUntil(10_000);
    await Promise.all(runs);
    for (const start of starts) {
      expect(starts.filter((at) => at > start - 1000 && at <= start).length).toBeLessThanOrEqual(10);
    }
    expect(Math.max(...starts)).toBe(3000);
  });

  it("keeps calls in flight under the cap and starts them in order", async () => {
    const time = fakeTime();
    const limiter = new Limiter({ ...SETTINGS, reservoir: 100 }, time);
    let running = 0;
    let peak = 0;
    const order: number[] = [];
    const runs = Array.from({ length: 20 }, (_, n) =>
      limiter.run(async () => {
        order.push(n);
        running += 1;
        peak = Math.max(peak, running);
        await time.sleep(50);
        running -= 1;
      }),
    );
    await time.runUntil(1000);
    await Promise.all(runs);
    expect(peak).toBe(5);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("frees its slot when a task fails", async () => {
    const limiter = new Limiter({ ...SETTINGS, maxConcurrent: 1 }, fakeTime());
    await expect(limiter.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await expect(limiter.run(async () => "next")).resolves.toBe("next");
  });

  it("counts the calls of others that the platform reports", async () => {
    const time = fakeTime();
    const limiter = new Limiter(SETTINGS, time);
    limiter.learn({ max: 10, remaining: 2 });
    const starts: number[] = [];
    const runs = startMany(limiter, 4, async () => void starts.push(time.nowMs()));
    await time.runUntil(2000);
    await Promise.all(runs);
    expect(starts).toEqual([0, 0, 1000, 1000]);
  });

  it("stays under a lower limit than assumed, and never rises over its own", async () => {
    const time = fakeTime();
    const limiter = new Limiter(SETTINGS, time);
    limiter.learn({ max: 3, remaining: null });
    const starts: number[] = [];
    const runs = startMany(limiter, 4, async () => void starts.push(time.nowMs()));
    await time.runUntil(3000);
    await Promise.all(runs);
    expect(starts).toEqual([0, 0, 1000, 1000]);
  });

  it("sends one probe after a pause, and the rest when it came back", async () => {
    const time = fakeTime();
    const limiter = new Limiter(SETTINGS, time);
    limiter.pause(2000);
    const starts: number[] = [];
    const runs = startMany(limiter, 4, async () => {
      starts.push(time.nowMs());
      await time.sleep(100);
    });
    await time.runUntil(3000);
    await Promise.all(runs);
    expect(starts).toEqual([2000, 2100, 2100, 2100]);
  });

  it("refuses waiting and new calls when the pause is a long one", async () => {
    const time = fakeTime();
    const limiter = new Limiter({ ...SETTINGS, reservoir: 1 }, time);
    await limiter.run(async () => undefined);
    const waiting = limiter.run(async () => undefined);
    limiter.pause(60_000);
    await expect(waiting).rejects.toMatchObject({ kind: "rate_limited", retryAfterMs: 60_000 });
    await expect(limiter.run(async () => undefined)).rejects.toMatchObject({ kind: "rate_limited" });
    await time.runUntil(60_001);
    await expect(limiter.run(async () => "again")).resolves.toBe("again");
  });

  it("is one and the same for two gateways of a connection, and another for another connection", () => {
    const registry = new LimiterRegistry(fakeTime());
    expect(registry.limiterFor("hubspot:1", SETTINGS)).toBe(registry.limiterFor("hubspot:1", SETTINGS));
    expect(registry.limiterFor("hubspot:1", SETTINGS)).not.toBe(registry.limiterFor("hubspot:2", SETTINGS));
  });
});

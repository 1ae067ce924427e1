import { describe, expect, it } from "vitest";
import { SenderLoad } from "./sender-limits.ts";

/** A load whose clock stands until it is moved. */
function loadOf(requestsPerSecond: number, eventsWaiting: number) {
  let ms = 1_000_000;
  const load = new SenderLoad({ requestsPerSecond, eventsWaiting }, { now: () => new Date(ms) });
  const pass = (more: number): void => {
    ms += more;
  };
  return { load, pass };
}
/** Work that goes on until it is told to end. */
function longWork() {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  return { run: () => promise, end: resolve, fail: reject };
}

describe("how much a sender may ask", () => {
  it("is so many requests in a second, each sender for itself", () => {
    const { load, pass } = loadOf(2, 10);
    expect([load.mayAsk("a"), load.mayAsk("a"), load.mayAsk("a"), load.mayAsk("b")]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    pass(1_000);
    expect(load.mayAsk("a")).toBe(true);
  });

  it("is so many events that wait, each sender for itself, until they are stored", async () => {
    const { load } = loadOf(100, 10);
    const work = longWork();
    const first = load.carry("a", 8, work.run);
    expect(await load.carry("a", 3, async () => undefined)).toBe(false);
    expect(await load.carry("a", 2, async () => undefined)).toBe(true);
    expect(await load.carry("b", 8, async () => undefined)).toBe(true);
    work.end();
    expect(await first).toBe(true);
    expect(await load.carry("a", 3, async () => undefined)).toBe(true);
  });

  it("is at least one request, however large, and is free again after a failure", async () => {
    const { load } = loadOf(100, 10);
    const work = longWork();
    const first = load.carry("a", 500, work.run);
    expect(await load.carry("a", 1, async () => undefined)).toBe(false);
    work.fail(new Error("no database"));
    await expect(first).rejects.toThrow("no database");
    expect(await load.carry("a", 500, async () => undefined)).toBe(true);
  });
});

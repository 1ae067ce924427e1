import type { ConnectionId, TenantId } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { memoryBudgets } from "../platform/memory-budgets.ts";
import { jobSlots, MAX_OPEN_JOBS } from "./job-slots.ts";

const SCOPE = { tenantId: "t" as TenantId, id: "c" as ConnectionId };

/** Two processes; time passes only by sleeping. */
function processes() {
  let now = 0;
  const time = {
    nowMs: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const budgets = memoryBudgets(time);
  return [1, 2].map(() => jobSlots({ budgets, scope: SCOPE, time }));
}

describe("open jobs of a Zendesk account", () => {
  it(`are never more than ${MAX_OPEN_JOBS} over all processes; who waits too long comes back later`, async () => {
    const [one, two] = processes();
    const taken = await Promise.all(
      Array.from({ length: MAX_OPEN_JOBS }, (_, n) => (n % 2 ? one : two)?.take()),
    );
    expect(new Set(taken).size).toBe(MAX_OPEN_JOBS);
    await expect(one?.take()).rejects.toMatchObject({ kind: "rate_limited", retryAfterMs: 60_000 });
    await two?.free(taken[0] ?? "");
    await expect(one?.take()).resolves.toEqual(expect.any(String));
  });

  it("of which nothing is known any more count for a quarter of an hour", async () => {
    const [one] = processes();
    for (let n = 0; n < MAX_OPEN_JOBS; n += 1) await one?.take();
    for (let minute = 1; minute < 15; minute += 1)
      await expect(one?.take()).rejects.toMatchObject({ kind: "rate_limited" });
    await expect(one?.take()).resolves.toEqual(expect.any(String));
  });
});

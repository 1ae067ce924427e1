import type { ConnectionId, TenantId } from "@bellwether/shared";
import { describe, expect, it } from "vitest";
import { BREAKER, viewOfBreaker } from "../../services/breaker-state.ts";
import { Breaker, type BreakerGauge } from "./breaker.ts";
import { memoryBudgets } from "./memory-budgets.ts";

const TENANT = "t" as TenantId;
const SCOPE = { tenantId: TENANT, id: "c" as ConnectionId };

/** Two processes that share what they know of the connections. */
function processes() {
  let now = 0;
  const time = { nowMs: () => now };
  const budgets = memoryBudgets(time);
  const changes: BreakerGauge[] = [];
  const make = (scope = SCOPE) =>
    new Breaker({
      budgets,
      scope,
      time,
      platformName: "HubSpot",
      onChange: (state) => void changes.push(state),
    });
  return {
    one: make(),
    two: make(),
    make,
    changes,
    pass: (ms: number) => {
      now += ms;
    },
    state: async () => {
      const { nowMs, states } = await budgets.states(BREAKER, SCOPE);
      return viewOfBreaker(states.get(SCOPE.id) ?? null, nowMs);
    },
  };
}
const fail = async (breaker: Breaker, times: number) => {
  for (let n = 0; n < times; n += 1) await breaker.report("HubSpot answered 503");
};

describe("the circuit breaker of a connection", () => {
  it("stays closed as long as something gets through between the failures", async () => {
    const { one, state } = processes();
    for (let n = 0; n < 10; n += 1) {
      await fail(one, 7);
      await one.report(null);
    }
    await expect(one.admit()).resolves.toBeUndefined();
    expect(await state()).toEqual({ state: "closed", retryInMs: null, reason: null });
  });

  it("opens after eight failures in a row, in all processes, and says until when and why", async () => {
    const { one, two, pass, state, changes } = processes();
    await fail(one, 8);
    await expect(one.admit()).rejects.toMatchObject({ kind: "unavailable", retryAfterMs: 10_000 });
    await expect(two.admit()).rejects.toMatchObject({ kind: "unavailable", retryAfterMs: 10_000 });
    pass(4_000);
    expect(await state()).toEqual({ state: "open", retryInMs: 6_000, reason: "HubSpot answered 503" });
    expect(changes).toEqual([2]);
  });

  it("lets one probe through over all processes, and closes for all when it succeeds", async () => {
    const { one, two, pass, state, changes } = processes();
    await fail(one, 8);
    await expect(two.admit()).rejects.toThrow();
    pass(10_000);
    expect((await state()).state).toBe("half_open");
    await two.admit();
    await expect(one.admit()).rejects.toMatchObject({ kind: "unavailable" });
    await expect(two.admit()).rejects.toMatchObject({ kind: "unavailable" });
    await two.report(null);
    await two.admit();
    pass(60_001);
    await one.admit();
    expect((await state()).state).toBe("closed");
    expect(changes).toEqual([2, 1, 0]);
  });

  it("doubles the wait with every probe that fails, up to a minute, and starts anew after a success", async () => {
    const { one, pass, state } = processes();
    await fail(one, 8);
    const waits: (number | null)[] = [];
    for (let n = 0; n < 7; n += 1) {
      const { retryInMs } = await state();
      waits.push(retryInMs);
      pass(retryInMs ?? 0);
      await one.admit();
      await fail(one, 1);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000, 60_000]);
    pass(60_000);
    await one.admit();
    await one.report(null);
    await fail(one, 8);
    expect((await state()).retryInMs).toBe(10_000);
  });

  it("gives the probe to another process when the first one was lost with it", async () => {
    const { one, two, pass } = processes();
    await fail(one, 8);
    pass(10_000);
    await one.admit(); // and is never heard of again
    await expect(two.admit()).rejects.toThrow();
    pass(60_000);
    await expect(two.admit()).resolves.toBeUndefined();
  });

  it("does not concern another connection", async () => {
    const { one, make } = processes();
    await fail(one, 8);
    await expect(make({ tenantId: TENANT, id: "d" as ConnectionId }).admit()).resolves.toBeUndefined();
  });
});

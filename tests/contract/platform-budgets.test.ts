import { beforeAll, expect, it } from "vitest";
import { createPlatformBudgets } from "../../server/src/adapters/db/platform-budgets.ts";
import { takeFromWindow } from "../../server/src/adapters/platform/shared-window.ts";
import type { PlatformBudgets } from "../../server/src/services/ports.ts";
import { forEachDatabase, newConnectionId, newTenant } from "../support/database.ts";

const SETTINGS = { reservoir: 100, intervalMs: 600_000, maxConcurrent: 6, maxPauseMs: 15_000 };
const newScope = () => ({ tenantId: newTenant(), id: newConnectionId() });

forEachDatabase("PlatformBudgets", (under) => {
  let budgets: PlatformBudgets;
  beforeAll(() => {
    budgets = createPlatformBudgets(under.database);
  });
  const count = (scope: ReturnType<typeof newScope>) =>
    budgets.change(scope, "calls", (state, now) => ({
      state: { n: Number((state as { n: number } | null)?.n ?? 0) + 1 },
      answer: { before: state, now },
    }));

  it("keeps a state per connection and name, and says the time", async () => {
    const [scope, other] = [newScope(), newScope()];
    const first = await count(scope);
    const second = await count(scope);
    expect([first.before, second.before]).toEqual([null, { n: 1 }]);
    expect(second.now).toBeGreaterThanOrEqual(first.now);
    expect((await budgets.states("calls", scope)).states).toEqual(new Map([[scope.id, { n: 2 }]]));
    expect((await budgets.states("calls", other)).states.size).toBe(0);
    expect((await budgets.states("jobs", scope)).states.size).toBe(0);
    expect((await budgets.states("calls")).states.get(scope.id)).toEqual({ n: 2 });
    // a connection's id with another tenant's name finds nothing
    expect((await budgets.states("calls", { ...scope, tenantId: other.tenantId })).states.size).toBe(0);
  });

  it("lets one caller at a time change it, so that none of many blocks is granted twice", async () => {
    const scope = newScope();
    const take = () =>
      budgets.change(scope, "calls", (state, now) => takeFromWindow(state, now, 7, SETTINGS, null));
    const taken = await Promise.all(Array.from({ length: 24 }, take));
    expect(taken.reduce((sum, { granted }) => sum + granted, 0)).toBe(SETTINGS.reservoir);
  });

  it("keeps what was there when a change fails", async () => {
    const scope = newScope();
    await count(scope);
    const failing = budgets.change(scope, "calls", () => {
      throw new Error("broken");
    });
    await expect(failing).rejects.toThrow("broken");
    expect((await budgets.states("calls", scope)).states.get(scope.id)).toEqual({ n: 1 });
  });
});

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ShadowScore } from "../../server/src/services/ports.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";
import { type Stores, storesOfProcess } from "../support/stores.ts";

const score = (accountId: string, at: string, change: Partial<ShadowScore> = {}): ShadowScore => ({
  accountId,
  version: "acme-1",
  at: new Date(at),
  healthScore: 61.5,
  band: "yellow",
  isAtRisk: false,
  memory: { version: "acme-1", caps: [] },
  ...change,
});

forEachDatabase("ShadowStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  it("keeps the day's last score, in whatever order they come, and tells the newest", async () => {
    const tenant = newTenant();
    const [a, b] = [randomUUID(), randomUUID()];
    const noScore = { healthScore: null, band: null, isAtRisk: true };
    await stores.shadows.save(tenant, [
      score(a, "2026-03-01T08:00:00Z", { healthScore: 10 }),
      score(a, "2026-03-01T20:00:00Z", { healthScore: 20 }),
      score(b, "2026-03-01T08:00:00Z"),
    ]);
    await stores.shadows.save(tenant, [score(a, "2026-03-01T12:00:00Z", { healthScore: 15 })]);
    const latest = async () => stores.shadows.latest(tenant, "acme-1", [a, b, randomUUID()]);
    expect(await latest()).toEqual(
      new Map([
        [a, score(a, "2026-03-01T20:00:00Z", { healthScore: 20 })],
        [b, score(b, "2026-03-01T08:00:00Z")],
      ]),
    );
    await stores.shadows.save(tenant, [score(a, "2026-03-02T00:00:00Z", noScore)]);
    await stores.shadows.save(tenant, [score(a, "2026-02-27T00:00:00Z", { healthScore: 1 })]);
    expect((await latest()).get(a)).toEqual(score(a, "2026-03-02T00:00:00Z", noScore));
    const rows = await under.database.query("SELECT 1 FROM shadow_score WHERE tenant_id = $1", [tenant]);
    expect(rows).toHaveLength(4);
    await stores.shadows.save(tenant, []);
  });

  it("keeps versions and tenants apart, and lists each account once in pages", async () => {
    const [tenant, other] = [newTenant(), newTenant()];
    const ids = Array.from({ length: 5 }, () => randomUUID()).sort();
    await stores.shadows.save(
      tenant,
      ids.flatMap((id) => [score(id, "2026-03-01T08:00:00Z"), score(id, "2026-03-02T08:00:00Z")]),
    );
    await stores.shadows.save(tenant, [score(randomUUID(), "2026-03-01T08:00:00Z", { version: "acme-2" })]);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await stores.shadows.list(tenant, "acme-1", { after, limit: 2 });
      if (page.length === 0) break;
      for (const each of page) expect(each.at).toEqual(new Date("2026-03-02T08:00:00Z"));
      seen.push(...page.map((each) => each.accountId));
      after = page.at(-1)?.accountId ?? null;
    }
    expect(seen).toEqual(ids);
    expect(await stores.shadows.list(other, "acme-1", { after: null, limit: 9 })).toEqual([]);
    expect(await stores.shadows.latest(other, "acme-1", ids)).toEqual(new Map());
    expect(await stores.shadows.latest(tenant, "acme-2", ids)).toEqual(new Map());
  });
});

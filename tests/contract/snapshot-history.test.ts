import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS, type HealthResult } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const START = new Date("2026-01-01T12:00:00.000Z");
const day = (days: number): Date => new Date(START.getTime() + days * DAY_MS);
const contribution = (measure: string, points: number): HealthResult["contributions"][number] => ({
  measure,
  label: measure,
  dimension: "adoption",
  state: "measured",
  points,
  maxPoints: 50,
  measureScore: points * 2,
  sentence: "",
  observedAt: null,
  evidence: [],
});

forEachDatabase("SnapshotHistory", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newAccount = async (world: World): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: START }],
      links: [{ ref: ref("company", id), accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    return id;
  };
  /** An account with these calculated scores by day; `null` = no score. */
  const past = async (
    world: World,
    points: readonly (readonly [number, number | null])[],
  ): Promise<AccountId> => {
    const account = await newAccount(world);
    const snapshots = points.map(([days, score]) => ({
      accountId: account,
      result: healthResult({
        scoredAt: day(days).toISOString(),
        calculatedScore: score,
        healthScore: score === null ? null : 1,
        contributions: [contribution("seats_used", score === null ? 0 : score / 3)],
      }),
    }));
    await stores.scores.saveReconstructed(world.tenantId, snapshots);
    return account;
  };

  it("gives the points of a period, oldest first and exact, and those of nobody else", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const account = await past(world, [
      [0, 10],
      [5, 20],
      [6, null],
      [9, 40],
    ]);
    const between = (from: number, to: number, tenant = world.tenantId) =>
      stores.snapshots.between(tenant, account, day(from), day(to));
    expect(await between(0, 9)).toEqual([
      { at: day(5).toISOString(), points: new Map([["seats_used", 20 / 3]]) },
      { at: day(6).toISOString(), points: null },
      { at: day(9).toISOString(), points: new Map([["seats_used", 40 / 3]]) },
    ]);
    expect((await between(5, 8)).map((point) => point.at)).toEqual([day(6).toISOString()]);
    expect(await between(20, 30)).toEqual([]);
    expect(await between(0, 9, other.tenantId)).toEqual([]);
  });

  it("gives the score of a moment and the mean of what stood 30 to 90 days later, for many at once", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const steady = await past(world, [[0, 70]]);
    const falling = await past(world, [
      [0, 80],
      [60, 40],
    ]);
    const silent = await past(world, [[5, null]]);
    const moments = [steady, falling, silent].map((account, i) => ({
      id: `m${i}`,
      accountId: account,
      at: day(1),
    }));
    const found = await stores.snapshots.around(world.tenantId, [
      ...moments,
      { id: "before", accountId: steady, at: day(-1) },
    ]);
    expect(found.get("m0")).toEqual({ scoreThen: 70, scoreLater: 70 });
    // days 31, 41 and 51 at 80, from day 61 on 40
    expect(found.get("m1")?.scoreThen).toBe(80);
    expect(found.get("m1")?.scoreLater).toBeCloseTo((3 * 80 + 4 * 40) / 7, 9);
    expect(found.get("m2")).toEqual({ scoreThen: null, scoreLater: null });
    expect(found.get("before")).toEqual({ scoreThen: null, scoreLater: 70 });
    expect(await stores.snapshots.around(world.tenantId, [])).toEqual(new Map());
    expect((await stores.snapshots.around(other.tenantId, moments)).get("m0")).toEqual({
      scoreThen: null,
      scoreLater: null,
    });
  });
});

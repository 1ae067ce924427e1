import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createShadowHistory } from "../../server/src/adapters/db/shadow-history.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

forEachDatabase("ShadowHistory", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newAccount = async (world: World): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    const account = { id, name: "Acme", createdAt: ago(100) };
    await stores.accounts.link(world.tenantId, { accounts: [account], links: [], suggestions: [] });
    return id;
  };
  const show = (world: World, id: AccountId, days: number, band: "red" | "yellow" | "green") =>
    stores.scores.save(
      world.tenantId,
      [
        scoredAccount(
          id,
          healthResult({
            band,
            healthScore: days,
            atRisk: { isAtRisk: band === "red", since: null, sentences: [] },
            scoredAt: ago(days).toISOString(),
          }),
        ),
      ],
      [],
    );
  const shadow = (world: World, id: AccountId, days: number, band: "red" | "green", version = "six-1") =>
    stores.shadows.save(world.tenantId, [
      {
        accountId: id,
        version,
        at: ago(days),
        healthScore: 1,
        band,
        isAtRisk: band === "red",
        memory: { bandMemory: {}, caps: [] },
      },
    ]);

  it("gives each side's days, oldest first, with what held when it began", async () => {
    const world = await newWorld(stores);
    const [one, other] = [await newAccount(world), await newAccount(world)];
    await show(world, one, 40, "green");
    await show(world, one, 20, "yellow");
    await show(world, one, 5.2, "green");
    await show(world, one, 5.1, "red");
    await show(world, other, 3, "green");
    await shadow(world, one, 30, "red");
    await shadow(world, one, 9, "green");
    await shadow(world, one, 2, "red");
    await shadow(world, one, 2, "green", "other-1");
    const history = createShadowHistory(under.database);
    const { active, shadow: shadowed } = await history.days(world.tenantId, "six-1", [one, other], ago(10));
    const told = (days: typeof active, id: AccountId) =>
      days.filter((day) => day.accountId === id).map(({ at, band, isAtRisk }) => [at, band, isAtRisk]);
    expect(told(active, one)).toEqual([
      [ago(20), "yellow", false],
      [ago(5.1), "red", true],
    ]);
    expect(told(active, other)).toEqual([[ago(3), "green", false]]);
    expect(told(shadowed, one)).toEqual([
      [ago(9), "green", false],
      [ago(2), "red", true],
    ]);
    expect(told(shadowed, other)).toEqual([]);
  });

  it("knows nothing of another tenant's accounts", async () => {
    const [world, stranger] = [await newWorld(stores), await newWorld(stores)];
    const id = await newAccount(world);
    await show(world, id, 3, "green");
    await shadow(world, id, 3, "red");
    const history = createShadowHistory(under.database);
    expect(await history.days(stranger.tenantId, "six-1", [id], ago(10))).toEqual({ active: [], shadow: [] });
    expect(await history.days(world.tenantId, "six-1", [], ago(10))).toEqual({ active: [], shadow: [] });
  });
});

import { setTimeout as sleep } from "node:timers/promises";
import type { Observation } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { commitLedger } from "../../server/src/adapters/db/ledger-commit.ts";
import { forEachDatabase } from "../support/database.ts";
import { change, newWorld, type Stores, storesOfProcess, usage, type World } from "../support/stores.ts";

const HOLD_MS = 150;
const wakesNobody = { send: async () => undefined };

forEachDatabase("Ledger positions", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const facts = (company: string, count: number, value: number): Observation[] =>
    Array.from({ length: count }, (_, i) =>
      usage(company, new Date(Date.UTC(2026, 0, 1, 0, i)).toISOString(), value),
    );
  const commit = (world: World, observations: readonly Observation[]): Promise<unknown> =>
    stores.ledger.commit(change(world, { observations }));
  const positions = async (world: World): Promise<number[]> =>
    (
      await under.database.query<{ position: number }>(
        "SELECT position FROM observation WHERE tenant_id = $1 ORDER BY position",
        [world.tenantId],
      )
    ).map((row) => row.position);

  it("never come into sight behind one that a reader has seen, however many write at once", async () => {
    const world = await newWorld(stores);
    const seen: number[][] = [];
    let isWriting = true;
    const reader = (async () => {
      while (isWriting) seen.push(await positions(world));
    })();
    const writers = ["1", "2", "3"].map(async (company) => {
      for (let n = 0; n < 12; n++) await commit(world, facts(company, 1 + (n % 4), n));
    });
    await Promise.all(writers).finally(() => {
      isWriting = false;
    });
    await reader;
    const all = await positions(world);
    expect(all).toHaveLength(3 * 30);
    for (const before of seen) {
      const newest = before.at(-1) ?? 0;
      expect(all.filter((position) => position <= newest)).toEqual(before);
    }
  });

  it("wait for a commit of the same tenant that is under way, and for no other tenant's", async (context) => {
    if (under.database.kind === "embedded")
      return context.skip("one connection: nothing is ever under way beside");
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    let overtaking: Promise<void> | undefined;
    let hasOvertaken = false;
    await under.database.transaction(async (sql) => {
      await commitLedger(sql, wakesNobody, change(world, { observations: facts("1", 2, 1) }));
      overtaking = commit(world, facts("2", 2, 2)).then(() => {
        hasOvertaken = true;
      });
      await commit(other, facts("3", 1, 3));
      await sleep(HOLD_MS);
      expect(hasOvertaken).toBe(false);
      expect(await positions(world)).toEqual([]);
      expect(await positions(other)).toHaveLength(1);
    });
    const first = await positions(world);
    expect(first.length).toBeGreaterThanOrEqual(2);
    await overtaking;
    const all = await positions(world);
    expect(all).toHaveLength(4);
    expect(all.slice(0, first.length)).toEqual(first);
    const rows = await under.database.query<{ subject: string }>(
      "SELECT subject FROM observation WHERE tenant_id = $1 ORDER BY position",
      [world.tenantId],
    );
    expect(rows.map((row) => row.subject.at(-1)).join("")).toBe("1122");
  });

  it("hold nobody up where a commit says nothing new of anybody", async (context) => {
    if (under.database.kind === "embedded")
      return context.skip("one connection: nothing is ever under way beside");
    const world = await newWorld(stores);
    await under.database.transaction(async (sql) => {
      await commitLedger(sql, wakesNobody, change(world, { observations: facts("1", 1, 1) }));
      await commit(world, []);
    });
    expect(await positions(world)).toHaveLength(1);
  });
});

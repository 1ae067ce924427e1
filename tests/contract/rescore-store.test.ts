import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type Outlook } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RescoreRange } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const DAY = "2026-03-01";
const STAYS: Outlook = { isLost: true, settings: 1 };

forEachDatabase("RescoreStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const bookOf = async (size: number): Promise<{ world: World; ids: AccountId[] }> => {
    const world = await newWorld(stores);
    const ids = Array.from({ length: size }, () => accountId.parse(randomUUID())).toSorted();
    await stores.accounts.link(world.tenantId, {
      accounts: ids.map((id) => ({ id, name: "Acme", createdAt: NOW })),
      links: ids.map((id) => ({ ref: ref("company", id), accountId: id, rule: "anchor" })),
      suggestions: [],
    });
    return { world, ids };
  };
  const claimed = async (of: Stores, world: World): Promise<RescoreRange> => {
    const range = await of.rescoring.claim(world.tenantId);
    if (range === null) throw new Error("no range is left");
    return range;
  };
  const marksOf = async (world: World): Promise<AccountId[]> =>
    (await stores.scores.claimAccounts(world.tenantId, 100)).map((claim) => claim.accountId).toSorted();
  const clearMarks = async (world: World): Promise<void> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
  };
  /** Everything that is left, `limit` accounts at a time. @returns the accounts in the order in which they came */
  const drain = async (of: Stores, world: World, limit = 2): Promise<AccountId[]> => {
    const found: AccountId[] = [];
    for (let range = await of.rescoring.claim(world.tenantId); range !== null; ) {
      const page = await of.rescoring.page(range, limit, NOW);
      expect(page.accounts.length).toBeLessThanOrEqual(limit);
      found.push(...page.accounts.map(([id]) => id));
      const rest = await of.rescoring.settle(range, page, []);
      expect(rest === null).toBe(page.isLast);
      range = rest ?? (await of.rescoring.claim(world.tenantId));
    }
    return found;
  };

  it("gives every account once, in ranges, and those of no other tenant", async () => {
    const [{ world, ids }, other] = [await bookOf(11), await bookOf(3)];
    await stores.rescoring.begin(world.tenantId, DAY, 4);
    expect(await stores.rescoring.claim(other.world.tenantId)).toBeNull();
    expect((await drain(stores, world)).toSorted()).toEqual(ids);
    expect(await stores.rescoring.claim(world.tenantId)).toBeNull();
  });

  it("begins once a day, and anew on the next one", async () => {
    const { world, ids } = await bookOf(3);
    await stores.rescoring.begin(world.tenantId, DAY, 2);
    expect(await drain(stores, world)).toHaveLength(3);
    await stores.rescoring.begin(world.tenantId, DAY, 1);
    expect(await stores.rescoring.claim(world.tenantId)).toBeNull();
    await stores.rescoring.begin(world.tenantId, "2026-03-02", 1);
    expect((await drain(stores, world)).toSorted()).toEqual(ids);
  });

  it("has nothing to do for a tenant without accounts, and reaches those that come while it goes on", async () => {
    const { world } = await bookOf(0);
    await stores.rescoring.begin(world.tenantId, DAY, 2);
    expect(await drain(stores, world)).toEqual([]);
    await stores.rescoring.begin(world.tenantId, "2026-03-02", 2);
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Late", createdAt: NOW }],
      links: [],
      suggestions: [],
    });
    const result = healthResult({ scoredAt: NOW.toISOString() });
    await stores.scores.save(world.tenantId, [scoredAccount(id, result, { outlook: STAYS })], []);
    expect(await drain(stores, world)).toEqual([id]);
  });

  it("shares the ranges among workers", async () => {
    const { world, ids } = await bookOf(9);
    // the embedded database has one process only, with several turns at once
    const isServer = under.database.kind === "server";
    const second = isServer ? await storesOfProcess(under.database) : stores;
    await stores.rescoring.begin(world.tenantId, DAY, 2);
    const mine = await claimed(stores, world);
    const theirs = await claimed(second, world);
    expect(mine.number).not.toBe(theirs.number);
    await stores.rescoring.release(mine);
    await second.rescoring.release(theirs);
    const both = await Promise.all([drain(stores, world), drain(second, world)]);
    expect(both.flat().toSorted()).toEqual(ids);
    if (isServer) await second.lease.end();
  });

  it("goes on where a killed worker stood, and lets that one do nothing any more", async () => {
    const { world, ids } = await bookOf(6);
    const killed = await storesOfProcess(under.database);
    await stores.rescoring.begin(world.tenantId, DAY, 100);
    const range = await claimed(killed, world);
    const first = await killed.rescoring.page(range, 2, NOW);
    const second = await killed.rescoring.settle(range, first, []);
    if (second === null) throw new Error("there is more");
    const inFlight = await killed.rescoring.page(second, 2, NOW);
    expect(await stores.rescoring.claim(world.tenantId)).toBeNull();
    await killed.ageHeartbeat(60);
    expect(await stores.rescoring.unfinished()).toContain(world.tenantId);
    const rest = await drain(stores, world);
    expect(rest).toEqual(ids.slice(2));
    expect(await killed.rescoring.settle(second, inFlight, ids)).toBeNull();
    await clearMarks(world);
    expect(await marksOf(world)).toEqual([]);
    await killed.lease.end();
  });

  it("marks who is due, and wakes the scoring up", async () => {
    const { world, ids } = await bookOf(3);
    await clearMarks(world);
    await stores.rescoring.begin(world.tenantId, DAY, 100);
    const range = await claimed(stores, world);
    const page = await stores.rescoring.page(range, 100, NOW);
    stores.sent.length = 0;
    await stores.rescoring.settle(range, page, ids.slice(1));
    expect(stores.sent).toEqual([{ name: "score-accounts", payload: { tenantId: world.tenantId } }]);
    expect(await marksOf(world)).toEqual(ids.slice(1));
    stores.sent.length = 0;
    expect(await stores.rescoring.settle(range, page, ids)).toBeNull(); // settled already
    expect(stores.sent).toEqual([]);
  });

  it("gives the outlook of the newest result, and none where an outcome's day has come", async () => {
    const { world, ids } = await bookOf(3);
    const [calm, lost, silent] = ids;
    if (!calm || !lost || !silent) throw new Error("three accounts");
    const result = healthResult({ scoredAt: NOW.toISOString() });
    const older = healthResult({ scoredAt: "2026-02-01T00:00:00.000Z" });
    const save = (...scored: Parameters<Stores["scores"]["save"]>[1][number][]) =>
      stores.scores.save(world.tenantId, scored, []);
    await save(...[calm, lost].map((id) => scoredAccount(id, result, { outlook: STAYS })));
    await save(scoredAccount(calm, older, { outlook: null }));
    await stores.outcomes.save(world.tenantId, [
      {
        id: randomUUID(),
        accountId: lost,
        kind: "churned",
        at: new Date("2026-02-28T00:00:00.000Z"),
        source: "person",
        sourceKey: "1",
        reason: null,
        note: null,
        recordedBy: "token:1",
        recordedAt: new Date("2026-01-01T00:00:00.000Z"),
      },
    ]);
    await stores.rescoring.begin(world.tenantId, DAY, 100);
    const page = await stores.rescoring.page(await claimed(stores, world), 100, NOW);
    expect(page).toEqual({
      accounts: [
        [calm, STAYS],
        [lost, null],
        [silent, null],
      ],
      isLast: true,
    });
  });
});

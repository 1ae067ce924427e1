import { randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  type Holding,
  type Outlook,
  sourceKindOf,
  stillSays,
} from "@bellwether/shared";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RescoreMoment, RescoreRange } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const DAY = "2026-03-01";
const [NEVER, NOW_MS] = [Number.MAX_SAFE_INTEGER, NOW.getTime()];
const STAYS: Outlook = { under: -7, madeAt: 0, until: NEVER, usage: null, hasTickets: true, stale: 1 };
/** Under which `STAYS` holds. */
const HOLDS: Holding = { under: -7, kind: sourceKindOf(STAYS), stale: 1, staleBefore: 1, movedFrom: 0 };
const moment = (...holdings: Holding[]): RescoreMoment => ({ now: NOW, holdings });

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
  /** Everything that is left, `limit` accounts at a time. @returns who was marked, in the order in which they came */
  const drain = async (of: Stores, world: World, limit = 2): Promise<AccountId[]> => {
    const found: AccountId[] = [];
    await clearMarks(world);
    for (let range = await of.rescoring.claim(world.tenantId); range !== null; ) {
      const rest: RescoreRange | null = await of.rescoring.look(range, limit, moment());
      const marked = await stores.scores.claimAccounts(world.tenantId, 100);
      await stores.scores.save(world.tenantId, [], marked);
      expect(marked.length).toBeLessThanOrEqual(limit);
      found.push(...marked.map((claim) => claim.accountId).toSorted());
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
    await clearMarks(world);
    const all = async (of: Stores): Promise<number> => {
      let ranges = 0;
      for (let range = await of.rescoring.claim(world.tenantId); range !== null; ranges++) {
        for (let rest: typeof range | null = range; rest !== null; )
          rest = await of.rescoring.look(rest, 2, moment());
        range = await of.rescoring.claim(world.tenantId);
      }
      return ranges;
    };
    const [one, two] = await Promise.all([all(stores), all(second)]);
    expect(one + two).toBe(5);
    expect(await marksOf(world)).toEqual(ids);
    if (isServer) await second.lease.end();
  });

  it("goes on where a killed worker stood, and lets that one do nothing any more", async () => {
    const { world, ids } = await bookOf(6);
    const killed = await storesOfProcess(under.database);
    await stores.rescoring.begin(world.tenantId, DAY, 100);
    const range = await claimed(killed, world);
    const second = await killed.rescoring.look(range, 2, moment());
    if (second === null) throw new Error("there is more");
    expect(await stores.rescoring.claim(world.tenantId)).toBeNull();
    await killed.ageHeartbeat(60);
    expect(await stores.rescoring.unfinished()).toContain(world.tenantId);
    const rest = await drain(stores, world);
    expect(rest).toEqual(ids.slice(2));
    expect(await killed.rescoring.look(second, 2, moment())).toBeNull();
    expect(await marksOf(world)).toEqual([]);
    await killed.lease.end();
  });

  it("marks who is due, and wakes the scoring up", async () => {
    const { world, ids } = await bookOf(3);
    const result = healthResult({ scoredAt: NOW.toISOString() });
    const calm = ids.slice(0, 1).map((id) => scoredAccount(id, result, { outlook: STAYS }));
    await stores.scores.save(world.tenantId, calm, []);
    await clearMarks(world);
    await stores.rescoring.begin(world.tenantId, DAY, 100);
    const range = await claimed(stores, world);
    stores.sent.length = 0;
    await stores.rescoring.look(range, 100, moment(HOLDS));
    expect(stores.sent).toEqual([{ name: "score-accounts", payload: { tenantId: world.tenantId } }]);
    expect(await marksOf(world)).toEqual(ids.slice(1));
    stores.sent.length = 0;
    expect(await stores.rescoring.look(range, 100, moment())).toBeNull(); // settled already
    expect(stores.sent).toEqual([]);
  });

  it("compares outlooks as the calculation's own core does", async () => {
    const number = (...near: number[]): fc.Arbitrary<number> => fc.constantFrom(...near);
    const times = number(NOW_MS - 1, NOW_MS, NOW_MS + 1);
    const anyOutlook = fc.record({
      under: number(-7, 8),
      madeAt: times,
      until: fc.oneof(times, fc.constant(NEVER)),
      usage: fc.option(fc.record({ movedMs: number(999, 1000, 1001), isCounted: fc.boolean() }), {
        nil: null,
      }),
      hasTickets: fc.boolean(),
      stale: number(1, 17),
    });
    const holdings = [-7, 8].flatMap((under) =>
      [0, 1, 2, 3, 4, 5].map((kind): Holding => {
        const movedFrom = kind % 3 === 0 ? Number.MIN_SAFE_INTEGER : 1000 + (kind % 2);
        return { under, kind, stale: 1, staleBefore: 17, movedFrom };
      }),
    );
    const outlooks = fc.sample(anyOutlook, { numRuns: 90, seed: 4 });
    const { world, ids } = await bookOf(outlooks.length);
    const result = healthResult({ scoredAt: NOW.toISOString() });
    const scored = outlooks.flatMap((outlook, i) => {
      const id = ids[i];
      return id === undefined ? [] : [{ id, outlook, account: scoredAccount(id, result, { outlook }) }];
    });
    await stores.scores.save(
      world.tenantId,
      scored.map(({ account }) => account),
      [],
    );
    await clearMarks(world);
    await stores.rescoring.begin(world.tenantId, DAY, 1000);
    await stores.rescoring.look(await claimed(stores, world), 1000, moment(...holdings));
    const due = scored.filter(({ outlook }) => !stillSays(outlook, holdings, NOW_MS)).map(({ id }) => id);
    expect(due.length).toBeGreaterThan(20);
    expect(due.length).toBeLessThan(outlooks.length - 5);
    expect(await marksOf(world)).toEqual(due);
  });

  it("goes by the outlook of the newest result, and by none where an outcome's day has come", async () => {
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
    await clearMarks(world);
    await stores.rescoring.look(await claimed(stores, world), 100, moment(HOLDS));
    expect(await marksOf(world)).toEqual([lost, silent]);
  });
});

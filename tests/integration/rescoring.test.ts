import { type AccountId, DAY_MS, HOUR_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { JobName } from "../../server/src/services/ports.ts";
import { rescoreAccounts } from "../../server/src/services/rescore-accounts.ts";
import { rescoreAll } from "../../server/src/services/rescore-all.ts";
import { scoreAccounts } from "../../server/src/services/score-accounts.ts";
import { forEachDatabase } from "../support/database.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess } from "../support/stores.ts";

forEachDatabase("daily rescoring", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const rescore = async (book: ScoredBook): Promise<void> => {
    const tenant = book.world.tenantId;
    // the sources are read all the time
    for (const id of [book.world.hubspot, book.world.zendesk])
      await stores.connections.update(id, { syncedAt: book.daysAgo(HOUR_MS / 4 / DAY_MS) });
    const deps = { ...book.deps, queue: { enqueue: async (_: JobName) => undefined } };
    await rescoreAll({
      ...deps,
      connections: { ...stores.connections, list: () => stores.connections.list(tenant) },
    });
    await rescoreAccounts(deps, tenant);
    await scoreAccounts(book.deps, tenant);
  };
  const latest = async (book: ScoredBook, id: AccountId) =>
    (await stores.scores.latest(book.world.tenantId, id))?.result;
  const customer = async (book: ScoredBook, name: string, lastContact: number): Promise<AccountId> => {
    const company = ref("company", name);
    const told = (days: number, fact: Parameters<typeof observed>[2]) =>
      observed(company, book.daysAgo(days), fact);
    const id = await book.account(company);
    await book.tell([
      told(400, { kind: "profile", key: "name", value: name }),
      told(400, { kind: "profile", key: "becameCustomerAt", value: book.daysAgo(390).toISOString() }),
      told(300, { kind: "contact", key: "contact:1", value: { role: "champion", isBounced: false } }),
      told(lastContact, { kind: "touch", key: "company", value: {} }),
      told(400, { kind: "usage", key: "seats", value: 50 }),
      told(100, { kind: "usage", key: "activeUsers", value: 40 }),
      told(3, { kind: "usage", key: "activeUsers", value: 41 }),
      told(3, { kind: "usage", key: "logins", value: 220 }),
      told(20, { kind: "rating", key: "hubspot:1", value: { metric: "nps", score: 9 } }),
    ]);
    return id;
  };
  const snapshots = async (book: ScoredBook): Promise<number> => {
    const rows = await under.database.query("SELECT 1 AS one FROM health_snapshot WHERE tenant_id = $1", [
      book.world.tenantId,
    ]);
    return rows.length;
  };

  it("calculates only who may say something else, and the others when they do", async () => {
    const book = await ScoredBook.open(under.database, stores);
    const calm = await customer(book, "calm", 200);
    const moving = await customer(book, "moving", 30);
    await rescore(book);
    const before = await latest(book, calm);
    book.pass(1);
    await rescore(book);
    expect(await latest(book, calm)).toEqual(before);
    expect((await latest(book, moving))?.scoredAt).toBe(book.now.toISOString());
    await book.tell([
      observed(ref("company", "calm"), book.now, { kind: "touch", key: "company", value: {} }),
    ]);
    await rescore(book);
    expect((await latest(book, calm))?.healthScore).not.toBe(before?.healthScore);
    expect((await book.replayAll()).every((replay) => replay.verdict === "identical")).toBe(true);
  });

  it("leaves nothing that a calculation of all accounts would say otherwise, day after day", async () => {
    const book = await ScoredBook.open(under.database, stores);
    for (const days of [2, 45, 58, 88, 120, 300]) await customer(book, `c${days}`, days);
    await rescore(book);
    for (const days of [1, 1, 2, 5, 11]) {
      book.pass(days);
      await rescore(book);
      const known = await snapshots(book);
      book.pass(1 / 24 / 60);
      await book.score("all");
      expect(await snapshots(book)).toBe(known);
    }
  });

  it("calculates all under another scorecard, and lost accounts never", async () => {
    const book = await ScoredBook.open(under.database, stores);
    const [calm, lost] = [await customer(book, "calm", 200), await customer(book, "lost", 200)];
    await rescore(book);
    await book.outcome(lost, "churned", book.daysAgo(1));
    await rescore(book);
    const frozen = await latest(book, lost);
    expect(frozen?.lostAt).not.toBeNull();
    await book.addScorecard("other-line", 40);
    await book.activate("other-line");
    book.pass(40);
    await rescore(book);
    expect((await latest(book, calm))?.scorecardVersion).toBe("other-line");
    expect(await latest(book, lost)).toEqual(frozen);
  });
});

import { DAY_MS, type Override } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createScoreStore } from "../../server/src/adapters/db/score-store.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { resultsAsJson } from "../support/results-as-json.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess, usage } from "../support/stores.ts";

const COMPANY = ref("company", "1");
const GREEN: Override = { kind: "band", band: "green" };

forEachDatabase("What a calculation reads", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const open = async () => {
    const book = await ScoredBook.open(under.database, stores);
    const id = await book.account(COMPANY);
    const read = async () => {
      const [ledger] = await stores.scores.ledgers(book.world.tenantId, [id], book.now);
      if (ledger === undefined) throw new Error("the account is there");
      return ledger;
    };
    return { book, id, read };
  };

  it("is of one moment, whatever is committed between two of its statements", async (context) => {
    if (under.database.kind === "embedded") return context.skip("one connection: nothing comes in between");
    const { book, id } = await open();
    await book.tell([usage("1", "2026-01-01T00:00:00.000Z", 1)]);
    let hour = 0;
    const interrupted: Database = {
      ...under.database,
      transaction: (work) =>
        under.database.transaction((sql) =>
          work({
            ...sql,
            query: async (...statement) => {
              const rows = await sql.query<never>(...statement);
              hour += 1;
              await book.tell([usage("1", new Date(Date.UTC(2026, 1, 1, hour)).toISOString(), hour)]);
              await book.override(id, GREEN);
              return rows;
            },
          }),
        ),
    };
    const wakesNobody = { send: async () => undefined };
    const scores = createScoreStore(interrupted, stores.lease, wakesNobody);
    // what is committed before the first statement that reads is part of the moment
    const [ledger] = await scores.ledgers(book.world.tenantId, [id], book.now);
    expect(hour).toBeGreaterThan(3);
    expect(ledger?.observations).toHaveLength(2);
    expect(ledger?.overrides).toHaveLength(1);
    const newest = await under.database.query<{ position: number }>(
      "SELECT position FROM observation WHERE tenant_id = $1 ORDER BY position LIMIT 1 OFFSET 1",
      [book.world.tenantId],
    );
    expect(ledger?.position).toBe(String(newest[0]?.position));
  });

  it("has the newest override that was not withdrawn, and none of an older one or another tenant's", async () => {
    const [{ book, id, read }, other] = [await open(), await open()];
    await other.book.override(other.id, GREEN);
    expect((await read()).overrides).toEqual([]);
    await book.override(id, { kind: "points", points: 5 }, 30);
    book.pass(1);
    await book.override(id, GREEN, 2);
    expect((await read()).overrides).toMatchObject([
      { kind: "band", band: "green", by: "Ada", at: book.now.toISOString() },
    ]);
    const [newest] = await stores.corrections.ofAccount(book.world.tenantId, id);
    await stores.corrections.withdraw(book.world.tenantId, newest?.id ?? "", "token:1", book.now);
    expect((await read()).overrides).toMatchObject([{ kind: "points", points: 5 }]);
  });

  it("is of the day of the loss for a lost account: position, memory, override and the month before", async () => {
    const { book, id, read } = await open();
    const { tenantId } = book.world;
    const store = (daysAgo: number, healthScore: number) =>
      stores.scores.save(
        tenantId,
        [scoredAccount(id, healthResult({ scoredAt: book.daysAgo(daysAgo).toISOString(), healthScore }))],
        [],
      );
    for (const [daysAgo, score] of [
      [60, 90],
      [20, 80],
      [5, 70],
    ] as const)
      await store(daysAgo, score);
    await book.tell([observed(COMPANY, book.daysAgo(30), { kind: "usage", key: "logins", value: 9 })]);
    const before = await read();
    await book.tell([observed(COMPANY, book.daysAgo(3), { kind: "usage", key: "logins", value: 1 })]);
    await book.override(id, GREEN);
    const loss = await book.outcome(id, "churned", book.daysAgo(10));
    const lost = await read();
    expect(lost).toMatchObject({
      lostAt: book.daysAgo(10),
      position: before.position,
      overrides: [],
      memories: [{ version: "default-1", evaluatedAt: book.daysAgo(20).toISOString(), before: null }],
      monthAgo: { at: book.daysAgo(60), healthScore: 90 },
      latestAt: book.daysAgo(5),
      frozen: null,
    });
    expect(lost.observations).toHaveLength(2);
    await stores.outcomes.retract(tenantId, loss, "token:1", book.now);
    expect(await read()).toMatchObject({ lostAt: null, overrides: [{ kind: "band" }], memories: [] });
    // a loss that is still to come is none yet
    await book.outcome(id, "churned", new Date(book.now.getTime() + DAY_MS));
    expect((await read()).lostAt).toBeNull();
  });

  it("completes a result from before some parts of it were known, wherever it is read", async () => {
    const { book, id, read } = await open();
    const { tenantId } = book.world;
    const contribution = {
      measure: "nps",
      label: "NPS",
      dimension: "satisfaction",
      state: "measured" as const,
      points: 1,
      maxPoints: 2,
      measureScore: 50,
      sentence: "NPS 0.",
      observedAt: null,
      evidence: [],
    };
    const scoredAt = book.daysAgo(1).toISOString();
    const full = healthResult({ scoredAt, contributions: [contribution] });
    await stores.scores.save(tenantId, [scoredAccount(id, full)], []);
    await resultsAsJson(
      under.database,
      tenantId,
      ({ redFlags: _, override: __, lostAt: ___, ...result }) => ({
        ...result,
        contributions: [{ ...contribution, evidence: undefined }],
      }),
    );
    for (const table of ["health_current", "health_snapshot"])
      await under.database.query(`UPDATE ${table} SET inputs = NULL WHERE tenant_id = $1`, [tenantId]);
    await under.database.query("UPDATE health_current SET memories = NULL WHERE tenant_id = $1", [tenantId]);
    const ledger = await read();
    expect(ledger).toMatchObject({ frozen: null, memories: [{ version: "default-1" }] });
    const stored = [
      (await stores.scores.latest(tenantId, id))?.result,
      (await stores.scores.at(tenantId, id, book.now))?.result,
      (await stores.scores.history(tenantId, id, book.daysAgo(9)))[0]?.result,
      (await stores.accounts.list(tenantId, { after: null, limit: 1 })).accounts[0]?.latest?.result,
      (await stores.replays.calculation(tenantId, id, book.now))?.result,
    ];
    for (const result of stored) expect(result).toEqual(full);
  });
});

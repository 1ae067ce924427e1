import { DAY_MS, type HealthResult } from "@bellwether/shared";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Random } from "../sandbox/random.ts";
import { anyFact } from "../support/any-fact.ts";
import { forEachDatabase } from "../support/database.ts";
import { resultsAsJson } from "../support/results-as-json.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess, usage } from "../support/stores.ts";

const SEED = 20_261;
const ACCOUNTS = 8;
const ROUNDS = 12;

forEachDatabase("Replay", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const open = (): Promise<ScoredBook> => ScoredBook.open(under.database, stores);
  const latest = async (book: ScoredBook, id: Parameters<ScoredBook["replay"]>[0]): Promise<HealthResult> => {
    const stored = await stores.scores.latest(book.world.tenantId, id);
    if (stored === null) throw new Error("not scored");
    return stored.result;
  };
  const company = ref("company", "1");
  const facts = (book: ScoredBook) => [
    observed(company, book.daysAgo(300), { kind: "profile", key: "becameCustomerAt", value: "2025-01-01" }),
    ...[90, 60, 45, 20, 2].map((days) =>
      observed(company, book.daysAgo(days), { kind: "usage", key: "activeUsers", value: 9 }),
    ),
    observed(company, book.daysAgo(2), { kind: "usage", key: "logins", value: 60 }),
    observed(company, book.daysAgo(300), { kind: "usage", key: "seats", value: 12 }),
    observed(company, book.daysAgo(30), { kind: "usage", key: "featuresActivated", value: 5 }),
    observed(company, book.daysAgo(30), { kind: "usage", key: "featuresAvailable", value: 9 }),
    observed(company, book.daysAgo(4), { kind: "touch", key: "company", value: {} }),
  ];

  it("brings every stored result of a book out again, whatever happened in it", async () => {
    const book = await open();
    const random = new Random(SEED, "book");
    const drawn = fc.sample(anyFact, { seed: SEED, numRuns: ACCOUNTS * ROUNDS * 6 });
    const ids = [];
    for (let i = 0; i < ACCOUNTS; i++) ids.push(await book.account(ref("company", `${i}`)));
    for (const [i, version] of ["half-1", "strict-1"].entries())
      await book.addScorecard(version, 40 + 20 * i);
    for (let round = 0; round < ROUNDS; round++) {
      const told = drawn.splice(0, ACCOUNTS * 6).map((fact) => {
        const party = random.chance(0.7)
          ? ref("company", `${random.int(0, ACCOUNTS - 1)}`)
          : ref("organization", `${random.int(0, ACCOUNTS - 1)}`);
        // most are heard of late, some very late
        return observed(
          party,
          book.daysAgo(random.chance(0.3) ? random.int(0, 400) : random.next() * 3),
          fact,
        );
      });
      await book.tell(told);
      const one = ids[round % ACCOUNTS] ?? "";
      if (one === "") throw new Error("there are accounts");
      if (round % 3 === 0) await book.link(one, ref("organization", `${round % ACCOUNTS}`));
      if (round % 4 === 1) await book.override(one, { kind: "points", points: -7.5 }, 4);
      if (round % 4 === 3) await book.override(one, { kind: "band", band: "green" }, 2);
      if (round % 5 === 2) await book.outcome(one, "churned", book.daysAgo(random.int(0, 6)));
      if (round % 5 === 4) await book.activate(round % 2 === 0 ? "half-1" : "strict-1");
      await book.score(round % 2 === 0 ? "all" : "marked");
      book.pass(random.int(0, 5) + random.next());
    }
    const replays = await book.replayAll();
    expect(replays.length).toBeGreaterThan(ACCOUNTS * 6);
    expect(replays.flatMap((replay) => replay.differences)).toEqual([]);
    expect(new Set(replays.map((replay) => replay.verdict))).toEqual(new Set(["identical"]));
    expect(new Set(replays.map((replay) => replay.versions.scorecard)).size).toBe(3);
    expect(replays.some((replay) => replay.stored.lostAt !== null)).toBe(true);
    expect(replays.some((replay) => replay.stored.override !== null)).toBe(true);
  }, 120_000);

  it("is not changed by facts that arrive later, however old they are", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.tell(facts(book));
    await book.score();
    const [then, before] = [book.now, await latest(book, id)];
    book.pass(1);
    await book.tell([observed(company, book.daysAgo(40), { kind: "usage", key: "logins", value: 1 })]);
    await book.tell([
      observed(company, book.daysAgo(200), { kind: "profile", key: "noticeOfNonRenewal", value: true }),
    ]);
    await book.score();
    expect((await latest(book, id)).healthScore).toBeLessThan(before.healthScore ?? 0);
    for (const at of [then, new Date(book.now.getTime() - 1)]) {
      const replay = await book.replay(id, at);
      expect(replay).toMatchObject({ verdict: "identical", calculatedAt: then });
      expect(JSON.stringify(replay.recalculated)).toBe(JSON.stringify(before));
    }
    expect((await book.replay(id, book.now)).calculatedAt).toEqual(book.now);
  });

  it("says where a stored result is not what comes out", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.tell(facts(book));
    await book.score();
    const wrong = (result: object): Record<string, unknown> => ({ ...result, coverage: 0.123 });
    await resultsAsJson(under.database, book.world.tenantId, wrong, ["health_current"]);
    const replay = await book.replay(id, book.now);
    expect(replay.verdict).toBe("different");
    expect(replay.differences).toEqual([
      { path: ["coverage"], stored: 0.123, recalculated: replay.recalculated.coverage },
    ]);
    expect(replay.sentence).toContain("differs from the stored one in 1 value.");
  });

  it("is calculated from dated facts where no inputs were kept, and says so", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.tell(facts(book));
    await book.score();
    const old = await latest(book, id);
    await resultsAsJson(
      under.database,
      book.world.tenantId,
      ({ redFlags: _, override: __, lostAt: ___, ...result }) => result,
      ["health_current"],
    );
    await under.database.query(
      "UPDATE health_current SET inputs = NULL, memories = NULL WHERE tenant_id = $1",
      [book.world.tenantId],
    );
    const replay = await book.replay(id, book.now);
    expect(replay).toMatchObject({
      verdict: "not_comparable",
      differences: [],
      stored: { lostAt: null, override: null },
    });
    expect(replay.sentence).toMatch(/before its inputs were kept, so it cannot be compared/);
    expect(replay.recalculated.healthScore).toBe(old.healthScore);
    const past = book.daysAgo(20);
    await stores.scores.saveReconstructed(book.world.tenantId, [
      { accountId: id, result: { ...old, scoredAt: past.toISOString() } },
    ]);
    expect((await book.replay(id, past)).sentence).toMatch(/was reconstructed later/);
  });

  it("knows no account of another tenant, no score before the first, and says so of a version that is gone", async () => {
    const [book, other] = [await open(), await open()];
    const id = await book.account(company);
    await expect(book.replay(id, book.now)).rejects.toThrow("This account has no score yet: none was ever");
    await book.addScorecard("gone-1", 40);
    await book.activate("gone-1");
    await book.tell(facts(book));
    await book.score();
    await expect(book.replay(id, book.daysAgo(1))).rejects.toThrow(
      `had no score yet; the first one is of ${book.now.toISOString()}`,
    );
    await expect(other.replay(id, other.now)).rejects.toThrow(`There is no account with the id ${id}.`);
    await under.database.query("DELETE FROM scorecard WHERE tenant_id = $1", [book.world.tenantId]);
    await expect(book.replay(id, book.now)).rejects.toThrow(
      "with the scorecard gone-1, which is not known here",
    );
  });

  it("shows the same score to the bit after a detour over another scorecard, and after minutes, too", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.addScorecard("other-1", 10);
    await book.tell(facts(book));
    await book.score();
    book.pass(3);
    await book.score();
    const before = await latest(book, id);
    await book.activate("other-1");
    await book.score();
    expect((await latest(book, id)).scorecardVersion).toBe("other-1");
    await book.activate("default-1", "rollback");
    await book.score();
    expect(JSON.stringify(await latest(book, id))).toBe(JSON.stringify(before));
    book.pass(5 / 1440);
    await book.activate("other-1");
    await book.score();
    book.pass(5 / 1440);
    await book.activate("default-1", "rollback");
    await book.score();
    const { healthScore, band, bandMemory } = await latest(book, id);
    expect({ healthScore, band }).toEqual({ healthScore: before.healthScore, band: before.band });
    expect(bandMemory.atRiskSince).toBe(before.bandMemory.atRiskSince);
  });

  it("freezes a lost account at its date, writes it back once, and goes on when the loss is taken back", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.tell(facts(book));
    await book.score();
    const values = async () => {
      const rows = await under.database.query<{ desired: Record<string, string>; version: number }>(
        "SELECT desired, version FROM outbox WHERE tenant_id = $1",
        [book.world.tenantId],
      );
      return rows[0];
    };
    book.pass(10);
    const lostAt = book.daysAgo(4);
    await book.score();
    const loss = await book.outcome(id, "churned", lostAt);
    await book.score("marked");
    const frozen = await latest(book, id);
    expect(frozen).toMatchObject({ lostAt: lostAt.toISOString(), scoredAt: lostAt.toISOString() });
    const written = await values();
    book.pass(40);
    await book.tell([
      observed(company, book.daysAgo(1), { kind: "profile", key: "noticeOfNonRenewal", value: true }),
    ]);
    await book.addScorecard("late-1", 70);
    await book.activate("late-1");
    await book.score();
    expect(JSON.stringify(await latest(book, id))).toBe(JSON.stringify(frozen));
    expect(await values()).toEqual(written);
    expect((await book.replay(id, book.now)).verdict).toBe("identical");
    // the trend ends before the loss was known
    const history = await stores.scores.history(book.world.tenantId, id, new Date(0));
    expect(history.map(({ result }) => result.lostAt)).not.toContain(lostAt.toISOString());
    await stores.outcomes.retract(book.world.tenantId, loss, "token:1", book.now);
    await book.score("marked");
    const thawed = await latest(book, id);
    expect(thawed).toMatchObject({
      lostAt: null,
      scoredAt: book.now.toISOString(),
      scorecardVersion: "late-1",
    });
    expect(thawed.caps[0]?.cap).toBe("notice_of_non_renewal");
    expect((await book.replayAll()).every((replay) => replay.verdict === "identical")).toBe(true);
  });

  it("freezes an account in the very round in which the ledger first tells of its loss", async () => {
    const book = await open();
    const id = await book.account(company);
    const lostAt = book.daysAgo(90);
    const lost = { dealType: "renewal", status: "lost" } as const;
    await book.tell([
      ...facts(book),
      observed(company, lostAt, { kind: "deal", key: "hubspot:7", value: lost }),
    ]);
    await book.score();
    expect(await latest(book, id)).toMatchObject({ lostAt: lostAt.toISOString(), healthScore: null });
    expect(await stores.scores.history(book.world.tenantId, id, new Date(0))).toEqual([]);
    expect((await book.replay(id, book.now)).verdict).toBe("identical");
  });

  it("scores a scorecard's shadow beside the one in force, with its own memory, until its period ends", async () => {
    const book = await open();
    const id = await book.account(company);
    await book.addScorecard("shadow-1", 10, book.daysAgo(-5));
    await book.tell(facts(book));
    await book.score();
    const shadow = async () => (await stores.shadows.latest(book.world.tenantId, "shadow-1", [id])).get(id);
    const first = await shadow();
    expect(first).toMatchObject({ at: book.now, healthScore: (await latest(book, id)).calculatedScore });
    expect((await latest(book, id)).scorecardVersion).toBe("default-1");
    book.pass(2);
    await book.tell([usage("1", book.now.toISOString(), 1)]);
    await book.score("marked");
    expect((await shadow())?.at).toEqual(book.now);
    const last = await shadow();
    book.pass(5);
    await book.score();
    expect(await shadow()).toEqual(last);
    expect(first?.at.getTime()).toBe((last?.at.getTime() ?? 0) - 2 * DAY_MS);
  });
});

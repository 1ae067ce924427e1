import { type AccountId, type CorrectionEntry, DAY_MS, type HealthResult } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../../server/src/services/actor.ts";
import { explainAccount } from "../../server/src/services/explain-account.ts";
import { getAccountHealth } from "../../server/src/services/get-account-health.ts";
import { listCorrections } from "../../server/src/services/list-corrections.ts";
import { correctionReport } from "../../server/src/services/report-corrections.ts";
import { saveCorrection } from "../../server/src/services/save-correction.ts";
import { sweep } from "../../server/src/services/sweep.ts";
import { withdrawCorrection } from "../../server/src/services/withdraw-correction.ts";
import { forEachDatabase } from "../support/database.ts";
import { observed, ScoredBook } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess } from "../support/stores.ts";

const ENTRY: CorrectionEntry = {
  target: "score",
  direction: "too_high",
  reason: "They told us that they look elsewhere.",
  evidence: null,
  expiresInDays: 30,
  override: null,
};
const RED: CorrectionEntry = { ...ENTRY, override: { kind: "band", band: "red" } };

describe("corrections over time", () => {
  forEachDatabase("services of corrections", (under) => {
    let stores: Stores;
    beforeAll(async () => {
      stores = await storesOfProcess(under.database);
    });
    afterAll(() => stores.lease.end());

    const csm = (book: ScoredBook): Actor => ({
      id: "hubspot:7",
      name: "HubSpot user 7",
      tenantId: book.world.tenantId,
      role: "csm",
      financial: false,
    });
    let made = 0;
    /** A customer with some product use, about which nothing changes any more. */
    const customer = async (book: ScoredBook): Promise<AccountId> => {
      const company = ref("company", String(++made));
      const id = await book.account(company);
      const since = book.daysAgo(300);
      const gauge = (key: string, value: number) => observed(company, since, { kind: "usage", key, value });
      await book.tell([
        observed(company, since, { kind: "profile", key: "becameCustomerAt", value: since.toISOString() }),
        observed(company, since, { kind: "profile", key: "isReference", value: true }),
        observed(company, since, { kind: "profile", key: "referrals", value: 1 }),
        ...[gauge("seats", 20), gauge("activeUsers", 15), gauge("logins", 120)],
        ...[gauge("featuresActivated", 7), gauge("featuresAvailable", 10)],
      ]);
      return id;
    };
    const health = (book: ScoredBook, id: AccountId) =>
      getAccountHealth(book.deps, book.world.tenantId, id, csm(book));
    const save = (book: ScoredBook, id: AccountId, entry: CorrectionEntry) =>
      saveCorrection(book.deps, book.world.tenantId, id, entry, csm(book));
    const stored = async (book: ScoredBook, id: AccountId): Promise<HealthResult | undefined> =>
      (await stores.scores.latest(book.world.tenantId, id))?.result;
    const sweepOf = async (book: ScoredBook): Promise<string[]> => {
      const woken: string[] = [];
      const queue = {
        ...{ work: async () => undefined, schedule: async () => undefined, stop: async () => undefined },
        enqueue: async (name: string) => void woken.push(name),
      };
      await sweep({ ...book.deps, queue });
      return woken;
    };

    it("show what the job will store, and stop to count at their expiry, without a trace", async () => {
      const book = await ScoredBook.open(under.database, stores);
      const [id, twin] = [await customer(book), await customer(book)];
      await book.score();
      const before = await health(book, id);
      expect(before.healthScore).not.toBeNull();
      const { health: shown } = await save(book, id, { ...RED, expiresInDays: 3 });
      expect(shown).toMatchObject({
        band: "red",
        atRisk: { isAtRisk: true },
        healthScore: before.healthScore,
      });
      await book.score("marked");
      expect(await stored(book, id)).toMatchObject({
        band: shown.band,
        atRisk: shown.atRisk,
        override: shown.override,
        healthScore: shown.healthScore,
      });

      book.pass(3);
      // nobody has scored it again, and yet it counts no more
      expect(await health(book, id)).toMatchObject({ band: before.band, override: null, corrections: [] });
      expect((await stored(book, id))?.override).not.toBeNull();
      expect(await sweepOf(book)).toContain("score-accounts");
      await book.score();
      const without = (result: HealthResult | undefined): string => JSON.stringify(result);
      expect(without(await stored(book, id))).toBe(without(await stored(book, twin)));
    });

    it("end by withdrawal likewise, and a newer one takes the place of an older for good", async () => {
      const book = await ScoredBook.open(under.database, stores);
      const [id, twin] = [await customer(book), await customer(book)];
      await book.score();
      await save(book, id, { ...RED, expiresInDays: 20 });
      book.pass(1);
      const points: CorrectionEntry = {
        ...ENTRY,
        override: { kind: "points", points: -15 },
        expiresInDays: 2,
      };
      const { correction } = await save(book, id, points);
      await book.score();
      expect((await stored(book, id))?.override).toMatchObject({ kind: "points" });
      book.pass(2);
      expect((await health(book, id)).override).toBeNull();
      await withdrawCorrection(book.deps, book.world.tenantId, id, correction?.id ?? "", csm(book));
      expect((await health(book, id)).override).toMatchObject({ kind: "band" });
      const [, older] = await listCorrections(book.deps, book.world.tenantId, id, csm(book));
      await withdrawCorrection(book.deps, book.world.tenantId, id, older?.id ?? "", csm(book));
      await book.score();
      expect(JSON.stringify(await stored(book, id))).toBe(JSON.stringify(await stored(book, twin)));
    });

    it("are of one tenant and one account", async () => {
      const [book, other] = [
        await ScoredBook.open(under.database, stores),
        await ScoredBook.open(under.database, stores),
      ];
      const [id, second] = [await customer(book), await customer(book)];
      await book.score();
      const { correction } = await save(book, id, RED);
      const known = correction?.id ?? "";
      const missing = { code: "not_found" };
      const foreign = other.world.tenantId;
      await expect(saveCorrection(book.deps, foreign, id, RED, csm(other))).rejects.toMatchObject(missing);
      await expect(listCorrections(book.deps, foreign, id, csm(other))).rejects.toMatchObject(missing);
      await expect(explainAccount(book.deps, foreign, id, {}, csm(other))).rejects.toMatchObject(missing);
      await expect(withdrawCorrection(book.deps, foreign, id, known, csm(other))).rejects.toMatchObject(
        missing,
      );
      await expect(
        withdrawCorrection(book.deps, book.world.tenantId, second, known, csm(book)),
      ).rejects.toMatchObject(missing);
      expect(await correctionReport(other.deps, foreign, csm(other))).toMatchObject({ total: 0 });
      expect(await listCorrections(book.deps, book.world.tenantId, second, csm(book))).toEqual([]);
    });

    it("need a score to be about, and leave a lost customer's alone", async () => {
      const book = await ScoredBook.open(under.database, stores);
      const id = await customer(book);
      expect(await health(book, id)).toMatchObject({ status: "pending", may: { correct: false } });
      await expect(save(book, id, ENTRY)).rejects.toMatchObject({
        code: "request_invalid",
        message: expect.stringContaining("no score yet"),
      });
      await book.score();
      await book.outcome(id, "churned", book.daysAgo(2));
      await book.score();
      const view = await health(book, id);
      expect(view).toMatchObject({ may: { correct: true, override: false }, counterfactual: null });
      expect(view.lost?.sentence).toMatch(/^This customer was lost on \d+ \w+ 20\d\d; everything stands/);
      await expect(save(book, id, RED)).rejects.toMatchObject({
        message: expect.stringContaining("is lost"),
      });
      expect((await save(book, id, ENTRY)).correction).not.toBeNull();
    });

    it("explain since when, by the scores that were stored in between", async () => {
      const book = await ScoredBook.open(under.database, stores);
      const id = await customer(book);
      const company = ref("company", String(made));
      await book.score();
      const from = book.now;
      book.pass(5);
      await book.score();
      book.pass(1);
      await book.tell([observed(company, book.now, { kind: "usage", key: "featuresActivated", value: 2 })]);
      await book.score();
      const at = book.now;
      book.pass(4);
      await book.score();
      const explained = await explainAccount(book.deps, book.world.tenantId, id, { from }, csm(book));
      expect(explained.items).toContainEqual(
        expect.objectContaining({ measure: "features_activated", since: at.toISOString() }),
      );
      expect(explained.points).toBeLessThan(0);
      const sum = explained.items.reduce((all, item) => all + item.points, 0);
      expect(sum).toBeCloseTo(explained.points ?? Number.NaN, 9);
      const before = await explainAccount(
        book.deps,
        book.world.tenantId,
        id,
        { from: new Date(from.getTime() - 9 * DAY_MS) },
        csm(book),
      );
      expect(before).toMatchObject({
        points: null,
        items: [],
        notes: [expect.stringMatching(/no score from/)],
      });
    });

    it("are judged by what became of the customers", async () => {
      const book = await ScoredBook.open(under.database, stores);
      const ids: AccountId[] = [];
      for (let i = 0; i < 11; i++) ids.push(await customer(book));
      await book.score();
      for (const id of ids) await save(book, id, ENTRY);
      book.pass(40);
      for (const [i, id] of ids.entries())
        await book.outcome(id, i < 8 ? "churned" : "renewed", book.daysAgo(10));
      const report = await correctionReport(book.deps, book.world.tenantId, csm(book));
      expect(report).toMatchObject({
        total: 11,
        tooEarly: 0,
        personRight: { count: 8, n: 11 },
        byTarget: [{ target: "score", label: "Health score" }],
        byAuthors: [{ label: "HubSpot users" }],
      });
      expect(report.personRight.rate).toBeCloseTo(8 / 11, 3);
    });
  });
});

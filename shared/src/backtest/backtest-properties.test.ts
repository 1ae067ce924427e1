import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failingFacts, NOW, profile, usage } from "../../../tests/support/account-facts.ts";
import { accountWith, everywhere, plainCard, planOf } from "../../../tests/support/backtest-book.ts";
import { foldAsOf } from "../fold-observations.ts";
import type { Observation } from "../observation.ts";
import { scoreAccount } from "../scoring/score-account.ts";
import { SCORECARD_DEFAULT_V1 } from "../scoring/scorecard-default-v1.ts";
import { DAY_MS } from "../units.ts";
import { finishBacktest } from "./build-report.ts";
import { type BacktestAccount, type BacktestPlan, staysOf } from "./looks.ts";
import type { BacktestReport } from "./report.ts";
import { addAccount, type BacktestProgress, startBacktest } from "./run-backtest.ts";

const RECORDED = { churned: 9, renewed: 9, contracted: 0, expanded: 0 };

function reportOf(plan: BacktestPlan, accounts: readonly BacktestAccount[], capacity = 3): BacktestReport {
  const progress = startBacktest({ weeks: plan.weeks, capacity });
  for (const account of accounts) addAccount(progress, plan, account);
  return finishBacktest(progress, plan, RECORDED);
}

const scoresArb = fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 100 })), {
  maxLength: 6,
});
const accountArb = fc.tuple(fc.uuid(), scoresArb, fc.option(fc.integer({ min: 1, max: 200 }), { nil: null }));
const bookArb = fc
  .uniqueArray(accountArb, { selector: ([id]) => id, maxLength: 12 })
  .map((list) => list.map(([id, scores, lost]) => accountWith(id, scores, lost)));

const current = plainCard("plain-1");
const stricter = plainCard("plain-2", {
  bands: { ...current.bands, yellowFrom: 60, greenFrom: 85 },
});

describe("the report of any book", () => {
  it("finds no difference between a scorecard and itself under another name", () => {
    fc.assert(
      fc.property(bookArb, (book) => {
        const report = reportOf(planOf(current, plainCard("plain-9")), book);
        expect(report.changes).toEqual({ total: 0, needsGrant: false, items: [] });
        expect(report.now.candidate).toEqual(report.now.current);
        expect(report.outcomes.sides.candidate).toEqual(report.outcomes.sides.current);
        expect(report.stability.candidate).toEqual(report.stability.current);
        expect(report.greenOverPeriod.candidate).toEqual(report.greenOverPeriod.current);
      }),
      { numRuns: 40 },
    );
  });

  it("is the same in any order, and when it was put away between two pages", () => {
    const plan = planOf(current, stricter);
    const shuffled = bookArb.chain((book) =>
      fc.tuple(fc.constant(book), fc.shuffledSubarray([...book], { minLength: book.length })),
    );
    fc.assert(
      fc.property(shuffled, ([book, other]) => {
        let progress = startBacktest({ weeks: plan.weeks, capacity: 3 });
        for (const account of other) {
          addAccount(progress, plan, account);
          progress = JSON.parse(JSON.stringify(progress)) as BacktestProgress;
        }
        expect(finishBacktest(progress, plan, RECORDED)).toEqual(reportOf(plan, book));
      }),
      { numRuns: 40 },
    );
  });

  it("counts every customer of today in exactly one band, and every change", () => {
    fc.assert(
      fc.property(bookArb, (book) => {
        const { now, changes, accounts } = reportOf(planOf(current, stricter), book);
        for (const { bands, withoutScore, customers, bins } of [now.current, now.candidate]) {
          expect(bands.red + bands.yellow + bands.green + withoutScore).toBe(customers);
          expect(bins.reduce((sum, n) => sum + n, 0)).toBe(customers - withoutScore);
          expect(customers).toBe(accounts.customers);
        }
        expect(changes.items).toHaveLength(changes.total);
        expect(changes.items.every(({ from, to }) => from.band !== to.band)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

it("a scorecard that sees every loss coming flags all, and lists them first", () => {
  const book = fc.tuple(
    fc.uniqueArray(fc.uuid(), { minLength: 24, maxLength: 40 }),
    fc.infiniteStream(fc.integer({ min: 1, max: 85 })),
  );
  fc.assert(
    fc.property(book, ([ids, lostAgo]) => {
      // twelve are lost, and their score falls to 10 exactly 95 days before
      const accounts = ids.map((id, index) => {
        const lost = index < 12 ? (lostAgo.next().value ?? 1) : null;
        return accountWith(
          id,
          lost === null
            ? [[300, 95]]
            : [
                [300, 95],
                [lost + 95, 10],
              ],
          lost,
        );
      });
      const { outcomes } = reportOf(planOf(current, current), accounts, 2);
      const side = outcomes.sides.candidate;
      expect(outcomes).toMatchObject({ status: "enough", losses: 12 });
      expect(side.flaggedBeforeLoss).toMatchObject({ count: 12, n: 12, rate: 1 });
      expect(side.churnByBand.find(({ band }) => band === "green")?.churn.count).toBe(0);
      expect(outcomes.baseRate.rate).toBeLessThanOrEqual(1);
      // nobody who stays is at risk: the list holds no other before all who leave
      expect(side.precision.rate ?? 0).toBeGreaterThanOrEqual(outcomes.baseRate.rate ?? 1);
    }),
    { numRuns: 20 },
  );
});

describe("a look at the past", () => {
  const plan = planOf(SCORECARD_DEFAULT_V1, { ...SCORECARD_DEFAULT_V1, version: "other-1" }, { weeks: 20 });
  const account = (observations: readonly Observation[]): BacktestAccount => ({
    ...accountWith("a", []),
    observations,
  });
  const looksOf = (observations: readonly Observation[]) =>
    staysOf(plan, account(observations)).flatMap((stay) => stay.looks);

  it("knows nothing that became true later", () => {
    const laterArb = fc.array(
      fc.oneof(
        fc
          .record({ key: fc.constantFrom("activeUsers" as const, "logins" as const), value: fc.nat(500) })
          .map(
            ({ key, value }) =>
              (days: number) =>
                usage(key, value, days),
          ),
        fc.boolean().map((value) => (days: number) => profile("noticeOfNonRenewal", value, days)),
        fc.constant((days: number) => profile("referrals", 0, days)),
      ),
      { maxLength: 5 },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 19 }),
        laterArb,
        fc.infiniteStream(fc.nat(100)),
        (week, later, when) => {
          const seen = looksOf(failingFacts()).filter((look) => look.week >= week);
          // all that came after that week is taken away, and other things put in its place
          const limit = new Date(NOW.getTime() - week * 7 * DAY_MS).toISOString();
          const until = failingFacts().filter((o) => o.at <= limit);
          const others = later.map((make) => make(((week * 7 - 0.01) * (when.next().value ?? 0)) / 101));
          const changed = looksOf([...others, ...until]).filter((look) => look.week >= week);
          expect(changed).toEqual(seen);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("says the same as all facts up to its day folded anew", () => {
    let previous = null;
    for (const look of looksOf(failingFacts())) {
      if (look.week === 0) continue; // days of the last week lie between
      const result = scoreAccount({
        state: foldAsOf(failingFacts(), look.at),
        createdAt: account([]).createdAt,
        scorecard: everywhere(SCORECARD_DEFAULT_V1).new,
        churnModel: plan.churnModel,
        now: look.at,
        sources: { crm: look.at, tickets: look.at },
        previous,
      });
      expect(look.current).toEqual(result);
      previous = result;
    }
  });
});

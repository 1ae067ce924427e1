import { describe, expect, it } from "vitest";
import { daysAgo, daysAgoText, NOW, profile } from "../../../tests/support/account-facts.ts";
import { accountWith, plainCard, planOf } from "../../../tests/support/backtest-book.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import { finishBacktest, finishPreview } from "./build-report.ts";
import type { BacktestAccount, BacktestPlan } from "./looks.ts";
import { backtestReportSchema, previewReportSchema } from "./report.ts";
import { addAccount, startBacktest } from "./run-backtest.ts";

const RECORDED = { churned: 2, renewed: 5, contracted: 0, expanded: 0 };

function reportOf(
  plan: BacktestPlan,
  accounts: readonly BacktestAccount[],
  { capacity = 1, recorded = RECORDED } = {},
) {
  const progress = startBacktest({ weeks: plan.weeks, capacity });
  for (const account of accounts) addAccount(progress, plan, account);
  return backtestReportSchema.parse(finishBacktest(progress, plan, recorded));
}

const current = plainCard("plain-1");
/** Green begins at 95. */
const strict = plainCard("plain-2", { bands: { ...current.bands, greenFrom: 95 } });

/** Four customers, two of them lost; looks are 0, 7, 14, … 182 days ago, those from 91 days on are complete. */
const book: BacktestAccount[] = [
  accountWith("green", [[400, 90]]),
  accountWith("yellow", [[400, 60]]),
  accountWith("red-lost", [[400, 40]], 30),
  accountWith(
    "falls-lost",
    [
      [400, 80],
      [100, 45],
    ],
    10,
  ),
];

describe("a backtest of a small book", () => {
  const report = reportOf(planOf(current, strict), book);

  it("shows the book of today without those who were lost", () => {
    expect(report.accounts).toEqual({ read: 4, customers: 2 });
    expect(report.now.current).toEqual({
      customers: 2,
      withoutScore: 0,
      mean: 75,
      median: 75,
      bins: [0, 0, 0, 0, 0, 0, 1, 0, 0, 1],
      bands: { red: 0, yellow: 1, green: 1 },
      atRisk: 0,
      shareGreen: 0.5,
    });
    expect(report.now.candidate.bands).toEqual({ red: 0, yellow: 2, green: 0 });
    expect(report.shift).toEqual({ customers: 2, mean: 0, median: 0 });
  });

  it("names every customer who changes band, and why", () => {
    expect(report.changes).toEqual({
      total: 1,
      needsGrant: false,
      items: [
        {
          accountId: "green",
          name: "Customer green",
          from: { band: "green", healthScore: 90 },
          to: { band: "yellow", healthScore: 90 },
          points: 0,
          reason: "The score is the same; where its bands begin, or how fast they change, is not.",
        },
      ],
    });
  });

  it("counts what came of each band, and only where the 90 days are over", () => {
    const byBand = (side: "current" | "candidate") =>
      report.outcomes.sides[side].churnByBand.map(({ band, churn, customers, lostCustomers }) => [
        band,
        churn.count,
        churn.n,
        customers,
        lostCustomers,
      ]);
    // red: 14 looks at one (5 of them within 90 days of the loss), 2 at the other (both)
    expect(byBand("current")).toEqual([
      ["red", 7, 16, 2, 2],
      ["yellow", 0, 14, 1, 0],
      ["green", 0, 26, 2, 0],
      [null, 0, 0, 0, 0],
    ]);
    expect(byBand("candidate")).toEqual([
      ["red", 7, 16, 2, 2],
      ["yellow", 0, 40, 3, 0],
      ["green", 0, 0, 0, 0],
      [null, 0, 0, 0, 0],
    ]);
    expect(report.outcomes.baseRate).toMatchObject({ count: 3, n: 16, rate: null });
  });

  it("gives counts and words instead of ratios while there are few losses", () => {
    const { outcomes } = report;
    expect(outcomes).toMatchObject({ status: "too_few_losses", losses: 2 });
    expect(outcomes.sentence).toMatch(/^Only 2 customers were lost in this period\./);
    expect(outcomes.sides.current.flaggedBeforeLoss).toMatchObject({ count: 2, n: 2, rate: null });
    expect(outcomes.sides.current.flaggedBeforeLoss.sentence).toMatch(/too little for a ratio/);
    expect(outcomes.sides.current).toMatchObject({ precision: { count: 2, n: 4, rate: null }, lift: null });
  });

  it("tells how calm each version is", () => {
    // 27 + 27 + 22 + 25 looks; one change of band in 97 weeks from look to look
    expect(report.stability.current).toMatchObject({
      alarms: { confirmed: 2, falseAlarms: 0, undecided: 0 },
      bandChanges: 1,
      bandChangesPer90Days: 0.133,
    });
    expect(report.greenOverPeriod).toEqual({ current: 0.3861, candidate: 0 });
  });

  it("says what it compared, over which time", () => {
    expect(report.versions).toEqual({
      candidate: "plain-2",
      segments: ["new", "growing", "established"],
      current: { new: "plain-1", growing: "plain-1", established: "plain-1" },
      churnModel: "prior-1",
    });
    expect(report.period).toEqual({ from: daysAgoText(182), to: NOW.toISOString(), weeks: 26 });
  });
});

describe("alarms", () => {
  const alarmsOf = (account: BacktestAccount) => {
    const { stability } = reportOf(planOf(current, current), [account]);
    return stability.current.alarms;
  };
  const wave = (fell: number, rose: number, lost: number | null = null): BacktestAccount =>
    accountWith(
      "a",
      [
        [400, 80],
        [fell, 30],
        [rose, 60],
      ],
      lost,
    );

  it("are false when they end and nothing happens within 90 days", () => {
    expect(alarmsOf(wave(160, 120))).toEqual({ confirmed: 0, falseAlarms: 1, undecided: 0 });
  });
  it("are open while they last, and until 90 days after", () => {
    expect(alarmsOf(wave(60, 30))).toEqual({ confirmed: 0, falseAlarms: 0, undecided: 1 });
    expect(alarmsOf(wave(60, -1))).toEqual({ confirmed: 0, falseAlarms: 0, undecided: 1 });
  });
  it("are confirmed by a loss while they last, or within 90 days after", () => {
    expect(alarmsOf(wave(160, 130, 60))).toEqual({ confirmed: 1, falseAlarms: 0, undecided: 0 });
    expect(alarmsOf(wave(160, -1, 60))).toEqual({ confirmed: 1, falseAlarms: 0, undecided: 0 });
  });
});

describe("who is looked at", () => {
  it("leaves out the time before a customer became one", () => {
    const account = accountWith("late", [[400, 90]]);
    const since = {
      ...account,
      observations: [...account.observations, profile("becameCustomerAt", daysAgoText(20), 20)],
    };
    // 0, 7 and 14 days ago
    expect(reportOf(planOf(current, current), [since]).stability.current.bandChangesPer90Days).toBe(0);
    const progress = startBacktest({ weeks: 26, capacity: 1 });
    addAccount(progress, planOf(current, current), since);
    expect(progress.sides.current.looks).toBe(3);
  });

  it("counts one who came back as a customer again, and the loss as a loss", () => {
    const account: BacktestAccount = {
      ...accountWith("back", [[400, 40]]),
      losses: [{ at: daysAgo(100), until: daysAgo(50) }],
    };
    const progress = startBacktest({ weeks: 26, capacity: 1 });
    addAccount(progress, planOf(current, current), account);
    // 105 … 182 and 0 … 49 days ago
    expect(progress.sides.current.looks).toBe(12 + 8);
    expect(progress).toMatchObject({ losses: 1, customers: 1 });
    expect(progress.sides.current.alarms).toMatchObject({ confirmed: 1, undecided: 1, pairs: 11 + 7 });
  });

  it("counts customers without a score, and does not take them for green", () => {
    const report = reportOf(planOf(current, current), [
      accountWith("silent", []),
      accountWith("b", [[9, 80]]),
    ]);
    expect(report.now.current).toMatchObject({ customers: 2, withoutScore: 1, shareGreen: 0.5, mean: 80 });
    expect(report.warnings[0]).toMatch(/^1 customer has no score in this version/);
  });

  it("leaves segments alone that the candidate is not meant for", () => {
    const plan = planOf(current, strict);
    const report = reportOf(
      { ...plan, segments: ["new"], candidate: { ...plan.current, new: strict } },
      book,
    );
    expect(report.changes.total).toBe(0);
    expect(report.outcomes.sides.candidate).toEqual(report.outcomes.sides.current);
  });
});

describe("words", () => {
  const statusOf = (plan: BacktestPlan, accounts: readonly BacktestAccount[], recorded = RECORDED) => {
    const { status, sentence } = reportOf(plan, accounts, { recorded }).outcomes;
    return [status, sentence] as const;
  };
  const plan = planOf(current, strict);

  it("says what to do while no outcome is recorded", () => {
    const none = { churned: 0, renewed: 0, contracted: 0, expanded: 0 };
    const [status, sentence] = statusOf(plan, book.slice(0, 2), none);
    expect(status).toBe("none_recorded");
    expect(sentence).toMatch(/No renewals or losses are recorded yet.*run the backtest again\./);
  });
  it("asks for a longer period where outcomes cannot be known", () => {
    expect(statusOf(planOf(current, strict, { weeks: 8 }), book)[1]).toMatch(/at least 13 weeks/);
    expect(statusOf(plan, book.slice(0, 2))[0]).toBe("no_losses");
  });
  it("warns that a learned churn model has seen the period", () => {
    const learned = { ...CHURN_PRIOR_V1, basis: "learned" as const };
    expect(reportOf({ ...plan, churnModel: learned }, book).warnings.join()).toMatch(/has learned from/);
  });
  it("says that most customers are known for a part of the period only", () => {
    const young = [1, 2, 3].map((n) => ({
      ...accountWith(`y${n}`, [[20, 80]]),
      observations: [profile("referrals", 80, 20)],
    }));
    expect(reportOf(plan, young).warnings.join()).toMatch(
      /Only 0% of the customers are known since 2026-05-22/,
    );
    expect(reportOf(plan, []).warnings.join()).toMatch(/There are no customers/);
  });
});

describe("a preview", () => {
  it("shows today's book and changes from the lines alone", () => {
    const plan = planOf(current, strict, { weeks: 0 });
    const progress = startBacktest({ weeks: 0, capacity: 1 });
    for (const account of book) addAccount(progress, plan, account);
    const preview = previewReportSchema.parse(finishPreview(progress, plan));
    expect(preview.changes.items.map((change) => change.accountId)).toEqual(["green"]);
    expect(preview.now.candidate.bands).toEqual({ red: 0, yellow: 2, green: 0 });
    expect(preview.note).toMatch(/Bands are those of the score of today/);
  });
});

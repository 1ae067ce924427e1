import { expect, it } from "vitest";
import { seededRandom } from "../churn/random.ts";
import { CHURN_PRIOR_V1 } from "../scoring/churn-prior-v1.ts";
import { DAY_MS } from "../units.ts";
import { CHURN_FEATURES, featureTable } from "./feature-values.ts";
import { modelReport } from "./model-report.ts";
import { splitRows } from "./split-rows.ts";
import { logOddsOf, predictWith } from "./tenant-prior.ts";
import { type TrainingResult, type TrainingTask, trainModel } from "./train-model.ts";
import type { TrainingRow } from "./training-rows.ts";

const START = Date.parse("2023-01-06T00:00:00.000Z");
const HORIZON = 90;

interface BookOptions {
  accounts: number;
  windows?: number;
  /** Effect of logins and of seats in use on the log-odds per SD. */
  effect?: number;
  intercept?: number;
  seed?: number;
}

/** Customers whose fate follows logins and seats in use, in windows a horizon apart. */
function book(options: BookOptions): TrainingRow[] {
  const { accounts, windows = 8, effect = -1, intercept = -3, seed = 1 } = options;
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const rows: TrainingRow[] = [];
  for (let a = 0; a < accounts; a++) {
    const [health, other] = [normal(), normal()];
    for (let w = 0; w < windows; w++) {
      const [logins, seats] = [(health + normal()) / Math.SQRT2, (other + normal()) / Math.SQRT2];
      const isLost = random() < 1 / (1 + Math.exp(-(intercept + effect * (logins + seats))));
      const at = START + ((a % 3) * 30 + w * HORIZON) * DAY_MS;
      rows.push({ accountId: `account ${a}`, at, values: valuesOf(logins, seats, w), isLost });
      if (isLost) break;
    }
  }
  return rows;
}

const valuesOf = (logins: number, seats: number, window: number): number[] =>
  CHURN_FEATURES.map(({ key }) => {
    if (key === "login_frequency") return 5 + 3 * logins;
    if (key === "seats_used") return 0.6 + 0.25 * seats;
    if (key === "tenure") return Math.log1p(200 + window * HORIZON);
    return key === "notice_of_non_renewal" ? 0 : Number.NaN;
  });

const task = (rows: TrainingRow[], part: Partial<TrainingTask> = {}): TrainingTask => ({
  rows,
  horizonDays: HORIZON,
  expert: CHURN_PRIOR_V1,
  champion: CHURN_PRIOR_V1,
  championUntil: null,
  ...part,
});
function trained(result: TrainingResult) {
  if (result.kind !== "trained") throw new Error(result.detail);
  return result;
}
const correlation = (a: Float64Array, b: Float64Array): number => {
  const mean = (x: Float64Array): number => x.reduce((sum, value) => sum + value / x.length, 0);
  const [ma, mb] = [mean(a), mean(b)];
  const sum = (f: (i: number) => number): number => a.reduce((total, _, i) => total + f(i), 0);
  const part = (x: Float64Array, m: number) => (i: number) => (x[i] ?? 0) - m;
  const [pa, pb] = [part(a, ma), part(b, mb)];
  return sum((i) => pa(i) * pb(i)) / Math.sqrt(sum((i) => pa(i) ** 2) * sum((i) => pb(i) ** 2));
};

it("says in words why nothing is learned from too few outcomes", () => {
  const none = book({ accounts: 50, intercept: -50 });
  expect(trainModel(task(none))).toEqual({
    kind: "not_enough_outcomes",
    detail: expect.stringContaining("No lost customer with a known date is among the 50 customers"),
  });
  const few = none.map((row, i) => ({ ...row, isLost: i % 100 === 0 }));
  expect(trainModel(task(few))).toEqual({
    kind: "not_enough_outcomes",
    detail: expect.stringContaining("at least 10 of each"),
  });
  expect(trainModel(task([])).kind).toBe("not_enough_outcomes");
});

it("keeps close to the expert with some twenty losses, and says that nothing is proven", () => {
  const rows = book({ accounts: 110, windows: 5, intercept: -3.4 });
  const { model, report } = trained(trainModel(task(rows)));
  expect(report.counts.losses).toBeGreaterThanOrEqual(12);
  expect(report.counts.losses).toBeLessThanOrEqual(30);
  const table = featureTable(rows.map((row) => row.values));
  expect(correlation(logOddsOf(model, table), logOddsOf(CHURN_PRIOR_V1, table))).toBeGreaterThan(0.8);
  expect(["not_proven", "not_judged"]).toContain(report.againstChampion.verdict);
  expect(modelReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});

it("learns from five thousand losses, is better than expert and base rate, and calibrated", () => {
  const rows = book({ accounts: 16_000, windows: 8, effect: -1.2 });
  expect(rows.filter((row) => row.isLost).length).toBeGreaterThan(5_000);
  const { model, report } = trained(trainModel(task(rows)));
  expect(model.basis).toBe("learned");
  expect([report.againstChampion.verdict, report.againstBaseRate.verdict]).toEqual(["better", "better"]);
  expect(report.separates).toBe(true);
  expect(report.counts.rowsSetAside).toBeGreaterThan(0);
  expect(report.challenger?.auc?.value).toBeGreaterThan(0.75);
  for (const group of report.reliability) {
    expect(group.meanPredicted).toBeGreaterThan(group.low95 - 0.02);
    expect(group.meanPredicted).toBeLessThan(group.high95 + 0.02);
  }
  const direction = (key: string) => report.features.find((feature) => feature.key === key)?.direction;
  expect([direction("login_frequency"), direction("seats_used"), direction("nps")]).toEqual([
    "lowers",
    "lowers",
    "none",
  ]);
  const [worst, best] = predictWith(model, featureTable([valuesOf(-2, -2, 3), valuesOf(2, 2, 3)]));
  expect(worst).toBeGreaterThan(5 * (best ?? 1));
}, 60_000);

it("falls back to the base rate where signals do not separate, and says so", () => {
  const rows = book({ accounts: 1_500, effect: 0, intercept: -2.5 });
  const { model, report } = trained(trainModel(task(rows)));
  expect(report.separates).toBe(false);
  expect(report.warnings.join(" ")).toContain("do not separate");
  expect(model.note).toContain("do not separate");
  expect(report.challenger?.brier).toBeLessThan(1.03 * (report.baseRate.metrics?.brier ?? 0));
  const p = predictWith(model, featureTable([valuesOf(-2, -2, 3), valuesOf(2, 2, 3)]));
  expect(p[0]).toBeCloseTo(p[1] ?? 0, 6);
  expect(report.againstBaseRate.verdict).not.toBe("better");
});

it("gives the same model, version and report for the same rows in any order", () => {
  const rows = book({ accounts: 300, seed: 5 });
  const first = trained(trainModel(task(rows)));
  expect(JSON.stringify(trainModel(task(rows.toReversed())))).toBe(JSON.stringify(first));
  const other = trained(trainModel(task(book({ accounts: 300, seed: 6 }))));
  expect(other.model.version).not.toBe(first.model.version);
});

it("does not judge the model in force by what it has learned from, or says that it did", () => {
  const rows = book({ accounts: 800, seed: 3 });
  const until = START + 5 * HORIZON * DAY_MS;
  const fair = trained(trainModel(task(rows, { championUntil: until })));
  expect(Date.parse(fair.report.split?.test.from ?? "")).toBeGreaterThanOrEqual(until);
  expect(fair.report.warnings.join(" ")).not.toContain("flatters");
  const unfair = trained(trainModel(task(rows, { championUntil: START + 99 * HORIZON * DAY_MS })));
  expect(unfair.report.warnings.join(" ")).toContain("flatters");
});

it("splits by time with a horizon between, and by account", () => {
  const rows = book({ accounts: 400 });
  const split = splitRows(rows, HORIZON);
  expect(split?.folds.length).toBe(5);
  for (const { train, test } of split?.folds ?? []) {
    const learned = new Set(train.map((row) => row.accountId));
    expect(test.some((row) => learned.has(row.accountId))).toBe(false);
    const end = Math.max(...train.map((row) => row.at)) + HORIZON * DAY_MS;
    expect(Math.min(...test.map((row) => row.at))).toBeGreaterThanOrEqual(end);
  }
  const judged = split?.folds.flatMap(({ test }) => test) ?? [];
  expect(new Set(judged).size).toBe(judged.length);
  expect(
    splitRows(
      rows.filter((row) => !row.isLost),
      HORIZON,
    ),
  ).toBeNull();
  const late = rows.map((row) => ({ ...row, isLost: row.isLost && row.at >= START + 7 * HORIZON * DAY_MS }));
  expect(splitRows(late, HORIZON)).toBeNull();
});

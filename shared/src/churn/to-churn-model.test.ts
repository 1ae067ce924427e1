import { describe, expect, it } from "vitest";
import { emptyAccountState } from "../account-state.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import { assertChurnModel, churnRisk } from "../scoring/churn-risk.ts";
import type { SignalKey, SignalReading } from "../scoring/signals/signal.ts";
import { signalContext } from "../scoring/signals/signal-context.ts";
import type { FeatureTable } from "./feature-table.ts";
import { fitChurn } from "./fit-churn.ts";
import { logOddsContributions, predictChurn, predictChurnIntervals } from "./predict-churn.ts";
import { seededRandom } from "./random.ts";
import { toChurnModel } from "./to-churn-model.ts";
import { driftWarnings } from "./warnings.ts";

const KEYS = ["login_frequency", "csat", "champion"] as const satisfies readonly SignalKey[];
const NAMES: readonly string[] = KEYS;
const META = {
  version: "learned-1",
  horizonDays: 90,
  note: "Learned from your own outcomes.",
  bands: { medium: 0.2, high: 0.5 },
  features: KEYS.map((key) => ({ key, label: `About ${key}`, from: key })),
};
const ROWS = 200;

/** Accounts that log in little are lost; the champion is a flag, and some ratings are not known. */
function tableOf(effect: number): { table: FeatureTable; labels: Uint8Array } {
  const random = seededRandom(9);
  const values = new Float64Array(ROWS * KEYS.length);
  const labels = Uint8Array.from({ length: ROWS }, (_, row) => {
    const logins = 10 * random();
    const csat = random() < 0.3 ? Number.NaN : 60 + 40 * random();
    values.set([logins, csat, random() < 0.7 ? 1 : 0], row * KEYS.length);
    return random() < 1 / (1 + Math.exp(effect * (logins - 4))) ? 1 : 0;
  });
  return { table: { features: KEYS, rows: ROWS, values }, labels };
}
const PRIOR = { weights: [-0.4, -0.2, -0.3], intercept: { mean: -1.4, sd: 1 } };
const learned = (effect: number) => {
  const { table, labels } = tableOf(effect);
  const fitted = fitChurn({ table, labels, prior: PRIOR });
  return { table, fitted, model: toChurnModel(fitted, META) };
};

const NOW = new Date("2026-06-01T00:00:00Z");
const context = signalContext(emptyAccountState(), NOW, { crm: NOW, tickets: NOW });

function riskOf(model: ChurnModel, table: FeatureTable, row: number) {
  const readings = new Map<SignalKey, SignalReading>();
  for (const [j, signal] of KEYS.entries()) {
    const value = table.values[row * KEYS.length + j] ?? Number.NaN;
    const isKnown = !Number.isNaN(value);
    readings.set(signal, {
      signal,
      state: isKnown ? "measured" : "missing",
      value: isKnown ? value : null,
      sentence: `${signal} is ${value}.`,
      observedAt: null,
      evidence: [],
    });
  }
  return churnRisk(model, context, readings, true);
}

describe("a learned model in scoring", () => {
  const { table, fitted, model } = learned(0.8);
  const stored: ChurnModel = JSON.parse(JSON.stringify(model));

  it("predicts what the fit predicts, with the same intervals, to 1e-6, also after being stored", () => {
    assertChurnModel(stored);
    const p = predictChurn(fitted, table);
    const { low, high } = predictChurnIntervals(fitted, table, 0.8);
    for (let row = 0; row < ROWS; row++) {
      const risk = riskOf(stored, table, row);
      expect(Math.abs((risk.probability ?? -1) - (p[row] ?? 0))).toBeLessThan(1e-6);
      expect(Math.abs((risk.low80 ?? -1) - (low[row] ?? 0))).toBeLessThan(1e-6);
      expect(Math.abs((risk.high80 ?? -1) - (high[row] ?? 0))).toBeLessThan(1e-6);
    }
  });

  it("explains a risk by contributions that add up to the log-odds", () => {
    const contributions = logOddsContributions(fitted, table, 3);
    const { reasons, basis, note } = riskOf(stored, table, 3);
    for (const { feature, logOdds } of reasons)
      expect(logOdds).toBeCloseTo(contributions[NAMES.indexOf(feature)] ?? Number.NaN, 12);
    const sum = reasons.reduce((total, { logOdds }) => total + logOdds, model.intercept.mean);
    expect(1 / (1 + Math.exp(-sum))).toBeCloseTo(predictChurn(fitted, table)[3] ?? 0, 12);
    expect([basis, note.startsWith(META.note)]).toEqual(["learned", true]);
  });

  it("sees no drift in the accounts that it learned from, and the same drift as the fit elsewhere", () => {
    expect([driftWarnings(fitted, table), driftWarnings(stored, table)]).toEqual([[], []]);
    const busy = { ...table, values: table.values.map((value, i) => (i % 3 === 0 ? value + 30 : value)) };
    const [first, ...rest] = driftWarnings(stored, busy);
    expect(first).toContain("About login_frequency: 100% of 200 accounts");
    expect(rest).toEqual(driftWarnings(fitted, busy).slice(1));
  });

  it("widens the interval where a signal is not known, and says so", () => {
    const one = { features: KEYS, rows: 1, values: Float64Array.of(5, 80, 1) };
    const gap = { features: KEYS, rows: 1, values: Float64Array.of(Number.NaN, 80, 1) };
    const width = (t: FeatureTable): number => {
      const { low80, high80 } = riskOf(stored, t, 0);
      const logit = (p: number): number => Math.log(p / (1 - p));
      return logit(high80 ?? 0) - logit(low80 ?? 0);
    };
    expect(width(gap)).toBeGreaterThan(width(one));
    expect(riskOf(stored, gap, 0).note).toMatch(/1 of its signs is not known here/);
  });

  it("says that it is the base rate where signals do not separate, and gives no reasons", () => {
    const nothing = { ...fitted, separates: false };
    const flat = toChurnModel(
      {
        ...nothing,
        features: fitted.features.map((f) => ({
          ...f,
          weight: 0,
          hinges: f.hinges.map((hinge) => ({ ...hinge, weight: 0 })),
        })),
      },
      META,
    );
    const risk = riskOf(flat, table, 0);
    expect(risk.reasons).toEqual([]);
    expect(risk.note).toBe(
      "Learned from your own outcomes. The signals do not separate lost from kept customers yet; this is your base rate.",
    );
  });

  it("leaves out a constant column, and calls itself an expert's estimate without outcomes", () => {
    const constant = { ...table, values: table.values.map((value, i) => (i % 3 === 2 ? 1 : value)) };
    const { labels } = tableOf(0.8);
    const fit = fitChurn({ table: constant, labels, prior: PRIOR });
    const without = toChurnModel(fit, META);
    expect(without.features.map(({ key }) => key)).toEqual(["login_frequency", "csat"]);
    assertChurnModel(without);
    const none = { features: KEYS, rows: 0, values: new Float64Array() };
    const expert = toChurnModel(fitChurn({ table: none, labels: new Uint8Array(), prior: PRIOR }), META);
    expect(expert.basis).toBe("expert_prior");
    expect(expert).not.toHaveProperty("baseRate");
  });

  it("is refused with a feature that nobody described, or with a covariance of another model", () => {
    expect(() => toChurnModel(fitted, { ...META, features: [] })).toThrow(/login_frequency has no label/);
    expect(() => assertChurnModel({ ...model, covariance: [1] })).toThrow(/covariance/);
    const features = model.features.map((f) => ({
      ...f,
      hinges: [{ knot: Number.NaN, mean: 0, weight: 0 }],
    }));
    expect(() => assertChurnModel({ ...model, features })).toThrow(/login_frequency/);
  });
});

import { describe, expect, it } from "vitest";
import { seededRandom } from "./random.ts";
import { calibrationWarning, type DriftModel, driftWarnings } from "./warnings.ts";

const MODEL: DriftModel = {
  intercept: { mean: -2 },
  baseRate: 0.12,
  features: [
    { key: "logins", label: "Login frequency", mean: 5, sd: 2, clamp: { low: 1, high: 9 }, weight: -0.5 },
  ],
};
const accounts = (values: readonly number[], name = "logins") => ({
  features: [name],
  rows: values.length,
  values: Float64Array.from(values),
});

describe("drift warnings", () => {
  it("are silent while accounts look like those learned from", () => {
    expect(driftWarnings(MODEL, accounts([...new Array<number>(38).fill(5), 12, Number.NaN]))).toEqual([]);
  });

  it("name the signal that many accounts have outside its range", () => {
    const [first, ...others] = driftWarnings(
      MODEL,
      accounts([...new Array<number>(30).fill(5), 10, 10, 10, 10]),
    );
    expect(first).toContain("Login frequency: 12% of 34 accounts lie outside the range");
    expect(others).toEqual([]);
  });

  it("say when the mean prediction left the rate that was seen", () => {
    const [only] = driftWarnings(MODEL, accounts(new Array<number>(40).fill(1.5)));
    expect(only).toMatch(/predicts a loss for 2\d% of these 40 accounts on average, but 12% were lost/);
  });

  it("take the base rate of few outcomes for what it is", () => {
    const many = accounts(new Array<number>(40).fill(1.5));
    expect(driftWarnings({ ...MODEL, outcomes: 25 }, many)).toEqual([]);
    expect(driftWarnings({ ...MODEL, outcomes: 2500 }, many)).toHaveLength(1);
  });

  it("do not judge a handful of accounts, a model without outcomes, or a signal that is not there", () => {
    expect(driftWarnings(MODEL, accounts([100, 100, 100]))).toEqual([]);
    const { baseRate: _, ...expert } = MODEL;
    expect(driftWarnings(expert, accounts(new Array<number>(40).fill(1.5)))).toEqual([]);
    expect(driftWarnings(MODEL, accounts(new Array<number>(40).fill(100), "other"))).toEqual([]);
  });
});

describe("the calibration warning", () => {
  const random = seededRandom(5);
  const p = Float64Array.from({ length: 600 }, () => 0.02 + 0.5 * random() ** 2);
  const outcomes = (truth: (p: number) => number): Uint8Array =>
    Uint8Array.from(p, (value) => (random() < truth(value) ? 1 : 0));

  it("is silent for what chance explains", () => {
    expect(
      calibrationWarning(
        p,
        outcomes((value) => value),
      ),
    ).toBeNull();
    expect(calibrationWarning(new Float64Array(), new Uint8Array())).toBeNull();
    expect(calibrationWarning(Float64Array.of(1e-9), Uint8Array.of(0))).toBeNull();
  });

  it("says which way the probabilities are off", () => {
    expect(
      calibrationWarning(
        p,
        outcomes((value) => value + 0.15),
      ),
    ).toMatch(/too low/);
    expect(
      calibrationWarning(
        p,
        outcomes((value) => value / 3),
      ),
    ).toMatch(/too high/);
  });

  it("notices a model that is too sure of itself", () => {
    const sure = Float64Array.from({ length: 400 }, (_, i) => (i % 2 ? 0.95 : 0.05));
    const y = Uint8Array.from(sure, (value) => (random() < 0.5 + (value - 0.5) / 2 ? 1 : 0));
    expect(calibrationWarning(sure, y)).toMatch(/too sure of itself/);
  });
});

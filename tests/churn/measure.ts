import {
  type ExpertPrior,
  evaluatePredictions,
  type FeatureTable,
  type FittedChurn,
  fitChurn,
  predictChurn,
  predictChurnIntervals,
  type Standardisation,
} from "@bellwether/shared";

/** Figures of one fit, or their means; `null` = cannot be said, e.g. an AUC with one kind of outcome only. */
export interface Figures {
  auc: number | null;
  brier: number | null;
  ece: number | null;
  eceRatio: number | null;
  lift: number | null;
  coverage80: number | null;
  coverage90: number | null;
  secondsPerFit: number | null;
}

export interface Knowledge {
  prior: ExpertPrior;
  standardisation: Standardisation;
}

export function rowsOf({ features, values }: FeatureTable, rows: readonly number[]): FeatureTable {
  const width = features.length;
  const taken = new Float64Array(rows.length * width);
  for (const [i, row] of rows.entries())
    taken.set(values.subarray(row * width, (row + 1) * width), i * width);
  return { features, rows: rows.length, values: taken };
}

export const labelsOf = (labels: Uint8Array, rows: readonly number[]): Uint8Array =>
  Uint8Array.from(rows, (row) => labels[row] ?? 0);

export function timedFit(
  table: FeatureTable,
  labels: Uint8Array,
  knowledge: Knowledge,
): { fitted: FittedChurn; seconds: number } {
  const start = performance.now();
  const fitted = fitChurn({ table, labels, ...knowledge });
  return { fitted, seconds: (performance.now() - start) / 1000 };
}

/** How good the fit's predictions for the test rows were. */
export function figuresOf(
  fitted: FittedChurn,
  test: FeatureTable,
  labels: Uint8Array,
  random: () => number,
): Omit<Figures, "coverage80" | "coverage90" | "secondsPerFit"> {
  const { auc, brier, ece, eceRatio, lift } = evaluatePredictions(predictChurn(fitted, test), labels, random);
  return { auc: auc?.value ?? null, brier, ece, eceRatio, lift };
}

/** Share of the test rows whose true probability lies in the interval. */
export function coverageOf(
  fitted: FittedChurn,
  test: FeatureTable,
  truth: Float64Array,
): Pick<Figures, "coverage80" | "coverage90"> {
  const share = (level: number): number => {
    const { low, high } = predictChurnIntervals(fitted, test, level);
    const held = truth.filter((p, i) => p >= (low[i] ?? 1) && p <= (high[i] ?? 0));
    return held.length / truth.length;
  };
  return { coverage80: share(0.8), coverage90: share(0.9) };
}

/** Labels as they would have turned out another time, were these the true probabilities. */
export const redrawn = (truth: Float64Array, rows: readonly number[], random: () => number): Uint8Array =>
  Uint8Array.from(rows, (row) => (random() < (truth[row] ?? 0) ? 1 : 0));

export function meanOf(figures: readonly Figures[]): Figures {
  const mean = (pick: (figure: Figures) => number | null): number | null => {
    const known = figures.map(pick).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value / known.length, 0);
  };
  return {
    auc: mean((f) => f.auc),
    brier: mean((f) => f.brier),
    ece: mean((f) => f.ece),
    eceRatio: mean((f) => f.eceRatio),
    lift: mean((f) => f.lift),
    coverage80: mean((f) => f.coverage80),
    coverage90: mean((f) => f.coverage90),
    secondsPerFit: mean((f) => f.secondsPerFit),
  };
}

import {
  calibrationWarning,
  driftWarnings,
  expertPriorOf,
  type FeatureTable,
  NO_SEPARATION,
  predictChurn,
  predictChurnIntervals,
  seededRandom,
  standardisationOf,
} from "@bellwether/shared";
import {
  coverageOf,
  type Figures,
  figuresOf,
  type Knowledge,
  labelsOf,
  meanOf,
  redrawn,
  rowsOf,
  timedFit,
} from "./measure.ts";
import type { LabelledTable } from "./read-data.ts";
import type { ExpertSigns } from "./read-signs.ts";
import type { SmallDraws, Split } from "./read-splits.ts";

export interface Prediction {
  split: string;
  row: number;
  p: number;
  low80: number;
  high80: number;
}

export interface FullResult {
  figures: Figures;
  warnings: string[];
  predictions: Prediction[];
}

/** One set of numbers is drawn for each part, so that leaving one out does not change another. */
const SEED = 20_260_101;

/** What is known of accounts without their outcomes. */
export function knowledgeOf(accounts: FeatureTable, { signs, intercept }: ExpertSigns): Knowledge {
  const standardisation = standardisationOf(accounts);
  return { standardisation, prior: expertPriorOf(accounts, standardisation, signs, intercept) };
}

/** Probabilities that a fit on all rows finds: taken for the truth when intervals are checked. */
export function fittedTruth({ table, labels }: LabelledTable, signs: ExpertSigns): Float64Array {
  const { fitted } = timedFit(table, labels, knowledgeOf(table, signs));
  return predictChurn(fitted, table);
}

export function evaluateSplits(
  data: LabelledTable,
  splits: readonly Split[],
  signs: ExpertSigns,
  truth: Float64Array,
  progress: (done: string) => void,
): FullResult {
  const results = splits.map((split, k) => {
    progress(`split ${k + 1} of ${splits.length}`);
    return evaluateSplit(data, split, signs, truth, SEED + k);
  });
  return {
    figures: meanOf(results.map(({ figures }) => figures)),
    warnings: results.flatMap(({ warnings }) => warnings),
    predictions: results.flatMap(({ predictions }) => predictions),
  };
}

function evaluateSplit(
  { table, labels }: LabelledTable,
  { name, train, test }: Split,
  signs: ExpertSigns,
  truth: Float64Array,
  seed: number,
): FullResult {
  const random = seededRandom(seed);
  const learned = rowsOf(table, train);
  const tested = rowsOf(table, test);
  const outcomes = labelsOf(labels, test);
  const knowledge = knowledgeOf(learned, signs);
  const { fitted, seconds } = timedFit(learned, labelsOf(labels, train), knowledge);
  const again = timedFit(learned, redrawn(truth, train, random), knowledge);
  const p = predictChurn(fitted, tested);
  const { low, high } = predictChurnIntervals(fitted, tested, 0.8);
  const miscalibrated = calibrationWarning(p, outcomes);
  const warnings = [
    ...(fitted.separates ? [] : [NO_SEPARATION]),
    ...driftWarnings(fitted, tested),
    ...(miscalibrated === null ? [] : [miscalibrated]),
  ];
  return {
    figures: {
      ...figuresOf(fitted, tested, outcomes, random),
      ...coverageOf(
        again.fitted,
        tested,
        Float64Array.from(test, (row) => truth[row] ?? 0),
      ),
      secondsPerFit: seconds,
    },
    warnings: warnings.map((warning) => `Split ${name}: ${warning}`),
    predictions: test.map((row, i) => ({
      split: name,
      row,
      p: p[i] ?? 0,
      low80: low[i] ?? 0,
      high80: high[i] ?? 0,
    })),
  };
}

/** Means over the draws for each number of outcomes; n = 0 is the expert alone, the same for all draws. */
export function evaluateSmall(
  { table, labels }: LabelledTable,
  { test, pool, draws, sizes }: SmallDraws,
  signs: ExpertSigns,
  truth: Float64Array,
  progress: (done: string) => void,
): ({ n: number } & Figures)[] {
  const knowledge = knowledgeOf(rowsOf(table, pool), signs);
  const tested = rowsOf(table, test);
  const outcomes = labelsOf(labels, test);
  const trueOfTest = Float64Array.from(test, (row) => truth[row] ?? 0);
  return sizes.map((n) => {
    const figures = (n === 0 ? draws.slice(0, 1) : draws).map((draw, k) => {
      progress(`n = ${n}, draw ${k + 1} of ${draws.length}`);
      const random = seededRandom(SEED + 1000 * (n + 1) + k);
      const rows = draw.slice(0, n);
      const learned = rowsOf(table, rows);
      const { fitted, seconds } = timedFit(learned, labelsOf(labels, rows), knowledge);
      const again = timedFit(learned, redrawn(truth, rows, random), knowledge);
      return {
        ...figuresOf(fitted, tested, outcomes, random),
        ...coverageOf(again.fitted, tested, trueOfTest),
        secondsPerFit: seconds,
      };
    });
    return { n, ...meanOf(figures) };
  });
}

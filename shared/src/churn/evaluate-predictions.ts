import { type Auc, aucOf, liftOf } from "./ranking.ts";
import { calibrationError, type ReliabilityBin, reliabilityBins } from "./reliability.ts";

export interface Evaluation {
  n: number;
  events: number;
  /** `null` when only one kind of outcome is there. */
  auc: Auc | null;
  /** Mean squared error of the probabilities, and that of predicting the test rows' own base rate for all. */
  brier: number;
  baseBrier: number;
  logLoss: number;
  ece: number;
  /** ECE ÷ what a perfectly calibrated model would show by chance; 1 = no miscalibration can be detected. */
  eceRatio: number | null;
  /** Loss rate in the riskiest 10% ÷ base rate; `null` when nobody was lost. */
  lift: number | null;
  baseRate: number;
  reliability: readonly ReliabilityBin[];
}

/** Keeps one certain and wrong prediction from making the log loss infinite. */
const SMALLEST = 1e-15;

/**
 * How good predictions were, now that the outcomes are known.
 * @param random in [0, 1): for the redraws behind `eceRatio`
 */
export function evaluatePredictions(p: Float64Array, y: Uint8Array, random: () => number): Evaluation {
  const n = p.length;
  const events = y.reduce((sum, label) => sum + label, 0);
  const baseRate = n === 0 ? 0 : events / n;
  let [squares, logs] = [0, 0];
  for (let i = 0; i < n; i++) {
    const ofOutcome = y[i] === 1 ? (p[i] ?? 0) : 1 - (p[i] ?? 0);
    squares += (1 - ofOutcome) ** 2;
    logs -= Math.log(Math.max(SMALLEST, ofOutcome));
  }
  return {
    n,
    events,
    auc: aucOf(p, y),
    brier: n === 0 ? 0 : squares / n,
    baseBrier: baseRate * (1 - baseRate),
    logLoss: n === 0 ? 0 : logs / n,
    ...calibrationError(p, y, random),
    lift: liftOf(p, y, 0.1),
    baseRate,
    reliability: reliabilityBins(p, y),
  };
}

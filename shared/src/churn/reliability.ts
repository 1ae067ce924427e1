/** Predictions that fell into [from, to), and what happened to those accounts. */
export interface ReliabilityBin {
  from: number;
  to: number;
  n: number;
  /** `null` in an empty bin, like the three below. */
  meanPredicted: number | null;
  observed: number | null;
  low95: number | null;
  high95: number | null;
}

const BINS = 10;
const REDRAWS = 100;
const Z_95 = 1.959963984540054;

const binOf = (p: number): number => Math.min(BINS - 1, Math.floor(p * BINS));

interface Tally {
  n: Float64Array;
  predicted: Float64Array;
  events: Float64Array;
}

function tally(p: Float64Array, isLost: (i: number) => boolean): Tally {
  const result = {
    n: new Float64Array(BINS),
    predicted: new Float64Array(BINS),
    events: new Float64Array(BINS),
  };
  for (let i = 0; i < p.length; i++) {
    const bin = binOf(p[i] ?? 0);
    result.n[bin] = (result.n[bin] ?? 0) + 1;
    result.predicted[bin] = (result.predicted[bin] ?? 0) + (p[i] ?? 0);
    if (isLost(i)) result.events[bin] = (result.events[bin] ?? 0) + 1;
  }
  return result;
}

const errorOf = ({ predicted, events }: Tally, rows: number): number =>
  predicted.reduce((sum, value, bin) => sum + Math.abs(value - (events[bin] ?? 0)), 0) / rows;

/**
 * Expected calibration error over 10 bins of equal width, and how it compares with what a perfectly calibrated model
 * with the same predictions shows by chance: a ratio of 1 means that no miscalibration can be detected.
 * @param random in [0, 1)
 */
export function calibrationError(
  p: Float64Array,
  y: Uint8Array,
  random: () => number,
): { ece: number; eceRatio: number | null } {
  if (p.length === 0) return { ece: 0, eceRatio: null };
  const ece = errorOf(
    tally(p, (i) => y[i] === 1),
    p.length,
  );
  let byChance = 0;
  for (let k = 0; k < REDRAWS; k++)
    byChance +=
      errorOf(
        tally(p, (i) => random() < (p[i] ?? 0)),
        p.length,
      ) / REDRAWS;
  return { ece, eceRatio: byChance > 0 ? ece / byChance : null };
}

/** Ten bins of equal width; the interval of the observed rate is Wilson's. */
export function reliabilityBins(p: Float64Array, y: Uint8Array): ReliabilityBin[] {
  const { n, predicted, events } = tally(p, (i) => y[i] === 1);
  return [...n].map((count, bin) => {
    const range = { from: bin / BINS, to: (bin + 1) / BINS, n: count };
    if (count === 0) return { ...range, meanPredicted: null, observed: null, low95: null, high95: null };
    const meanPredicted = (predicted[bin] ?? 0) / count;
    return { ...range, meanPredicted, ...shareOf(events[bin] ?? 0, count) };
  });
}

/** A rate and Wilson's interval around it. @param n above 0 */
export function shareOf(events: number, n: number): { observed: number; low95: number; high95: number } {
  const observed = events / n;
  const [shrink, square] = [1 + Z_95 ** 2 / n, Z_95 ** 2 / (2 * n)];
  const middle = (observed + square) / shrink;
  const reach = (Z_95 / shrink) * Math.sqrt((observed * (1 - observed)) / n + square / (2 * n));
  return { observed, low95: Math.max(0, middle - reach), high95: Math.min(1, middle + reach) };
}

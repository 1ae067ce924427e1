import { type FeatureTable, sortedColumn } from "./feature-table.ts";

/** What the accounts' signals alone, without any outcome, say about a feature. */
export interface FeatureRange {
  /** Values outside are taken for the nearer end: a line or a bend holds only where it was seen. */
  low: number;
  high: number;
  /** Mean and population SD of the values so clamped: a single wild value cannot stretch the scale. */
  mean: number;
  sd: number;
  /** Where a bend is allowed, ascending; of max(value − at, 0) the mean and the variance. */
  knots: readonly { at: number; meanExcess: number; variance: number }[];
  /** How much steeper than usual a bend may be: above 1 where most accounts lie closer together than the SD says. */
  steepness: number;
}

/** Population SD; a constant column gets sd 1 and no part. */
export interface Standardisation {
  mean: readonly number[];
  sd: readonly number[];
  /** `null` for a constant column. Absent without rows, or when made by hand: then the ranges come from the rows with outcomes. */
  ranges?: readonly (FeatureRange | null)[];
}

/** Middle half of a normal distribution, in SD. */
const NORMAL_IQR = 1.349;
/** Source: docs/decisions/0009-churn-model.md */
const MAX_STEEPNESS = 30;
const CROWDED = 1.5;

export function standardisationOf(table: FeatureTable): Standardisation {
  const columns = table.features.map((_, column) => sortedColumn(table, column));
  const moments = columns.map(momentsOf);
  const mean = moments.map((moment) => moment.mean);
  const sd = moments.map((moment) => moment.sd);
  return table.rows === 0 ? { mean, sd } : { mean, sd, ranges: columns.map(rangeOf) };
}

/** Of a column without known values the mean is 0. */
function momentsOf(sorted: Float64Array): { mean: number; sd: number } {
  if (sorted.length === 0) return { mean: 0, sd: 1 };
  const [first = 0] = sorted;
  if (first === sorted.at(-1)) return { mean: first, sd: 1 };
  const mean = sorted.reduce((sum, value) => sum + value / sorted.length, 0);
  const variance = sorted.reduce((sum, value) => sum + (value - mean) ** 2 / sorted.length, 0);
  const sd = Math.sqrt(variance);
  // what differs in the last digits only is no difference
  return sd > 1e-9 * Math.max(Math.abs(first), Math.abs(mean)) ? { mean, sd } : { mean, sd: 1 };
}

/** `null` when the column is constant or unknown. @param sorted ascending */
export function rangeOf(sorted: Float64Array): FeatureRange | null {
  const limits = limitsOf(sorted);
  if (limits === null) return null;
  const { low, high } = limits;
  const clamped = sorted.map((value) => Math.min(high, Math.max(low, value)));
  const { mean, sd } = momentsOf(clamped);
  if (high - low < 1e-9 * Math.max(Math.abs(low), Math.abs(high))) return null;
  const quartiles = [0.25, 0.5, 0.75].map((share) => quantile(clamped, share));
  const [lower = low, , upper = high] = quartiles;
  const crowding = upper > lower ? (NORMAL_IQR * sd) / (upper - lower) : 1;
  const isBinary = clamped.every((value) => value === low || value === high);
  const bends = isBinary ? [] : [...new Set(quartiles)].filter((at) => at > low && at < high);
  // in a crowd even the straight line may be steep: a bend at the very start is a second, freer one
  const places = crowding > CROWDED && bends.length > 0 ? [low, ...bends] : bends;
  const knots = places.map((at) => {
    const excess = clamped.map((value) => Math.max(0, value - at));
    const meanExcess = excess.reduce((sum, value) => sum + value / excess.length, 0);
    const variance = excess.reduce((sum, value) => sum + (value - meanExcess) ** 2 / excess.length, 0);
    return { at, meanExcess, variance };
  });
  return { low, high, mean, sd, knots, steepness: Math.min(MAX_STEEPNESS, Math.max(1, crowding)) };
}

/** The 1–99% range; of a flag or a count that is nearly always the same, as much of the tails as it takes to vary. */
function limitsOf(sorted: Float64Array): { low: number; high: number } | null {
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? first;
  if (first === last) return null;
  if (sorted.every((value) => value === first || value === last)) return { low: first, high: last };
  for (const tail of [0.01, 0.005, 0.001]) {
    const [low, high] = [quantile(sorted, tail), quantile(sorted, 1 - tail)];
    if (low < high) return { low, high };
  }
  return { low: first, high: last };
}

/** Linear between the two nearest ranks. @param sorted ascending, not empty */
export function quantile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? 0;
  const above = sorted[Math.ceil(rank)] ?? below;
  return below + (above - below) * (rank - Math.floor(rank));
}

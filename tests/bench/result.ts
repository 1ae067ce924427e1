export interface BenchContext {
  /** A PostgreSQL where databases may be created and dropped. */
  postgresUrl: string;
  secondsPerRound: number;
  rounds: number;
}

export interface BenchResult {
  name: string;
  ours: number;
  /** The bare minimum doing the same work, in the same run; `null` where the bar is a number and not a floor. */
  floor: number | null;
  /** ours ÷ floor */
  ratio: number | null;
  unit: string;
  /** How many were measured: events, requests, accounts. */
  n: number;
}

/** Measures one or several named figures together. */
export interface Measurement {
  names: readonly string[];
  measure(context: BenchContext): Promise<BenchResult[]>;
}

/** Middle value; of an even number the lower one, so that a result is one that was measured. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The smallest measured value that at least this share of all does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error("no values to take a quantile of");
  return found;
}

export const result = (
  name: string,
  unit: string,
  { ours, floor, n }: { ours: number; floor: number | null; n: number },
): BenchResult => ({ name, ours, floor, ratio: floor === null ? null : ours / floor, unit, n });

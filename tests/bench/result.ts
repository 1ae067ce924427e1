export interface BenchContext {
  /** A PostgreSQL where databases may be created and dropped. */
  postgresUrl: string;
  secondsPerRound: number;
  rounds: number;
}

export interface BenchResult {
  name: string;
  ours: number;
  floor: number;
  /** ours ÷ floor */
  ratio: number;
  unit: string;
}

/** Middle value; of an even number the lower one, so that a result is one that was measured. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new Error("no values to take the median of");
  return middle;
}

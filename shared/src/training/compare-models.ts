/** Draws behind an interval. */
const DRAWS = 1000;

export interface BrierDifference {
  /** Mean squared error of the first minus that of the second: below 0 the first is better. */
  value: number;
  low95: number;
  high95: number;
}

/**
 * How much better or worse one set of predictions is, with an interval that draws whole accounts: the dates of one
 * account are no independent witnesses.
 * @param accounts of each row
 * @param random in [0, 1)
 */
export function brierDifference(
  p: Float64Array,
  other: Float64Array,
  y: Uint8Array,
  accounts: readonly string[],
  random: () => number,
): BrierDifference {
  const sums = new Map<string, { difference: number; rows: number }>();
  for (let i = 0; i < y.length; i++) {
    const label = y[i] ?? 0;
    const difference = ((p[i] ?? 0) - label) ** 2 - ((other[i] ?? 0) - label) ** 2;
    const known = sums.get(accounts[i] ?? "") ?? { difference: 0, rows: 0 };
    sums.set(accounts[i] ?? "", { difference: known.difference + difference, rows: known.rows + 1 });
  }
  const groups = [...sums.values()];
  const draws = Float64Array.from({ length: DRAWS }, () =>
    meanOf(groups.map(() => groups[Math.floor(random() * groups.length)] ?? { difference: 0, rows: 0 })),
  ).sort();
  return {
    value: meanOf(groups),
    low95: draws[Math.floor(0.025 * DRAWS)] ?? 0,
    high95: draws[Math.ceil(0.975 * DRAWS) - 1] ?? 0,
  };
}

function meanOf(groups: readonly { difference: number; rows: number }[]): number {
  let [difference, rows] = [0, 0];
  for (const group of groups) {
    difference += group.difference;
    rows += group.rows;
  }
  return rows === 0 ? 0 : difference / rows;
}

export type Verdict = "better" | "not_proven" | "worse";

/** Only an interval that leaves zero on one side proves anything. */
export const verdictOf = ({ low95, high95 }: BrierDifference): Verdict =>
  high95 < 0 ? "better" : low95 > 0 ? "worse" : "not_proven";

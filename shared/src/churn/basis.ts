import { type FeatureTable, sortedColumn } from "./feature-table.ts";
import { rangeOf, type Standardisation } from "./standardisation.ts";
import type { Design } from "./weighted-squares.ts";

/** How a value becomes terms of the log-odds: z = (value held within [low, high] − mean) ÷ sd, and bends of z. */
export interface FeatureBasis {
  name: string;
  mean: number;
  sd: number;
  low: number;
  high: number;
  /** In SD; a bend is max(z − knot, 0) − mean, with this variance over all accounts. */
  hinges: readonly { knot: number; mean: number; variance: number }[];
  /** @see FeatureRange.steepness */
  steepness: number;
  /** `false` for a constant column: it has no terms. */
  isActive: boolean;
}

/** Beyond it every feature keeps but its middle bend: a fit's time grows with the cube of the terms. */
const MAX_TERMS = 150;
/** Without any row to see a range from, values are held within this many SD. */
const UNSEEN_RANGE_SD = 5;

export function basisOf(table: FeatureTable, standardisation: Standardisation): FeatureBasis[] {
  const { ranges } = standardisation;
  const basis = table.features.map((name, column): FeatureBasis => {
    const range = ranges ? (ranges[column] ?? null) : rangeOf(sortedColumn(table, column));
    const given = { mean: standardisation.mean[column] ?? 0, sd: standardisation.sd[column] ?? 1 };
    const { mean, sd } = ranges && range ? range : given;
    const reach = UNSEEN_RANGE_SD * sd;
    const { low, high, knots, steepness } = range ?? {
      low: mean - reach,
      high: mean + reach,
      knots: [],
      steepness: 1,
    };
    const hinges = knots.map(({ at, meanExcess, variance }) => ({
      // never -0, which JSON would give back as 0
      knot: (at - mean) / sd + 0,
      mean: meanExcess / sd,
      variance: variance / sd ** 2,
    }));
    const isActive = range !== null || (ranges === undefined && table.rows === 0);
    return { name, mean, sd, low, high, hinges, steepness, isActive };
  });
  return basis.reduce((sum, feature) => sum + termCount(feature), 0) > MAX_TERMS
    ? basis.map((feature) => ({ ...feature, hinges: middleOf(feature.hinges) }))
    : basis;
}

const middleOf = <T>(items: readonly T[]): T[] => {
  const half = Math.floor(items.length / 2);
  return items.slice(half, half + 1);
};

export const termCount = ({ isActive, hinges }: Pick<FeatureBasis, "isActive" | "hinges">): number =>
  isActive ? 1 + hinges.length : 0;

/** The constant 1, then of each active feature z and its bends. What is not known takes part with 0 in every term. */
export function designOf(basis: readonly FeatureBasis[], { rows, values }: FeatureTable): Design {
  const columns = basis.reduce((sum, feature) => sum + termCount(feature), 1);
  const design = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let to = row * columns;
    design[to++] = 1;
    for (const [column, feature] of basis.entries())
      if (feature.isActive)
        to = writeTerms(feature, values[row * basis.length + column] ?? Number.NaN, design, to);
  }
  return { rows, columns, values: design };
}

/** @returns where the next term goes */
function writeTerms(feature: FeatureBasis, value: number, design: Float64Array, to: number): number {
  if (Number.isNaN(value)) return to + 1 + feature.hinges.length;
  const z = (Math.min(feature.high, Math.max(feature.low, value)) - feature.mean) / feature.sd;
  let next = to;
  design[next++] = z;
  for (const { knot, mean } of feature.hinges) design[next++] = Math.max(0, z - knot) - mean;
  return next;
}

import { DomainError } from "../errors.ts";

/** One row per example, row-major; NaN = not known. */
export interface FeatureTable {
  features: readonly string[];
  rows: number;
  values: Float64Array;
}

/** Beyond it, squares leave the range of floating point. */
const LARGEST = 1e100;

/** @throws {DomainError} `model_invalid`: the size does not fit, a name stands twice, or a value is beyond 1e100 */
export function assertTable({ features, rows, values }: FeatureTable): void {
  if (!Number.isInteger(rows) || rows < 0 || values.length !== rows * features.length)
    throw new DomainError(
      "model_invalid",
      `A table of ${rows} rows and ${features.length} features cannot hold ${values.length} values.`,
    );
  const twice = features.find((name, index) => features.indexOf(name) !== index);
  if (twice !== undefined) throw new DomainError("model_invalid", `The feature ${twice} stands twice.`);
  const wrong = values.findIndex((value) => Math.abs(value) > LARGEST);
  if (wrong >= 0)
    throw new DomainError(
      "model_invalid",
      `The feature ${features[wrong % features.length]} is too large a number in row ${Math.floor(wrong / features.length)}.`,
    );
}

/** The known values of one column, ascending. */
export function sortedColumn({ features, rows, values }: FeatureTable, column: number): Float64Array {
  const known = new Float64Array(rows);
  let count = 0;
  for (let i = column; i < values.length; i += features.length) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isNaN(value)) known[count++] = value;
  }
  return known.subarray(0, count).sort();
}

import type { FeatureTable } from "@bellwether/shared";
import { InputError } from "./input-error.ts";
import { readText } from "./read-text.ts";

export interface LabelledTable {
  table: FeatureTable;
  /** 1 = lost. */
  labels: Uint8Array;
}

/** Columns that are no features: the outcome, and the row's number in the file it came from. */
const OUTCOME = "y";
const SOURCE_ROW = "src_row";
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A CSV with a header, `y` and numeric features; an empty cell = not known. @throws {InputError} naming file and line */
export async function readData(file: string): Promise<LabelledTable> {
  const lines = (await readText(file)).split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const [header, ...rows] = lines;
  const names = cellsOf(header ?? "");
  const outcome = names.indexOf(OUTCOME);
  const columns = names.flatMap((name, i) => (name === OUTCOME || name === SOURCE_ROW ? [] : [i]));
  const features = columns.map((i) => names[i] ?? "");
  assertHeader(file, names, features);
  if (rows.length === 0) throw InputError.at(file, 2, "there are no rows below the header.");
  const labels = new Uint8Array(rows.length);
  const values = new Float64Array(rows.length * features.length);
  for (const [row, text] of rows.entries()) {
    const line = row + 2;
    const cells = cellsOf(text);
    if (cells.length !== names.length)
      throw InputError.at(file, line, `${names.length} cells are needed, there are ${cells.length}.`);
    const numbers = cells.map((cell, i) => numberOf(cell, file, line, names[i] ?? ""));
    const label = numbers[outcome];
    if (label !== 0 && label !== 1)
      throw InputError.at(file, line, `y has to be 0 or 1, not "${cells[outcome]}".`);
    labels[row] = label;
    for (const [j, column] of columns.entries())
      values[row * features.length + j] = numbers[column] ?? Number.NaN;
  }
  return { table: { features, rows: rows.length, values }, labels };
}

function assertHeader(file: string, names: readonly string[], features: readonly string[]): void {
  if (!names.includes(OUTCOME)) throw InputError.at(file, 1, "the header has no column y.");
  if (features.length === 0) throw InputError.at(file, 1, "the header names no feature.");
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw InputError.at(file, 1, `the column "${twice}" stands twice.`);
  if (names.includes("")) throw InputError.at(file, 1, "a column has no name.");
}

const cellsOf = (line: string): string[] =>
  line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

function numberOf(cell: string, file: string, line: number, column: string): number {
  if (cell === "") return Number.NaN;
  const value = NUMBER.test(cell) ? Number(cell) : Number.NaN;
  if (!(Math.abs(value) <= 1e100))
    throw InputError.at(file, line, `"${cell}" in column ${column} is not a usable number.`);
  return value;
}

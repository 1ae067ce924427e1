import { z } from "zod";
import { InputError } from "./input-error.ts";
import { type LocatedJson, parseLocatedJson } from "./json-lines.ts";
import { readText } from "./read-text.ts";

export interface Split {
  /** The split's seed, else its place in the file. */
  name: string;
  test: readonly number[];
  train: readonly number[];
}

export interface SmallDraws {
  test: readonly number[];
  /** All rows outside the test set. */
  pool: readonly number[];
  /** A tenant with n outcomes has the first n rows of a draw. */
  draws: readonly (readonly number[])[];
  sizes: readonly number[];
}

/** Numbers of outcomes that are looked at when the file does not name its own. */
const SIZES = [0, 20, 50, 100, 200, 500, 1000];

const index = z.int().nonnegative();
const splitsFile = z.object({
  splits: z
    .array(z.object({ seed: z.union([z.string(), z.number()]).optional(), test_idx: z.array(index).min(1) }))
    .min(1),
});
const smallFile = z.object({
  test_idx: z.array(index).min(1),
  draws: z.array(z.array(index).min(1)).min(1),
  sizes: z.array(index).optional(),
});

/** @throws {InputError} naming file and line */
export async function readSplits(file: string, rows: number): Promise<Split[]> {
  const json = parseLocatedJson(await readText(file), file);
  const { splits } = parsed(splitsFile, json, file);
  return splits.map(({ seed, test_idx: test }, k) => {
    assertRows(test, rows, json, file, ["splits", k, "test_idx"]);
    const train = rowsOutside(test, rows);
    if (train.length === 0)
      throw InputError.at(file, json.lineOf(["splits", k]), "no row is left to learn from.");
    return { name: String(seed ?? k), test, train };
  });
}

/** @throws {InputError} naming file and line */
export async function readSmall(file: string, rows: number): Promise<SmallDraws> {
  const json = parseLocatedJson(await readText(file), file);
  const { test_idx: test, draws, sizes = SIZES } = parsed(smallFile, json, file);
  assertRows(test, rows, json, file, ["test_idx"]);
  const tested = new Set(test);
  for (const [k, draw] of draws.entries()) {
    assertRows(draw, rows, json, file, ["draws", k]);
    const both = draw.findIndex((row) => tested.has(row));
    if (both >= 0)
      throw InputError.at(
        file,
        json.lineOf(["draws", k, both]),
        `row ${draw[both]} is also in the test set.`,
      );
  }
  const longest = Math.min(...draws.map((draw) => draw.length));
  return { test, pool: rowsOutside(test, rows), draws, sizes: sizes.filter((n) => n <= longest) };
}

/** @throws {InputError} naming file, line and place */
export function parsed<T>(schema: z.ZodType<T>, json: LocatedJson, file: string): T {
  const result = schema.safeParse(json.value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map((step) => (typeof step === "number" ? step : String(step)));
  const place = path.length === 0 ? "the file" : path.join(".");
  throw InputError.at(file, json.lineOf(path), `${place}: ${issue?.message ?? "not of the expected form"}.`);
}

function assertRows(
  indices: readonly number[],
  rows: number,
  json: LocatedJson,
  file: string,
  path: readonly (string | number)[],
): void {
  const seen = new Set<number>();
  for (const [i, row] of indices.entries()) {
    const refuse = (message: string): InputError =>
      InputError.at(file, json.lineOf([...path, i]), `${path.join(".")}: ${message}`);
    if (row >= rows) throw refuse(`there is no row ${row}; the data have rows 0 to ${rows - 1}.`);
    if (seen.has(row)) throw refuse(`row ${row} stands twice.`);
    seen.add(row);
  }
}

function rowsOutside(test: readonly number[], rows: number): number[] {
  const tested = new Set(test);
  return Array.from({ length: rows }, (_, row) => row).filter((row) => !tested.has(row));
}

import { writeFile } from "node:fs/promises";
import { evaluateSmall, evaluateSplits, fittedTruth } from "./evaluation.ts";
import { InputError } from "./input-error.ts";
import { HELP, type Options, parseOptions } from "./options.ts";
import { readData } from "./read-data.ts";
import { readSigns } from "./read-signs.ts";
import { readSmall, readSplits } from "./read-splits.ts";
import { reasonOf } from "./read-text.ts";
import { predictionsCsv, type Report, reportText } from "./report.ts";

/** Shown only to people: a log or a pipe gets the result alone. */
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
};

async function evaluate(options: Options): Promise<Report> {
  const data = await readData(options.data);
  const splits = await readSplits(options.splits, data.table.rows);
  const signs = await readSigns(options.signs, data.table.features);
  const draws = options.small === undefined ? null : await readSmall(options.small, data.table.rows);
  progress("fit on all rows");
  const truth = fittedTruth(data, signs);
  const full = evaluateSplits(data, splits, signs, truth, progress);
  if (options.predictions !== undefined) await write(options.predictions, predictionsCsv(full.predictions));
  const small = draws === null ? [] : evaluateSmall(data, draws, signs, truth, progress);
  progress("");
  const unused = signs.unused.map((name) => `The signs speak of ${name}, which the data do not have.`);
  return { full: full.figures, small, warnings: [...unused, ...full.warnings] };
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new InputError(`${file} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(HELP);
  else {
    const report = await evaluate(options);
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : reportText(report));
  }
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

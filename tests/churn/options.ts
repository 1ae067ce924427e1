import { parseArgs } from "node:util";
import { InputError } from "./input-error.ts";

export interface Options {
  data: string;
  splits: string;
  signs: string;
  small: string | undefined;
  predictions: string | undefined;
  json: boolean;
}

export const HELP = `Measures the churn model on a file of examples.

  npm run evaluate:churn -- --data FILE.csv --splits FILE.json --signs FILE.json [options]

  --data FILE         CSV with a header: y (1 = lost, 0 = kept), numeric features, optionally src_row;
                      an empty cell is a value that is not known; a column that is constant has no part
  --splits FILE       {"splits": [{"seed": 101, "test_idx": [0, …]}]}; the other rows train
  --signs FILE        {"signs": {"feature": -1 | 0 | 1}}: what an expert expects; +1 raises the risk;
                      optionally "prior_sd": {"intercept_mean": "logit(0.20)", "intercept_sd": 1}
  --small FILE        {"test_idx": […], "draws": [[…]]}: a tenant with n outcomes has the first n rows of a draw;
                      "sizes": [0, 20, …] names other n; n beyond the shortest draw is left out
  --predictions FILE  writes split,row,p,low80,high80 for every test row of the splits: split is its seed
                      (its place in the file, from 0, when it has none), row counts the data's rows from 0
  --json              prints one JSON value instead of a table
  --help              prints this
`;

/** @returns `null` when help was asked for. @throws {InputError} naming the option */
export function parseOptions(args: readonly string[]): Options | null {
  const { data, splits, signs, small, predictions, json, help } = valuesOf(args);
  if (help) return null;
  if (data === undefined || splits === undefined || signs === undefined) {
    const missing = Object.entries({ data, splits, signs }).filter(([, value]) => value === undefined);
    const names = missing.map(([name]) => `--${name}`).join(", ");
    throw new InputError(`${names} is needed; --help says what the files look like.`);
  }
  return { data, splits, signs, small, predictions, json };
}

function valuesOf(args: readonly string[]) {
  const file = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: file,
        splits: file,
        signs: file,
        small: file,
        predictions: file,
        json: flag,
        help: flag,
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new InputError(`${error.message} --help lists the options.`, { cause: error });
  }
}

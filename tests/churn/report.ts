import type { Prediction } from "./evaluation.ts";
import type { Figures } from "./measure.ts";

export interface Report {
  full: Figures;
  small: ({ n: number } & Figures)[];
  warnings: string[];
}

const COLUMNS: readonly { title: string; value: (figures: Figures) => number | null; digits: number }[] = [
  { title: "AUC", value: (f) => f.auc, digits: 4 },
  { title: "Brier", value: (f) => f.brier, digits: 4 },
  { title: "ECE", value: (f) => f.ece, digits: 4 },
  { title: "ECE ratio", value: (f) => f.eceRatio, digits: 2 },
  { title: "lift", value: (f) => f.lift, digits: 2 },
  { title: "in 80%", value: (f) => f.coverage80, digits: 3 },
  { title: "in 90%", value: (f) => f.coverage90, digits: 3 },
  { title: "s per fit", value: (f) => f.secondsPerFit, digits: 3 },
];
const WIDTH = 10;

/** For people to read: a line for each number of outcomes, then the warnings. */
export function reportText({ full, small, warnings }: Report): string {
  const line = (name: string, cells: readonly string[]): string =>
    name.padEnd(12) + cells.map((cell) => cell.padStart(WIDTH)).join("");
  const row = (name: string, figures: Figures): string =>
    line(
      name,
      COLUMNS.map(({ value, digits }) => value(figures)?.toFixed(digits) ?? "–"),
    );
  return [
    line(
      "outcomes",
      COLUMNS.map(({ title }) => title),
    ),
    row("all", full),
    ...small.map((figures) => row(figures.n === 0 ? "none" : String(figures.n), figures)),
    "",
    'Means over the splits or draws. "in 80%": share of intervals that hold the true probability, on outcomes drawn',
    "from the fit on all rows. ECE ratio: 1 = as well calibrated as chance lets one tell.",
    ...warnings.map((warning) => `Warning: ${warning}`),
    "",
  ].join("\n");
}

export const predictionsCsv = (predictions: readonly Prediction[]): string =>
  [
    "split,row,p,low80,high80",
    ...predictions.map(({ split, row, p, low80, high80 }) => [split, row, p, low80, high80].join(",")),
    "",
  ].join("\n");

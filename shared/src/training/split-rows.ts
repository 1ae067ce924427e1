import { DAY_MS } from "../units.ts";
import { hashText } from "./reference-dates.ts";
import type { TrainingRow } from "./training-rows.ts";

/** Sides of the split by account; every account is predicted by a model that never saw it. */
export const FOLDS = 5;
/** Share of the losses that the judgement is kept for. */
export const TEST_SHARE = 0.3;
/** Fewer losses on one side say nothing. */
export const MIN_LOSSES_EACH_SIDE = 5;

export interface Split {
  /** From here on rows are predicted; what was learned from ended before. ms since 1970. */
  cut: number;
  /** Each with rows to learn from, and the rows of other accounts to be predicted. */
  folds: readonly { train: readonly TrainingRow[]; test: readonly TrainingRow[] }[];
  /** Rows to learn from, over all folds. */
  earlier: readonly TrainingRow[];
}

/**
 * Earlier rows to learn from and later ones to judge by. Between them lies a horizon, so that no outcome that was
 * learned from was still open at the cut, and no account is on both sides of one fold.
 * @param notBefore earliest cut, ms: what the model in force has learned from is no test for it
 * @returns `null` where either side would have fewer than five losses
 */
export function splitRows(
  rows: readonly TrainingRow[],
  horizonDays: number,
  notBefore = Number.NEGATIVE_INFINITY,
): Split | null {
  const lostAt = rows.filter((row) => row.isLost).map((row) => row.at);
  const wanted = Math.max(MIN_LOSSES_EACH_SIDE, Math.ceil(lostAt.length * TEST_SHARE));
  const newestFirst = lostAt.toSorted((a, b) => b - a);
  const cut = Math.max(newestFirst[wanted - 1] ?? Number.NaN, notBefore);
  if (Number.isNaN(cut)) return null;
  const earlier = rows.filter((row) => row.at + horizonDays * DAY_MS <= cut);
  const later = rows.filter((row) => row.at >= cut);
  if (losses(earlier) < MIN_LOSSES_EACH_SIDE || losses(later) < MIN_LOSSES_EACH_SIDE) return null;
  const foldOf = (row: TrainingRow): number => hashText(`fold ${row.accountId}`) % FOLDS;
  const folds = Array.from({ length: FOLDS }, (_, fold) => ({
    train: earlier.filter((row) => foldOf(row) !== fold),
    test: later.filter((row) => foldOf(row) === fold),
  }));
  return { cut, folds: folds.filter(({ test }) => test.length > 0), earlier };
}

const losses = (rows: readonly TrainingRow[]): number => rows.filter((row) => row.isLost).length;

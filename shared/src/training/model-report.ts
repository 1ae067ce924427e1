import { z } from "zod";

const date = z.iso.date();
const interval = z.object({ value: z.number(), low95: z.number(), high95: z.number() });

/** How good predictions were on the later rows; lower Brier scores and log losses are better. */
const metrics = z.object({
  brier: z.number(),
  logLoss: z.number(),
  /** `null` where only one kind of outcome is there, or all predictions are the same. */
  auc: interval.nullable(),
  /** Loss rate among the riskiest tenth ÷ the base rate. */
  lift: z.number().nullable(),
});
export type ReportMetrics = z.infer<typeof metrics>;

const comparison = z.object({
  verdict: z.enum(["better", "not_proven", "worse", "not_judged"]),
  /** Brier score of the new model minus the other's: below 0 the new one is better; `null` = not judged. */
  difference: interval.nullable(),
  words: z.string(),
});
export type Comparison = z.infer<typeof comparison>;

const riskGroup = z.object({
  from: z.number(),
  to: z.number(),
  n: z.int(),
  lost: z.int(),
  meanPredicted: z.number(),
  observed: z.number(),
  low95: z.number(),
  high95: z.number(),
});
export type RiskGroup = z.infer<typeof riskGroup>;

/** One side of the split. */
const side = z.object({
  rows: z.int(),
  accounts: z.int(),
  losses: z.int(),
  from: date,
  to: date,
});

/** Everything that a person needs in order to decide about a learned model; plain JSON. */
export const modelReport = z.object({
  version: z.string(),
  horizonDays: z.int(),
  counts: z.object({
    accounts: z.int(),
    lostAccounts: z.int(),
    keptAccounts: z.int(),
    rows: z.int(),
    losses: z.int(),
    /** Rows that were set aside because there were more than a fit takes. */
    rowsSetAside: z.int(),
  }),
  /** First and last reference date, and the end of the last horizon: outcomes after it are new to the model. */
  dates: z.object({ from: date, to: date, dataUntil: date }),
  /** `null` = too few losses on one side to judge by. */
  split: z.object({ cut: date, train: side, test: side, words: z.string() }).nullable(),
  features: z.array(
    z.object({
      key: z.string(),
      label: z.string(),
      /** Share of rows in which it was known. */
      coverage: z.number(),
      direction: z.enum(["raises", "lowers", "none"]),
      /** Odds of a loss at the highest value seen ÷ those at the lowest. */
      oddsFactor: z.number(),
      words: z.string(),
    }),
  ),
  /** On the later rows; `null` = not judged. */
  challenger: metrics.nullable(),
  champion: z.object({ version: z.string(), metrics: metrics.nullable() }),
  baseRate: z.object({ rate: z.number(), metrics: metrics.nullable() }),
  againstChampion: comparison,
  againstBaseRate: comparison,
  /** Accounts by predicted risk, lowest first, in groups of about the same size. */
  reliability: z.array(riskGroup),
  separates: z.boolean(),
  warnings: z.array(z.string()),
  /** How it was made, for people. */
  method: z.array(z.string()),
});
export type ModelReport = z.infer<typeof modelReport>;

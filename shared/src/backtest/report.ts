import { z } from "zod";
import { bandSchema, segmentSchema } from "../api/account-health.ts";
import { bandChangeSchema } from "./band-changes.ts";
import { estimateSchema } from "./estimate.ts";

const whole = z.int().min(0);
const share = z.number().min(0).max(1).nullable();
/** The version in force beside the one that is tried out. */
const pair = <T extends z.ZodType>(schema: T) => z.object({ current: schema, candidate: schema });

/** How the customers of today stand; those who were lost are no part of it. */
const bookSchema = z.object({
  customers: whole,
  withoutScore: whole,
  mean: z.number().nullable(),
  median: z.number().nullable(),
  /** Scores in [0, 10), [10, 20), …, [90, 100]. */
  bins: z.array(whole).length(10),
  bands: z.object({ red: whole, yellow: whole, green: whole }),
  atRisk: whole,
  /** Of all customers, those without a score too; `null` = there are none. */
  shareGreen: share,
});

const versionsSchema = z.object({
  candidate: z.string(),
  /** Segments that the candidate is meant for; the others stay as they are. */
  segments: z.array(segmentSchema),
  /** In force per segment. */
  current: z.record(segmentSchema, z.string()),
  churnModel: z.string(),
});

const presentShape = {
  generatedAt: z.iso.datetime(),
  versions: versionsSchema,
  accounts: z.object({
    read: whole,
    /** Those who were not lost. */
    customers: whole,
  }),
  now: pair(bookSchema),
  /** Candidate − current, customer by customer, where both have a score. */
  shift: z.object({ customers: whole, mean: z.number().nullable(), median: z.number().nullable() }),
  /** Every customer who changes band, the most important first; at most 2,000 are kept, all are counted. */
  changes: z.object({
    total: whole,
    /** Single customers are for readers with the financial grant only. */
    needsGrant: z.boolean(),
    items: z.array(bandChangeSchema),
  }),
  warnings: z.array(z.string()),
};

/** What a scorecard would change today, without looking at the past. */
export const previewReportSchema = z.object({ ...presentShape, note: z.string() });
export type PreviewReport = z.infer<typeof previewReportSchema>;

const outcomeSideSchema = z.object({
  /** Per band: looks that ended in a loss within 90 days, and the distinct customers behind them. */
  churnByBand: z.array(
    z.object({
      band: bandSchema.nullable(),
      churn: estimateSchema,
      customers: whole,
      lostCustomers: whole,
    }),
  ),
  /** Lost customers who were red or at risk 60–90 days before. */
  flaggedBeforeLoss: estimateSchema,
  /** Of those who were not flagged, how many had no score at all. */
  lostWithoutScore: whole,
  /** Of the customers on the month's list, those lost within 90 days; and how many times the base rate that is. */
  precision: estimateSchema,
  lift: z.number().nullable(),
});

const outcomesSchema = z.object({
  status: z.enum(["none_recorded", "period_too_short", "no_losses", "too_few_losses", "enough"]),
  /** What this rests on, or what to do to get it. */
  sentence: z.string(),
  /** Customers lost within the period who were looked at. */
  losses: whole,
  /** Share of all looks that ended in a loss within 90 days. */
  baseRate: estimateSchema,
  /** Customers on the list of each month. */
  capacity: whole,
  sides: pair(outcomeSideSchema),
});

const stabilitySchema = z.object({
  /** Of the alarms of which it is known, those that ended without a loss. */
  falseAlarms: estimateSchema,
  alarms: z.object({ confirmed: whole, falseAlarms: whole, undecided: whole }),
  bandChanges: whole,
  /** Per customer and 90 days; `null` = nobody was looked at twice. */
  bandChangesPer90Days: z.number().nullable(),
});

/** How a scorecard would have done, beside the one in force. Plain JSON. */
export const backtestReportSchema = z.object({
  ...presentShape,
  period: z.object({ from: z.iso.datetime(), to: z.iso.datetime(), weeks: whole }),
  /** Share of customer weeks in green over the whole period. */
  greenOverPeriod: pair(share),
  outcomes: outcomesSchema,
  stability: pair(stabilitySchema),
});
export type BacktestReport = z.infer<typeof backtestReportSchema>;

import { z } from "zod";
import { segmentSchema } from "../api/account-health.ts";
import { DomainError } from "../errors.ts";
import { customKey } from "../source-record.ts";
import { scaleSchema, scaleTrouble } from "./measures.ts";
import { customSignalSchema } from "./signals/custom-signal.ts";
import { isCustomSignalKey, signalKeys } from "./signals/signal.ts";

const percent = z.number().min(0).max(100);

const measureSchema = z.object({
  /** The signal that it normalises; `custom.<key>` for one of the scorecard's own. */
  signal: z.union([z.enum(signalKeys), z.templateLiteral(["custom.", customKey])]),
  /** Share of its dimension, percent. */
  weight: percent,
  scale: scaleSchema,
  /** Where the numbers of the scale come from. */
  source: z.string().min(1),
});

const dimensionSchema = z.object({
  key: z.string().regex(/^[a-z_]{1,40}$/),
  label: z.string().min(1).max(80),
  /** Share of the score, percent. */
  weight: percent,
  notApplicableTo: z.array(segmentSchema),
  measures: z.array(measureSchema).min(1),
});

/** "If X, then at most Y." */
const capsSchema = z.object({
  urgentTicket: z.object({ limit: percent, afterHours: z.number().positive() }).nullable(),
  noticeOfNonRenewal: z.object({ limit: percent }).nullable(),
  /** Holds below `belowPercent` of satisfied answers, and is left again only at `untilPercent`. */
  lowCsat: z.object({ limit: percent, belowPercent: percent, untilPercent: percent }).nullable(),
});

const bandsSchema = z.object({
  /** Half-open: red [0, yellowFrom), yellow [yellowFrom, greenFrom), green [greenFrom, 100]. */
  yellowFrom: percent,
  greenFrom: percent,
  /** Points under the line at which a band falls at once, without a second evaluation. */
  fallAtOnce: z.number().positive(),
  /** Points over the line that have to hold for `riseAfterDays` before a band rises. */
  riseMargin: z.number().nonnegative(),
  riseAfterDays: z.number().nonnegative(),
  /** Evaluations closer together than this count as one. */
  evaluationGapHours: z.number().positive(),
});

/** Hours after which what is known of a source counts as stale. */
const freshnessSchema = z.object({
  crm: z.number().positive(),
  usage: z.number().positive(),
  tickets: z.number().positive(),
  nps: z.number().positive(),
});

const scorecardSchema = z
  .object({
    /** Name and number, e.g. `default-1`; changed numbers are a new version. */
    version: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,60}$/),
    name: z.string().min(1).max(120),
    dimensions: z.array(dimensionSchema).min(1),
    /** Signals on properties and fields that an admin mapped; scorecards from before have none. */
    customSignals: z.array(customSignalSchema).max(50).default([]),
    /** Available ÷ applicable weight below which there is no score, 0–1. */
    coverageFloor: z.number().gt(0).max(1),
    /** Coverage from which the confidence is high or medium, 0–1. */
    confidence: z.object({ highFrom: z.number(), mediumFrom: z.number() }),
    bands: bandsSchema,
    caps: capsSchema,
    freshnessHours: freshnessSchema,
    /** Churn probability from which an account is at risk, and below which it is no longer. */
    atRisk: z.object({ enterAt: z.number().min(0).max(1), leaveBelow: z.number().min(0).max(1) }),
  })
  .readonly();

/** A versioned definition of the score. Weights are percent of what they belong to. */
export type Scorecard = z.infer<typeof scorecardSchema>;
export type ScorecardMeasure = z.infer<typeof measureSchema>;
export type ScorecardDimension = z.infer<typeof dimensionSchema>;

/**
 * Checks a scorecard as it comes from outside.
 * @throws {DomainError} `scorecard_invalid`, `weights_invalid` (the message names the sum) or `measure_invalid`
 */
export function parseScorecard(value: unknown): Scorecard {
  const parsed = scorecardSchema.safeParse(value);
  if (!parsed.success)
    throw new DomainError("scorecard_invalid", z.prettifyError(parsed.error), { cause: parsed.error });
  assertWeights(parsed.data);
  assertCustomSignals(parsed.data);
  assertMeasures(parsed.data);
  assertOrder(parsed.data);
  return parsed.data;
}

function assertWeights({ dimensions }: Scorecard): void {
  assertHundred(
    "The weights of the dimensions",
    dimensions.map((d) => d.weight),
  );
  for (const dimension of dimensions)
    assertHundred(
      `The weights of the measures of ${dimension.label}`,
      dimension.measures.map((m) => m.weight),
    );
}

function assertHundred(what: string, weights: readonly number[]): void {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (Math.abs(sum - 100) > 1e-9)
    throw new DomainError(
      "weights_invalid",
      `${what} sum to ${Number(sum.toFixed(6))}, they have to sum to 100.`,
    );
}

function assertCustomSignals({ customSignals, dimensions }: Scorecard): void {
  const defined = new Set<string>();
  for (const { key } of customSignals) {
    if (defined.has(key))
      throw new DomainError("measure_invalid", `The signal custom.${key} is defined twice.`);
    defined.add(key);
  }
  for (const { signal } of dimensions.flatMap((d) => d.measures))
    if (isCustomSignalKey(signal) && !defined.has(signal.slice("custom.".length)))
      throw new DomainError(
        "measure_invalid",
        `The measure ${signal} is not defined: add it to the custom signals.`,
      );
}

function assertMeasures({ dimensions }: Scorecard): void {
  const seen = new Set<string>();
  for (const name of [...dimensions.map((d) => d.key)]) {
    if (seen.has(name)) throw new DomainError("scorecard_invalid", `The dimension ${name} is there twice.`);
    seen.add(name);
  }
  const signals = new Set<string>();
  for (const { signal, scale } of dimensions.flatMap((d) => d.measures)) {
    if (signals.has(signal))
      throw new DomainError("measure_invalid", `The measure ${signal} is there twice.`);
    signals.add(signal);
    const trouble = scaleTrouble(scale);
    if (trouble !== null) throw new DomainError("measure_invalid", `The measure ${signal}: ${trouble}`);
  }
}

function assertOrder({ bands, confidence, atRisk, caps }: Scorecard): void {
  const wrong = [
    bands.yellowFrom >= bands.greenFrom && "yellow has to begin below green",
    confidence.mediumFrom > confidence.highFrom && "medium confidence has to begin below high",
    atRisk.leaveBelow > atRisk.enterAt && "at risk has to be left at or below where it is entered",
    caps.lowCsat &&
      caps.lowCsat.untilPercent < caps.lowCsat.belowPercent &&
      "the CSAT cap has to be left at or above where it begins",
  ].find((trouble) => typeof trouble === "string");
  if (wrong) throw new DomainError("scorecard_invalid", `In the scorecard ${wrong}.`);
}

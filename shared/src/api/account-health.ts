import { z } from "zod";

/**
 * What the HubSpot card and the Zendesk sidebar show of one account: `GET /api/{hubspot,zendesk}/account-health`.
 * The server has already applied the field policy; a field that the caller may not see is absent from the lists.
 * Sentences are plain English, ready to show.
 */

export const bandSchema = z.enum(["red", "yellow", "green"]);
export const segmentSchema = z.enum(["new", "growing", "established"]);
export const churnBandSchema = z.enum(["low", "medium", "high", "unknown"]);
export const confidenceSchema = z.enum(["high", "medium", "low"]);
export const signalStateSchema = z.enum(["measured", "stale", "missing", "not_applicable"]);
export type Band = z.infer<typeof bandSchema>;
export type Segment = z.infer<typeof segmentSchema>;
export type ChurnBand = z.infer<typeof churnBandSchema>;
export type Confidence = z.infer<typeof confidenceSchema>;
export type SignalState = z.infer<typeof signalStateSchema>;

const score = z.number().min(0).max(100);
const instant = z.iso.datetime();

/** One measure's part in the score. The `points` of all measures sum to `healthScore` before caps (to 1e-9). */
export const contributionSchema = z.object({
  measure: z.string(),
  label: z.string(),
  dimension: z.string(),
  /** Of a signal of the tenant's own: whether it needs the financial grant. Built-in ones are known by their name. */
  isFinancial: z.boolean().optional(),
  state: signalStateSchema,
  /** Points this measure adds to the score: 0 … `maxPoints`. 0 where it is missing or not applicable. */
  points: z.number(),
  /** Points it would add at its best; the shortfall `maxPoints − points` is what it costs. */
  maxPoints: z.number(),
  /** 0–100; `null` unless measured or stale. */
  measureScore: score.nullable(),
  /** The measured value in words, e.g. "3 of 20 seats in use". */
  sentence: z.string(),
  observedAt: instant.nullable(),
  /** The records behind it, most telling first, at most three; `url` `null` without an address to link to. */
  evidence: z.array(z.object({ ref: z.string(), label: z.string(), url: z.string().nullable() })),
});

/** A warning sign with a name of its own: declining usage, missed milestones, and so on. */
export const redFlagSchema = z.object({
  flag: z.enum([
    "declining_usage",
    "missed_milestones",
    "negative_feedback",
    "delayed_responses",
    "champion_change",
  ]),
  label: z.string(),
  sentence: z.string(),
  since: instant.nullable(),
});

/** A person's word over the calculated score, while it holds. */
export const overrideViewSchema = z.object({
  correctionId: z.string(),
  kind: z.enum(["band", "points"]),
  band: bandSchema.nullable(),
  points: z.number().nullable(),
  reason: z.string(),
  by: z.string(),
  at: instant,
  expiresAt: instant,
  /** What was calculated without it, e.g. "Calculated: 62.4, yellow." */
  sentence: z.string(),
});

/** What a person holds against a number; shown beside it until it expires or is withdrawn. */
export const correctionViewSchema = z.object({
  id: z.string(),
  target: z.string(),
  targetLabel: z.string(),
  direction: z.enum(["too_high", "too_low", "wrong"]),
  reason: z.string(),
  evidence: z.string().nullable(),
  by: z.string(),
  at: instant,
  expiresAt: instant,
  /** The reader may take it back. */
  canWithdraw: z.boolean(),
});

/**
 * The smallest realistic changes that reach the next band: an effect on the score, no promise about the customer.
 * `options` are alternatives, the easiest first; each alone, or all `steps` of it together, reach the target.
 */
export const counterfactualSchema = z.object({
  targetBand: bandSchema,
  targetScore: score,
  neededPoints: z.number(),
  options: z.array(
    z.object({
      steps: z.array(
        z.object({ measure: z.string(), label: z.string(), sentence: z.string(), points: z.number() }),
      ),
      points: z.number(),
    }),
  ),
  /** Says what the options are worth, or why there are none. */
  note: z.string(),
});

export const dimensionSchema = z.object({
  dimension: z.string(),
  label: z.string(),
  /** `null` = no measure of it has data. */
  score: score.nullable(),
  /** Weight in the scorecard, and after missing dimensions were shared out; both 0–100. */
  weight: z.number(),
  effectiveWeight: z.number(),
  state: z.enum(["measured", "missing", "not_applicable"]),
});

/** Why the score is what it is, most important first. */
export const reasonSchema = z.object({
  sentence: z.string(),
  /** Negative = points lost against this measure's best; positive = points it brings. */
  points: z.number(),
  direction: z.enum(["helps", "hurts"]),
  measure: z.string(),
});

/** A difference to an earlier score, per measure; the points sum to the difference of the scores. */
export const changeSchema = z.object({ sentence: z.string(), points: z.number(), measure: z.string() });

export const capSchema = z.object({
  cap: z.string(),
  /** The score is held at this or less. */
  limit: score,
  sentence: z.string(),
  since: instant.nullable(),
  expiresAt: instant.nullable(),
});

export const churnRiskSchema = z.object({
  /** Probability 0–1 of being lost within `horizonDays`; `null` = abstained. Never 100 − health. */
  probability: z.number().min(0).max(1).nullable(),
  low80: z.number().min(0).max(1).nullable(),
  high80: z.number().min(0).max(1).nullable(),
  band: churnBandSchema,
  horizonDays: z.int().positive(),
  basis: z.enum(["expert_prior", "learned", "abstained"]),
  /** Says in words what the number rests on, e.g. that it is not yet learned from own outcomes. */
  note: z.string(),
  /** Contributions on the log-odds, largest first. */
  reasons: z.array(z.object({ sentence: z.string(), logOdds: z.number(), feature: z.string() })),
  modelVersion: z.string(),
});

export const freshnessSchema = z.object({
  source: z.string(),
  label: z.string(),
  lastSeenAt: instant.nullable(),
  limitHours: z.number(),
  isStale: z.boolean(),
});

export const accountHealthView = z.object({
  account: z.object({
    id: z.uuid(),
    name: z.string(),
    hubspotCompanyId: z.string().nullable(),
    zendeskOrganizationId: z.string().nullable(),
    /** How the HubSpot company and the Zendesk organization were matched; `null` = only one of them is there. */
    matchRule: z.enum(["external_id", "domain", "name", "person"]).nullable(),
    /** `null` without an address to link to. */
    hubspotUrl: z.string().nullable(),
    zendeskUrl: z.string().nullable(),
  }),
  /** `pending` = known, but not calculated yet (history is still being read). */
  status: z.enum(["scored", "not_enough_data", "pending"]),
  /** At most one decimal; `null` below the coverage floor or when pending. */
  healthScore: score.nullable(),
  /** Score before caps; differs from `healthScore` only when a cap is in force. */
  calculatedScore: score.nullable(),
  band: bandSchema.nullable(),
  trend: z.object({
    /** Points of score; `null` = no score from 30 days ago. */
    change30d: z.number().nullable(),
    direction: z.enum(["up", "down", "flat", "unknown"]),
    /** Oldest first; `score` null on days without enough data. `isReconstructed` = calculated later from dated facts. */
    points: z.array(z.object({ at: instant, score: score.nullable(), isReconstructed: z.boolean() })),
  }),
  /** Scores from which the bands begin, in the scorecard that this score was made with; `null` = not calculated yet. */
  bandLines: z.object({ yellow: score, green: score }).nullable(),
  segment: segmentSchema,
  ageDays: z.number(),
  atRisk: z.object({ isAtRisk: z.boolean(), since: instant.nullable(), sentences: z.array(z.string()) }),
  churnRisk: churnRiskSchema,
  confidence: confidenceSchema,
  /** Available weight ÷ applicable weight, 0–1. */
  coverage: z.number().min(0).max(1),
  freshness: z.array(freshnessSchema),
  dimensions: z.array(dimensionSchema),
  contributions: z.array(contributionSchema),
  reasons: z.array(reasonSchema),
  caps: z.array(capSchema),
  /** What changed since about 7 days ago; `null` = no earlier score. */
  changes: z.object({ since: instant, points: z.number(), items: z.array(changeSchema) }).nullable(),
  /** What is missing, and what to connect or fill in to get it. */
  missing: z.array(z.object({ measure: z.string(), label: z.string(), remedy: z.string() })),
  redFlags: z.array(redFlagSchema),
  /** `null` = nobody overrides the calculation now. */
  override: overrideViewSchema.nullable(),
  /** In force now, newest first. */
  corrections: z.array(correctionViewSchema),
  /** `null` in the highest band, without a score, or where it is for other reasons not to be said. */
  counterfactual: counterfactualSchema.nullable(),
  /** `null` = a customer; else everything stands as on that day. */
  lost: z.object({ at: instant, sentence: z.string() }).nullable(),
  may: z.object({ correct: z.boolean(), override: z.boolean() }),
  /** One sentence: what to do now. */
  nextStep: z.string(),
  scoredAt: instant.nullable(),
  scorecardVersion: z.string(),
  role: z.enum(["agent", "csm", "lead", "admin"]),
});
export type AccountHealthView = z.infer<typeof accountHealthView>;
export type Contribution = z.infer<typeof contributionSchema>;
export type Reason = z.infer<typeof reasonSchema>;
export type ChurnRisk = z.infer<typeof churnRiskSchema>;
export type RedFlag = z.infer<typeof redFlagSchema>;
export type OverrideView = z.infer<typeof overrideViewSchema>;
export type CorrectionView = z.infer<typeof correctionViewSchema>;
export type Counterfactual = z.infer<typeof counterfactualSchema>;

/** Why, and since when: `GET …/explain?from=&to=`. The points of `items` sum to `points` (to 1e-9). */
export const changeExplanation = z.object({
  from: z.object({ at: instant, score: score.nullable(), band: bandSchema.nullable() }),
  to: z.object({ at: instant, score: score.nullable(), band: bandSchema.nullable() }),
  /** Difference of the calculated scores; `null` = there was no score at one of the two times. */
  points: z.number().nullable(),
  items: z.array(
    z.object({
      measure: z.string(),
      label: z.string(),
      sentence: z.string(),
      points: z.number(),
      /** The first stored score after `from` at which this measure had moved; `null` = cannot be told. */
      since: instant.nullable(),
      evidence: z.array(z.object({ ref: z.string(), label: z.string(), url: z.string().nullable() })),
    }),
  ),
  /** Caps, overrides and scorecard versions that came or went, in words. */
  notes: z.array(z.string()),
});
export type ChangeExplanation = z.infer<typeof changeExplanation>;

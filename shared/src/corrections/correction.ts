import { z } from "zod";
import { bandSchema } from "../api/account-health.ts";

/** A person's word over the calculated score has bounds. Source: design, section 6. */
export const OVERRIDE_LIMIT_POINTS = 15;
export const OVERRIDE_LIMIT_DAYS = 30;

/** A band, or points added to the calculated score; held for 30 days at most. */
export const overrideSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("band"), band: bandSchema }),
  z.object({
    kind: z.literal("points"),
    points: z.number().min(-OVERRIDE_LIMIT_POINTS).max(OVERRIDE_LIMIT_POINTS),
  }),
]);
export type Override = z.infer<typeof overrideSchema>;

/** An override with what scoring needs to apply and to show it. Dates are ISO 8601. */
export type DatedOverride = Override & {
  correctionId: string;
  reason: string;
  by: string;
  at: string;
  expiresAt: string;
};

/** "This is wrong because …": `POST …/corrections` from the card, the sidebar and the API. */
export const correctionEntry = z.object({
  /** `score`, `churn_risk`, `segment`, or the key of a measure. */
  target: z.string().regex(/^[a-z][a-z0-9_.]{0,80}$/),
  direction: z.enum(["too_high", "too_low", "wrong"]),
  reason: z.string().trim().min(3, "say in a few words what is wrong").max(2000),
  /** A link, or words that let others check it. */
  evidence: z.string().trim().max(2000).nullable().default(null),
  expiresInDays: z.int().min(1).max(365).default(30),
  override: overrideSchema.nullable().default(null),
});
export type CorrectionEntry = z.infer<typeof correctionEntry>;

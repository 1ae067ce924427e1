import { z } from "zod";
import { bandSchema } from "../api/account-health.ts";

const whole = z.int().min(0);
const standing = z.object({
  band: bandSchema.nullable(),
  healthScore: z.number().nullable(),
  isAtRisk: z.boolean(),
});
export type ShadowStanding = z.infer<typeof standing>;

const accountLine = z.object({ accountId: z.string(), name: z.string() });
const sides = z.object({ active: whole, shadow: whole });

/** A version in its shadow period beside those in force. */
export const shadowReportSchema = z.object({
  /** Customers in the version's segments: those of whom both say something, and of whom the shadow does not (yet). */
  compared: whole,
  withoutShadow: whole,
  agreement: z.object({
    /** `null` = nobody to compare. */
    share: z.number().nullable(),
    matrix: z.array(
      z.object({ active: bandSchema.nullable(), shadow: bandSchema.nullable(), customers: whole }),
    ),
  }),
  /** In another band, the largest difference of the score first. */
  differing: z.object({
    total: whole,
    items: z.array(accountLine.extend({ active: standing, shadow: standing })),
  }),
  /** Changes of band since the shadow began. */
  bandChanges: sides,
  /** Customers who were at risk since then, to both or to one of the two. */
  alarms: z.object({
    both: whole,
    activeOnly: z.object({ total: whole, items: z.array(accountLine) }),
    shadowOnly: z.object({ total: whole, items: z.array(accountLine) }),
  }),
  /** Of the alarms that only one raised, those of which it is known who was right. */
  verdict: z.object({ right: sides, open: whole, sentence: z.string() }),
});
export type ShadowReport = z.infer<typeof shadowReportSchema>;

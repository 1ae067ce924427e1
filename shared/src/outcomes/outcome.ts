import { z } from "zod";

/** What became of a customer; `churned` is the loss that the churn model learns from. */
export const outcomeKinds = ["renewed", "churned", "contracted", "expanded"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** Where it was learned; of two sources that differ, the later in this list is believed. */
export const outcomeSources = ["lifecycle", "deal", "property", "event", "person"] as const;
export type OutcomeSource = (typeof outcomeSources)[number];

/** Reasons on offer for a loss or a smaller contract; `null` = not said. */
export const outcomeReasons = [
  "price",
  "missing_feature",
  "product_quality",
  "support",
  "low_adoption",
  "champion_left",
  "competitor",
  "business_closed",
  "merged_or_acquired",
  "other",
] as const;
export type OutcomeReason = (typeof outcomeReasons)[number];

/** One of ours where a system's word is the same but for case and spaces, else `other`. */
export function outcomeReasonOf(text: string): OutcomeReason {
  const word = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_");
  return outcomeReasons.find((reason) => reason === word) ?? "other";
}

/** The label of one account at one date. */
export interface Outcome {
  kind: OutcomeKind;
  /** When it became true (contract end, closing of the deal), not when we heard of it. */
  at: Date;
  source: OutcomeSource;
  /** What it was read from, e.g. `hubspot:deal:12`. */
  sourceKey: string;
  reason: OutcomeReason | null;
  note: string | null;
}

/** A person's own entry: `POST /api/v1/accounts/{id}/outcomes`. */
export const outcomeEntry = z.object({
  kind: z.enum(outcomeKinds),
  at: z.union([z.iso.date(), z.iso.datetime()]),
  reason: z.enum(outcomeReasons).nullable().default(null),
  note: z.string().trim().max(2000).nullable().default(null),
});
export type OutcomeEntry = z.infer<typeof outcomeEntry>;

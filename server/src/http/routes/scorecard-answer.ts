import { segmentSchema } from "@bellwether/shared";
import { z } from "zod";
import type { KnownScorecard } from "../../services/known-scorecards.ts";
import { storedBacktest } from "../../services/stored-backtest.ts";

const time = z.iso.datetime().nullable();

/** A version without its definition, as lists have it. */
export const scorecardSummary = z.object({
  version: z.string(),
  name: z.string(),
  status: z.enum(["draft", "proposed", "active", "retired"]),
  /** Meant for these. */
  segments: z.array(segmentSchema),
  /** Used by these now. */
  activeFor: z.array(segmentSchema),
  isBuiltIn: z.boolean(),
  isApproved: z.boolean(),
  /** Whether a backtest of it has come to its end. */
  hasBacktest: z.boolean(),
  basedOn: z.string().nullable(),
  note: z.string().nullable(),
  createdBy: z.string(),
  /** `null` = came with the product. */
  createdAt: time,
  proposedBy: z.string().nullable(),
  proposedAt: time,
  approvedBy: z.string().nullable(),
  approvedAt: time,
  shadowSince: time,
  shadowUntil: time,
  /** Send it back with a change. */
  revision: z.string(),
});
export const scorecardAnswer = scorecardSummary.extend({ definition: z.record(z.string(), z.unknown()) });

const text = (at: Date | null): string | null => at?.toISOString() ?? null;

export const toScorecardSummary = (card: KnownScorecard): z.infer<typeof scorecardSummary> => ({
  version: card.version,
  name: card.definition.name,
  status: card.status,
  segments: card.segments,
  activeFor: card.activeFor,
  isBuiltIn: card.isBuiltIn,
  isApproved: card.approvedAt !== null,
  hasBacktest: (storedBacktest(card)?.result ?? null) !== null,
  basedOn: card.basedOn,
  note: card.note,
  createdBy: card.createdBy,
  createdAt: card.createdAt.getTime() === 0 ? null : text(card.createdAt),
  proposedBy: card.proposedBy,
  proposedAt: text(card.proposedAt),
  approvedBy: card.approvedBy,
  approvedAt: text(card.approvedAt),
  shadowSince: text(card.shadowSince),
  shadowUntil: text(card.shadowUntil),
  revision: card.revision,
});

export const toScorecardAnswer = (card: KnownScorecard): z.infer<typeof scorecardAnswer> => ({
  ...toScorecardSummary(card),
  definition: { ...card.definition },
});

import { z } from "zod";
import { bandSchema } from "../api/account-health.ts";
import { compareText } from "../canonical-json.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { roundTo } from "../units.ts";
import { mainReason } from "./main-reason.ts";

const standing = z.object({ band: bandSchema.nullable(), healthScore: z.number().nullable() });

/** A customer who would be in another band, or would gain or lose the score, if the candidate were in force. */
export const bandChangeSchema = z.object({
  accountId: z.string(),
  name: z.string(),
  from: standing,
  to: standing,
  /** Of the score; `null` where there is none on one side. */
  points: z.number().nullable(),
  reason: z.string(),
});
export type BandChange = z.infer<typeof bandChangeSchema>;

/** As many as are kept; how many there are is always told. */
export const MOST_CHANGES = 2000;

/** All changes, and the most important of them. */
export interface ChangeTally {
  total: number;
  items: BandChange[];
}

export function countChange(
  tally: ChangeTally,
  account: { id: string; name: string },
  current: HealthResult,
  candidate: HealthResult,
): void {
  if (current.band === candidate.band) return;
  tally.total += 1;
  tally.items.push({
    accountId: account.id,
    name: account.name,
    from: { band: current.band, healthScore: current.healthScore },
    to: { band: candidate.band, healthScore: candidate.healthScore },
    points:
      current.healthScore === null || candidate.healthScore === null
        ? null
        : roundTo(candidate.healthScore - current.healthScore, 1),
    reason: mainReason(current, candidate),
  });
  if (tally.items.length >= 2 * MOST_CHANGES) tally.items = mostImportant(tally);
}

export const mostImportant = ({ items }: ChangeTally): BandChange[] =>
  items.toSorted(byImportance).slice(0, MOST_CHANGES);

const RANKS = { red: 0, yellow: 1, green: 2 } as const;

/** Falls by two bands first, then by one, scores lost, rises, scores gained; then the larger move, then the id. */
const byImportance = (a: BandChange, b: BandChange): number =>
  importance(a) - importance(b) ||
  Math.abs(b.points ?? 0) - Math.abs(a.points ?? 0) ||
  compareText(a.accountId, b.accountId);

function importance({ from, to }: BandChange): number {
  if (from.band === null) return 5;
  if (to.band === null) return 2;
  const move = RANKS[to.band] - RANKS[from.band];
  if (move < 0) return move === -2 ? 0 : 1;
  return move === 2 ? 3 : 4;
}

import { compareText } from "../canonical-json.ts";
import type { HealthResult } from "../scoring/health-result.ts";
import { endsInLoss, FIRST_COMPLETE_WEEK, type SideName } from "./look-facts.ts";
import type { Stay } from "./looks.ts";

/** Weeks from one month's list to the next. */
const MONTH_WEEKS = 4;

/** One customer on a month's list: at risk first, then the lowest score, then the id. */
interface Listed {
  rank: number;
  id: string;
  isLost: boolean;
}

/** The riskiest customers of each month, as many as the team can work on; and the whole book beside them. */
export interface MonthTally {
  week: number;
  listed: Listed[];
  looks: number;
  lost: number;
}

/** Months whose next 90 days are known, the newest first. */
export function newMonths(weeks: number): MonthTally[] {
  const months: MonthTally[] = [];
  for (let week = FIRST_COMPLETE_WEEK; week <= weeks; week += MONTH_WEEKS)
    months.push({ week, listed: [], looks: 0, lost: 0 });
  return months;
}

/** Adds one stay in place; the lists stay at most twice as long as the capacity. */
export function countMonths(
  months: readonly MonthTally[],
  side: SideName,
  { looks, lostAt }: Stay,
  { id, capacity }: { id: string; capacity: number },
): void {
  for (const month of months) {
    const look = looks.find((each) => each.week === month.week);
    if (look === undefined) continue;
    const isLost = endsInLoss(look, lostAt);
    month.looks += 1;
    month.lost += isLost ? 1 : 0;
    const rank = rankOf(look[side]);
    if (rank === null) continue;
    month.listed.push({ rank, id, isLost });
    if (month.listed.length >= 2 * capacity) month.listed = riskiestOf(month, capacity);
  }
}

export const riskiestOf = (month: MonthTally, capacity: number): Listed[] =>
  month.listed.toSorted((a, b) => a.rank - b.rank || compareText(a.id, b.id)).slice(0, capacity);

const NOT_AT_RISK = 1000;
const UNSCORED = 500;

/** @returns `null` = nothing speaks for looking at it: no score and not at risk */
function rankOf({ atRisk, healthScore }: HealthResult): number | null {
  if (atRisk.isAtRisk) return healthScore ?? UNSCORED;
  return healthScore === null ? null : NOT_AT_RISK + healthScore;
}

import { DAY_MS } from "../units.ts";
import { endsInLoss, HORIZON_DAYS, type SideName } from "./look-facts.ts";
import type { Look, Stay } from "./looks.ts";

/** How calm a version is: its alarms with what became of them, and how often bands go to and fro. */
export interface AlarmTally {
  /** Times without a break in which a customer was at risk; lost during or within 90 days after = confirmed. */
  confirmed: number;
  /** Ended, and nothing happened within 90 days. */
  falseAlarms: number;
  /** Still going on, or ended less than 90 days ago. */
  undecided: number;
  /** Changes of the band from one weekly look to the next, of so many pairs of looks with a band. */
  flips: number;
  pairs: number;
}

export const newAlarmTally = (): AlarmTally => ({
  confirmed: 0,
  falseAlarms: 0,
  undecided: 0,
  flips: 0,
  pairs: 0,
});

/** Adds one stay to the tally in place. */
export function countAlarms(tally: AlarmTally, side: SideName, { looks, lostAt }: Stay, now: Date): void {
  looks.forEach((look, index) => {
    const before = looks[index - 1];
    if (before !== undefined) countFlip(tally, before[side].band, look[side].band);
    const isLast = index === looks.length - 1;
    const wasAtRisk = before?.[side].atRisk.isAtRisk ?? false;
    const isAtRisk = look[side].atRisk.isAtRisk;
    if (isAtRisk && isLast) tally[lostAt === null ? "undecided" : "confirmed"] += 1;
    if (wasAtRisk && !isAtRisk) tally[endOf(look, lostAt, now)] += 1;
  });
}

function countFlip(tally: AlarmTally, from: string | null, to: string | null): void {
  if (from === null || to === null) return;
  tally.pairs += 1;
  if (from !== to) tally.flips += 1;
}

/** @param look the first one without the alarm */
function endOf(look: Look, lostAt: Date | null, now: Date): "confirmed" | "falseAlarms" | "undecided" {
  if (endsInLoss(look, lostAt)) return "confirmed";
  return now.getTime() - look.at.getTime() >= HORIZON_DAYS * DAY_MS ? "falseAlarms" : "undecided";
}

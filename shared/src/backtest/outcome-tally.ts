import {
  type BandKey,
  bandKeyOf,
  endsInLoss,
  isComplete,
  isFlagged,
  isWarningTime,
  type SideName,
} from "./look-facts.ts";
import type { Look, Stay } from "./looks.ts";

interface BandTally {
  /** Looks at customers in this band whose next 90 days are known, and those that ended in a loss. */
  looks: number;
  lost: number;
  /** Distinct customers behind them; one who came back counts again. */
  accounts: number;
  lostAccounts: number;
}

/** What became of the customers in each band, and whether the lost ones had been flagged in time. */
export interface OutcomeTally {
  bands: Record<BandKey, BandTally>;
  /** Lost customers with a look 60–90 days before, those flagged then, and those without any score then. */
  warned: { lost: number; flagged: number; withoutScore: number };
}

const emptyBand = (): BandTally => ({ looks: 0, lost: 0, accounts: 0, lostAccounts: 0 });

export const newOutcomeTally = (): OutcomeTally => ({
  bands: { red: emptyBand(), yellow: emptyBand(), green: emptyBand(), none: emptyBand() },
  warned: { lost: 0, flagged: 0, withoutScore: 0 },
});

/** Adds one stay to the tally in place. */
export function countOutcome(tally: OutcomeTally, side: SideName, { looks, lostAt }: Stay): void {
  const byBand = Map.groupBy(looks.filter(isComplete), (look) => bandKeyOf(look[side]));
  for (const [key, inBand] of byBand) {
    const band = tally.bands[key];
    const lost = inBand.filter((look) => endsInLoss(look, lostAt)).length;
    band.looks += inBand.length;
    band.lost += lost;
    band.accounts += 1;
    band.lostAccounts += lost > 0 ? 1 : 0;
  }
  if (lostAt !== null) countWarning(tally, side, looks, lostAt);
}

function countWarning(tally: OutcomeTally, side: SideName, looks: readonly Look[], lostAt: Date): void {
  const then = looks.filter((look) => isWarningTime(look, lostAt)).map((look) => look[side]);
  if (then.length === 0) return;
  tally.warned.lost += 1;
  if (then.some(isFlagged)) tally.warned.flagged += 1;
  else if (then.every((result) => result.healthScore === null)) tally.warned.withoutScore += 1;
}

import { type AlarmTally, countAlarms, newAlarmTally } from "./alarm-tally.ts";
import { type ChangeTally, countChange } from "./band-changes.ts";
import { type BandKey, bandKeyOf, type SideName, sideNames } from "./look-facts.ts";
import { type BacktestAccount, type BacktestPlan, type Look, type Stay, staysOf } from "./looks.ts";
import { countOutcome, newOutcomeTally, type OutcomeTally } from "./outcome-tally.ts";
import { countMonths, type MonthTally, newMonths } from "./riskiest.ts";
import { count, newTally, type Tally } from "./score-tally.ts";

export interface SideTally {
  /** Of today. */
  scores: Tally;
  bands: Record<BandKey, number>;
  atRisk: number;
  /** Of the whole period. */
  looks: number;
  green: number;
  outcomes: OutcomeTally;
  alarms: AlarmTally;
  months: MonthTally[];
}

/**
 * A backtest on its way: plain JSON of a size that does not grow with the book, so that it can be put away between
 * two pages. Whole numbers only: no order of accounts or pages shows in it.
 */
export interface BacktestProgress {
  weeks: number;
  /** Customers that the team can work on in a month. */
  capacity: number;
  read: number;
  customers: number;
  /** Lost within the period, and looked at before. */
  losses: number;
  /** Known since before the period began. */
  wholePeriod: number;
  changes: ChangeTally;
  shift: Tally;
  sides: Record<SideName, SideTally>;
}

export const SHIFT_LOW = -100;

/** Share of the book that is taken for the team's capacity where nobody said it, and what a month's list ends at. */
const DEFAULT_SHARE = 0.1;
export const MOST_CAPACITY = 1000;

export const defaultCapacity = (accounts: number): number =>
  Math.min(MOST_CAPACITY, Math.max(1, Math.ceil(accounts * DEFAULT_SHARE)));

export function startBacktest({ weeks, capacity }: { weeks: number; capacity: number }): BacktestProgress {
  const side = (): SideTally => ({
    scores: newTally(0, 100),
    bands: { red: 0, yellow: 0, green: 0, none: 0 },
    atRisk: 0,
    looks: 0,
    green: 0,
    outcomes: newOutcomeTally(),
    alarms: newAlarmTally(),
    months: newMonths(weeks),
  });
  return {
    weeks,
    capacity,
    read: 0,
    customers: 0,
    losses: 0,
    wholePeriod: 0,
    changes: { total: 0, items: [] },
    shift: newTally(SHIFT_LOW, 100),
    sides: { current: side(), candidate: side() },
  };
}

/** Adds one account to the progress in place; each account once. */
export function addAccount(progress: BacktestProgress, plan: BacktestPlan, account: BacktestAccount): void {
  const stays = staysOf(plan, account);
  progress.read += 1;
  if (stays[0]?.looks[0]?.week === plan.weeks) progress.wholePeriod += 1;
  for (const stay of stays) addStay(progress, plan, account, stay);
  const today = stays.at(-1)?.looks.at(-1);
  if (today?.week === 0) addToday(progress, account, today);
}

function addStay(progress: BacktestProgress, plan: BacktestPlan, { id }: BacktestAccount, stay: Stay): void {
  const { capacity } = progress;
  if (stay.lostAt !== null) progress.losses += 1;
  for (const name of sideNames) {
    const side = progress.sides[name];
    side.looks += stay.looks.length;
    side.green += stay.looks.filter((look) => look[name].band === "green").length;
    countOutcome(side.outcomes, name, stay);
    countAlarms(side.alarms, name, stay, plan.now);
    countMonths(side.months, name, stay, { id, capacity });
  }
}

function addToday(progress: BacktestProgress, account: BacktestAccount, today: Look): void {
  const { current, candidate } = today;
  progress.customers += 1;
  for (const name of sideNames) {
    const side = progress.sides[name];
    const result = today[name];
    side.bands[bandKeyOf(result)] += 1;
    side.atRisk += result.atRisk.isAtRisk ? 1 : 0;
    if (result.healthScore !== null) count(side.scores, 0, result.healthScore);
  }
  if (current.healthScore !== null && candidate.healthScore !== null)
    count(progress.shift, SHIFT_LOW, candidate.healthScore - current.healthScore);
  countChange(progress.changes, account, current, candidate);
}

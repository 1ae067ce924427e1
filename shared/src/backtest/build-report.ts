import { counted, percent } from "../scoring/words.ts";
import { DAY_MS, roundTo } from "../units.ts";
import type { AlarmTally } from "./alarm-tally.ts";
import { mostImportant } from "./band-changes.ts";
import { estimate } from "./estimate.ts";
import { tellsOfMoney } from "./financial-part.ts";
import { HORIZON_DAYS } from "./look-facts.ts";
import { type BacktestPlan, WEEK_MS } from "./looks.ts";
import { type OutcomeCounts, outcomeReport } from "./outcome-report.ts";
import type { BacktestReport, PreviewReport } from "./report.ts";
import { type BacktestProgress, SHIFT_LOW, type SideTally } from "./run-backtest.ts";
import { bins, mean, median, total } from "./score-tally.ts";

/** The report of all accounts that were added. */
export function finishBacktest(
  progress: BacktestProgress,
  plan: BacktestPlan,
  recorded: OutcomeCounts,
): BacktestReport {
  const { current, candidate } = progress.sides;
  const present = presentOf(progress, plan);
  return {
    ...present,
    warnings: [...present.warnings, ...historyWarnings(progress, plan)],
    period: {
      from: new Date(plan.now.getTime() - plan.weeks * WEEK_MS).toISOString(),
      to: plan.now.toISOString(),
      weeks: plan.weeks,
    },
    greenOverPeriod: {
      current: shareOf(current.green, current.looks),
      candidate: shareOf(candidate.green, candidate.looks),
    },
    outcomes: outcomeReport(progress, recorded),
    stability: { current: stabilityOf(current.alarms), candidate: stabilityOf(candidate.alarms) },
  };
}

/** The same for today alone: of a progress over 0 weeks. */
export const finishPreview = (progress: BacktestProgress, plan: BacktestPlan): PreviewReport => ({
  ...presentOf(progress, plan),
  note: "Bands are those of the score of today. In use they follow it with a delay, so that they do not flap; the backtest shows that.",
});

function presentOf(progress: BacktestProgress, plan: BacktestPlan): Omit<PreviewReport, "note"> {
  const { sides, shift, changes } = progress;
  return {
    generatedAt: plan.now.toISOString(),
    versions: versionsOf(plan),
    accounts: { read: progress.read, customers: progress.customers },
    now: { current: bookOf(sides.current, progress), candidate: bookOf(sides.candidate, progress) },
    shift: { customers: total(shift), mean: mean(shift, SHIFT_LOW), median: median(shift, SHIFT_LOW) },
    changes: { total: changes.total, needsGrant: tellsOfMoney(plan), items: mostImportant(changes) },
    warnings: presentWarnings(progress),
  };
}

const versionsOf = ({
  version,
  segments,
  current,
  churnModel,
}: BacktestPlan): BacktestReport["versions"] => ({
  candidate: version,
  segments: [...segments],
  current: {
    new: current.new.version,
    growing: current.growing.version,
    established: current.established.version,
  },
  churnModel: churnModel.version,
});

function bookOf(side: SideTally, { customers }: BacktestProgress): BacktestReport["now"]["current"] {
  const { red, yellow, green } = side.bands;
  return {
    customers,
    withoutScore: customers - total(side.scores),
    mean: mean(side.scores, 0),
    median: median(side.scores, 0),
    bins: bins(side.scores),
    bands: { red, yellow, green },
    atRisk: side.atRisk,
    shareGreen: shareOf(green, customers),
  };
}

const shareOf = (part: number, whole: number): number | null =>
  whole === 0 ? null : roundTo(part / whole, 4);

/** Alarms below which no rate is given. */
const ENOUGH_ALARMS = 10;
const WEEK_DAYS = 7;

function stabilityOf({
  confirmed,
  falseAlarms,
  undecided,
  flips,
  pairs,
}: AlarmTally): BacktestReport["stability"]["current"] {
  const known = confirmed + falseAlarms;
  return {
    falseAlarms: estimate(falseAlarms, known, {
      what: "alarms that are over",
      did: "ended without a loss (some of them because somebody helped in time)",
      tooLittle:
        known < ENOUGH_ALARMS
          ? `That is too little for a ratio: at least ${ENOUGH_ALARMS} alarms have to be over.`
          : null,
    }),
    alarms: { confirmed, falseAlarms, undecided },
    bandChanges: flips,
    bandChangesPer90Days: pairs === 0 ? null : roundTo((flips / (pairs * WEEK_DAYS)) * HORIZON_DAYS, 3),
  };
}

function presentWarnings({ customers, sides: { current, candidate } }: BacktestProgress): string[] {
  const blind = customers - total(candidate.scores);
  const more = blind - (customers - total(current.scores));
  return [
    customers === 0 && "There are no customers to look at yet.",
    blind > 0 &&
      `${counted(blind, "customer has", "customers have")} no score in this version: too little of what it weighs is known.`,
    more > 0 && `That is ${more} more than with the version in force.`,
  ].filter((warning) => warning !== false);
}

function historyWarnings({ read, wholePeriod }: BacktestProgress, plan: BacktestPlan): string[] {
  const isShort = read > 0 && wholePeriod * 2 < read;
  const since = new Date(plan.now.getTime() - plan.weeks * 7 * DAY_MS).toISOString().slice(0, 10);
  return [
    isShort &&
      `Only ${percent(wholePeriod / read)} of the customers are known since ${since}; the others are looked at from their first known day on.`,
    plan.churnModel.basis === "learned" &&
      "The churn model in use has learned from outcomes of this period, so both versions flag losses better here than they would have then.",
    "Corrections and overrides by people are left out, so that the versions themselves are compared.",
  ].filter((warning) => warning !== false);
}

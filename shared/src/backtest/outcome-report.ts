import type { OutcomeKind } from "../outcomes/outcome.ts";
import { counted } from "../scoring/words.ts";
import { roundTo } from "../units.ts";
import { type Estimate, estimate } from "./estimate.ts";
import { bandKeys, ENOUGH_LOSSES, FIRST_COMPLETE_WEEK, HORIZON_DAYS, WARNING_DAYS } from "./look-facts.ts";
import type { BacktestReport } from "./report.ts";
import { riskiestOf } from "./riskiest.ts";
import type { BacktestProgress, SideTally } from "./run-backtest.ts";

type Outcomes = BacktestReport["outcomes"];

/** Believed outcomes of the tenant by kind, of any date. */
export type OutcomeCounts = Readonly<Record<OutcomeKind, number>>;

/** How often the 90 days after one look overlap with those of the looks after it. */
const overlapOf = (looks: number, everyDays: number): number =>
  Math.max(1, Math.min(looks, HORIZON_DAYS / everyDays));

export function outcomeReport(progress: BacktestProgress, recorded: OutcomeCounts): Outcomes {
  const { losses, capacity, sides } = progress;
  const status = statusOf(progress, recorded);
  const tooLittle = status === "enough" ? null : TOO_FEW;
  const months = sides.current.months;
  const looks = months.reduce((sum, month) => sum + month.looks, 0);
  const lost = months.reduce((sum, month) => sum + month.lost, 0);
  const base = estimate(
    lost,
    looks,
    { what: "monthly looks at a customer", did: LOST, tooLittle },
    overlapOf(months.length, 28),
  );
  return {
    status,
    sentence: SENTENCES[status](losses),
    losses,
    baseRate: base,
    capacity,
    sides: {
      current: sideReport(sides.current, progress, tooLittle, base),
      candidate: sideReport(sides.candidate, progress, tooLittle, base),
    },
  };
}

function statusOf({ weeks, losses }: BacktestProgress, recorded: OutcomeCounts): Outcomes["status"] {
  if (recorded.churned + recorded.renewed + recorded.contracted + recorded.expanded === 0)
    return "none_recorded";
  if (weeks < FIRST_COMPLETE_WEEK) return "period_too_short";
  if (losses === 0) return "no_losses";
  return losses < ENOUGH_LOSSES ? "too_few_losses" : "enough";
}

const LOST = `ended in a loss within ${HORIZON_DAYS} days`;
const TOO_FEW = `That is too little for a ratio: at least ${ENOUGH_LOSSES} losses are needed.`;

const SENTENCES: Readonly<Record<Outcomes["status"], (losses: number) => string>> = {
  none_recorded: () =>
    "No renewals or losses are recorded yet, so nobody can say which version sees a loss coming. Map the lifecycle stage or a property that says who left, or enter what became of a customer on its page, and run the backtest again.",
  period_too_short: () =>
    `What became of a customer is known ${HORIZON_DAYS} days later. Run the backtest over at least ${FIRST_COMPLETE_WEEK} weeks.`,
  no_losses: () =>
    "No customer was lost in this period. Run the backtest over a longer one to compare the warnings.",
  too_few_losses: (losses) =>
    `Only ${counted(losses, "customer was", "customers were")} lost in this period. The counts are shown, but no ratios: at least ${ENOUGH_LOSSES} losses are needed. Run the backtest over a longer period.`,
  enough: (losses) =>
    `${counted(losses, "customer was", "customers were")} lost in this period. Both versions were asked every week what they would have shown then.`,
};

function sideReport(
  side: SideTally,
  { weeks, capacity }: BacktestProgress,
  tooLittle: string | null,
  base: Estimate,
): Outcomes["sides"]["current"] {
  const { bands, warned } = side.outcomes;
  const overlap = overlapOf(weeks - FIRST_COMPLETE_WEEK + 1, 7);
  const precision = precisionOf(side, capacity, tooLittle);
  return {
    churnByBand: bandKeys.map((key) => ({
      band: key === "none" ? null : key,
      churn: estimate(
        bands[key].lost,
        bands[key].looks,
        { what: `customer weeks ${key === "none" ? "without a score" : `in ${key}`}`, did: LOST, tooLittle },
        overlap,
      ),
      customers: bands[key].accounts,
      lostCustomers: bands[key].lostAccounts,
    })),
    flaggedBeforeLoss: estimate(warned.flagged, warned.lost, {
      what: "lost customers",
      did: `were red or at risk ${WARNING_DAYS.latest} to ${WARNING_DAYS.earliest} days before`,
      tooLittle: warned.lost < ENOUGH_LOSSES ? TOO_FEW : null,
    }),
    lostWithoutScore: warned.withoutScore,
    precision,
    lift:
      precision.rate === null || base.rate === null || base.count === 0
        ? null
        : roundTo(precision.count / precision.n / (base.count / base.n), 2),
  };
}

function precisionOf({ months }: SideTally, capacity: number, tooLittle: string | null): Estimate {
  const listed = months.flatMap((month) => riskiestOf(month, capacity));
  return estimate(
    listed.filter((customer) => customer.isLost).length,
    listed.length,
    { what: "customers on the months' lists", did: `were lost within ${HORIZON_DAYS} days`, tooLittle },
    overlapOf(months.length, 28),
  );
}

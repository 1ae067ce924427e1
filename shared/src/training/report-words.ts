import type { FittedChurn } from "../churn/fitted-churn.ts";
import { counted, decimal, percent } from "../scoring/words.ts";
import { type BrierDifference, verdictOf } from "./compare-models.ts";
import type { Comparison } from "./model-report.ts";

const NOT_JUDGED =
  "Not judged: too few losses lie far enough apart in time to learn from the earlier and test on the later ones.";

/** @param other in the middle of a sentence, e.g. "the model in use" */
export function comparisonWith(difference: BrierDifference | null, other: string): Comparison {
  if (difference === null) return { verdict: "not_judged", difference, words: NOT_JUDGED };
  const verdict = verdictOf(difference);
  const words = {
    better: `Better than ${other}: on later outcomes its probabilities were closer to what happened, by more than chance explains.`,
    not_proven: `Not proven: on later outcomes the difference to ${other} is no larger than chance explains. More outcomes will tell.`,
    worse: `Worse than ${other}: on later outcomes its probabilities were further from what happened, by more than chance explains.`,
  }[verdict];
  return { verdict, difference, words };
}

/** What the probabilities of a learned model rest on. */
export const noteOf = (lostAccounts: number, keptAccounts: number): string =>
  `Learned from ${counted(lostAccounts, "customer")} that you lost and ${keptAccounts} that you kept, together with an expert's estimate.`;

export const notEnough = (lost: number, kept: number, least: number): string =>
  lost === 0
    ? `No lost customer with a known date is among the ${counted(kept, "customer")} whose history could be read, so there is nothing to learn from yet. The expert's estimate stays in use. Record losses with their dates, or map the stage that lost customers are moved to.`
    : `${counted(lost, "lost customer")} and ${counted(kept, "kept one")} are too few to learn from: at least ${least} of each are needed. The expert's estimate stays in use. Record losses with their dates, also older ones.`;

/** How far the outcomes bear the expert out. */
export function trustWords(fitted: FittedChurn): string {
  const trusting = fitted.members.filter(({ scale }) => scale !== null);
  const total = trusting.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return "Nothing is left of the expert's opinion.";
  const trust = trusting.reduce((sum, { scale, weight }) => sum + ((scale ?? 0) * weight) / total, 0);
  const said =
    trust >= 0.75
      ? "The outcomes bear the expert's opinion out"
      : trust >= 0.25
        ? "The outcomes bear the expert's opinion out in part"
        : "The outcomes hardly bear the expert's opinion out";
  return `${said}: it takes part with a weight of ${decimal(trust)} (1 = as given, 0 = not at all).`;
}

/** One sentence on a feature's effect over the range that was seen. */
export function effectWords(factor: number): string {
  if (factor > 1.1) return `Raises the risk: up to ${decimal(factor)} times the odds of a loss.`;
  if (factor < 0.9) return `Lowers the risk: down to ${percent(factor)} of the odds of a loss.`;
  return "Makes little difference.";
}

export function methodWords(horizonDays: number, split: string | null): string[] {
  return [
    `Each customer is looked at once per ${horizonDays} days; the question is whether it was lost within the ${horizonDays} days that followed. Each loss counts once.`,
    "Signals are taken as they stood on that day. Nothing that became true later takes part; a record that arrived late but tells of an earlier day does.",
    "Smaller contracts count as kept. Times before a customer signed, and after it was lost, take no part.",
    split ?? NOT_JUDGED,
    "The figures come from models that learned from the earlier part alone; the model on offer then learned from all of it.",
  ];
}

export const splitWords = (cut: string, horizonDays: number, folds: number): string =>
  `Learned from what was known ${horizonDays} days before ${cut} and judged on what came after it. The customers were dealt into ${folds} groups, and each group was judged by a model that never saw it.`;

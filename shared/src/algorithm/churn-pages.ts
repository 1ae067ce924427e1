import { FALL_BACK } from "../churn/fit-churn.ts";
import { BASE_RATE_SHARE, HINGE_SHARE, SCALES, SPREADS } from "../churn/mixture.ts";
import type { Block } from "../scorecards/page-blocks.ts";
import { exact } from "../scorecards/scale-words.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import { LOOK_BACK_DAYS } from "../training/reference-dates.ts";
import { FOLDS, MIN_LOSSES_EACH_SIDE, TEST_SHARE } from "../training/split-rows.ts";
import { MIN_ACCOUNTS_EACH, MOST_ROWS } from "../training/train-model.ts";
import { heading, list, table, text } from "./words.ts";

const percent = (share: number): string => `${exact(share * 100)}%`;

/** The churn risk: before any outcome is known, and learned. */
export const churnPages = (prior: ChurnModel): Block[] => [
  heading(2, "Churn risk"),
  text(
    `The probability that the account is lost within ${prior.horizonDays} days, with an 80% interval. It is not the health score turned round: it has its own features, weights and data. Below the coverage floor the model abstains.`,
  ),
  text(
    "log-odds = intercept + sum over the features of (weight × z + sum over its bends of weight × ((z − bend)+ − its mean)), where z = (value − mean) ÷ SD, the value held within the range seen in training. The probability is the logistic function of the log-odds. Each feature's part is its contribution; together with the intercept they add up exactly. An unknown value contributes nothing and widens the interval by all that it could have said.",
  ),
  ...beforeOutcomes(prior),
  ...learning(),
  ...judging(),
];

const beforeOutcomes = (prior: ChurnModel): Block[] => [
  heading(3, `Before any outcome is known: ${prior.version}`),
  text(prior.note),
  text(
    `An account that is average in every feature has ${percent(Number((1 / (1 + Math.exp(-prior.intercept.mean))).toFixed(3)))}. Medium from ${percent(prior.bands.medium)}, high from ${percent(prior.bands.high)}.`,
  ),
  table(
    ["Feature", "Log-odds per SD", "Mean", "SD"],
    prior.features.map((f) => [f.label, exact(f.weight), exact(f.mean), exact(f.sd)]),
  ),
];

const learning = (): Block[] => [
  heading(3, "Learning from own outcomes"),
  list(
    `Many fits are averaged: the expert's weights taken times ${SCALES.join(", ")}, each with a prior SD of ${SPREADS.map(({ priorSd }) => priorSd).join(", ")} around them. Each fit finds the most probable coefficients under Gaussian priors, and counts by how well it foretold the outcomes (Laplace evidence). So the trust in the expert is itself learned.`,
    `Bends: hinge terms at the quartiles of a feature, with a prior SD of ${percent(HINGE_SHARE)} of the straight effect's. They catch effects that level off, and every signal keeps a contribution of its own.`,
    "Values are held within the 1 to 99% range seen in training: outside of it nothing was learned.",
    `One more member says that the signals tell nothing, with a probability of ${percent(BASE_RATE_SHARE)} beforehand. Once it is believed by ${percent(FALL_BACK)} or more, the model falls back to the base rate and says so.`,
    "The interval rests on the spread of all fits and on the one with the widest prior: a tight prior is right about the best guess and dishonest about what may be.",
    "No chance is involved: the same outcomes give the same model to the last bit.",
  ),
  heading(3, "What is learned from"),
  list(
    `Reference dates a whole horizon apart, at most ${LOOK_BACK_DAYS} days back. The features are taken from what was true by that date; the label is whether the account was lost within the horizon after it. An account counts only while it was a customer, and only where the horizon has passed.`,
    "Outcomes come from lifecycle stages, renewal deals, mapped properties, events and people; where two differ about the same contract, the person is believed before the event, the event before the property, the property before the deal, the deal before the stage.",
    `With fewer than ${MIN_ACCOUNTS_EACH} lost or ${MIN_ACCOUNTS_EACH} kept accounts nothing is learned, and the expert's estimate stays. Of more than ${MOST_ROWS} rows an even sample is taken.`,
  ),
];

const judging = (): Block[] => [
  heading(3, "How a learned model is judged"),
  list(
    `The latest rows with ${percent(TEST_SHARE)} of the losses are kept for the judgement; what was learned from had ended before they began. In ${FOLDS} rounds every account is predicted by a model that never saw it. Each side needs at least ${MIN_LOSSES_EACH_SIDE} losses, else the verdict is that nothing is proven.`,
    "Judged against the model in force and against the base rate on the same rows: Brier score, log loss, AUC with its 95% interval, and a reliability table.",
    "Better is said only where the interval of the difference leaves zero out. A learned model is proposed to a person and never switched on by itself; going back is one step.",
    "In force it is watched: values outside the range seen in training, and predictions that leave the rate observed since.",
  ),
];

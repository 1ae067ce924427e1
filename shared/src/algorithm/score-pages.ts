import { OVERRIDE_LIMIT_DAYS, OVERRIDE_LIMIT_POINTS } from "../corrections/correction.ts";
import { definitionPage } from "../scorecards/definition-page.ts";
import type { Block } from "../scorecards/page-blocks.ts";
import { exact } from "../scorecards/scale-words.ts";
import { GROWING_DAYS, NEW_DAYS } from "../scoring/account-age.ts";
import { MOST_OPTIONS } from "../scoring/counterfactual.ts";
import { FLAT_POINTS } from "../scoring/explain.ts";
import { HALF_WAY } from "../scoring/realistic-steps.ts";
import { RED_FLAGS } from "../scoring/red-flags.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { signalKeys } from "../scoring/signals/signal.ts";
import { heading, list, table, text } from "./words.ts";

/** From facts to an explained score: everything but the churn risk. */
export const scorePages = (scorecards: readonly Scorecard[]): Block[] => [
  ...factsToScore(),
  ...scorecards.flatMap((scorecard) => definitionPage(scorecard).map(oneLower)),
  ...explanation(),
  ...replay(),
];

/** The pages of the scorecards stand inside this one. */
const oneLower = (block: Block): Block =>
  block.kind === "heading" ? { ...block, level: block.level === 1 ? 2 : 3 } : block;

const factsToScore = (): Block[] => [
  heading(2, "From facts to a score"),
  list(
    "Observations. What HubSpot and Zendesk say is kept as dated facts that are never changed. The date is when the fact became true, so that any past day can be looked at as it was.",
    `Signals. Each is a quantity over a stated window, worked out from the facts known by then. There are ${signalKeys.length}, and a scorecard may add fields of one's own; docs/metrics.md defines each. A signal is measured, stale, missing or not applicable, and these four are never mixed up.`,
    "Measures. A signal becomes a number from 0 to 100 by straight lines between published points, or by steps.",
    "Dimensions and score. Points of a measure = weight of its dimension × its weight × its score ÷ 100, after the weights of what is missing were shared out. The points of all measures add up to the score exactly; what rounding to one decimal adds or takes away goes to the measure with the most room.",
    "Override, then caps. A person's points come first; a cap is a fact and holds whatever was added.",
    "Band. With hysteresis, from the score after caps.",
  ),
  heading(3, "Segments"),
  text(
    `By the age of the relation in days: New from 0 to ${NEW_DAYS}, Growing from ${NEW_DAYS} to ${GROWING_DAYS}, Established from ${GROWING_DAYS}; the upper limit belongs to the next one. Age starts at a mapped date, else when the account became a customer, else at its first won deal, else at its creation. At risk is laid over the segment and is not a fourth age.`,
  ),
  heading(3, "Red flags"),
  text("Warning signs with a name. Neither missing nor stale data raises one."),
  table(
    ["Flag", "Goes up when"],
    RED_FLAGS.map(({ label, rule }) => [label, rule]),
  ),
];

const explanation = (): Block[] => [
  heading(2, "How a score is explained"),
  list(
    "Contributions: the points of each measure, and the points that it would bring at its best.",
    `What changed between two dates: the difference of the points of each measure, adding up to the difference of the two scores; since when, from the stored scores in between; with links to the records behind it. A trend within ±${FLAT_POINTS} points over 30 days is called flat.`,
    `What would help: up to ${MOST_OPTIONS} smallest changes of measures that a person can influence and that reach the next band, alone or together. A change that one's own team can make at once (a ticket solved, a call made) counts in full; what many people at the customer have to do goes at most ${exact(HALF_WAY * 100)}% of the way to its best. An effect on the score, not a promise about the customer.`,
    `Disagreement: a person may say that a number is wrong, with reason and evidence, and override a band or at most ${OVERRIDE_LIMIT_POINTS} points for at most ${OVERRIDE_LIMIT_DAYS} days. The calculation stays visible, and later it is reported who was right.`,
  ),
];

const replay = (): Block[] => [
  heading(2, "Any past score, calculated once more"),
  text(
    "Every stored result names the versions of its scorecard and churn model, the moment, and how far the ledger had been read. From these the same result comes out again to the last bit: npm run replay -- --account … --at … prints it and compares. From the day on which an account is lost its result stands still.",
  ),
];

import { blocksToMarkdown } from "../scorecards/page-blocks.ts";
import type { ChurnModel } from "../scoring/churn-model.ts";
import type { Scorecard } from "../scoring/scorecard.ts";
import { churnPages } from "./churn-pages.ts";
import { scorePages } from "./score-pages.ts";
import { heading, list, text } from "./words.ts";

/** How the numbers come about: Markdown, generated from the definitions and constants that the code runs on. */
export const algorithmPage = (scorecards: readonly Scorecard[], prior: ChurnModel): string =>
  blocksToMarkdown([
    heading(1, "How the numbers come about"),
    text("Written by npm run metrics from the definitions that the code runs on; not edited by hand."),
    ...scorePages(scorecards),
    ...churnPages(prior),
    heading(2, "What this cannot do"),
    list(
      "The numbers of the scorecards and of the expert's prior are judgement, not measurement, until a backtest on own outcomes says more. Every one names its source.",
      "A score says how things stand, not why: a measure that moves with churn need not be its cause.",
      "The riskiest accounts are not necessarily those that a call helps. Whether plays change outcomes has to be recorded and compared.",
      "Few losses prove little: intervals and sample sizes stand beside the figures, and below documented numbers there are none.",
    ),
  ]);

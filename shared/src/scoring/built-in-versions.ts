import type { ChurnModel } from "./churn-model.ts";
import { CHURN_PRIOR_V1 } from "./churn-prior-v1.ts";
import type { Scorecard } from "./scorecard.ts";
import { SCORECARD_DEFAULT_V1 } from "./scorecard-default-v1.ts";
import { SCORECARD_SIX_V1 } from "./scorecard-six-v1.ts";

const SCORECARDS = new Map(
  [SCORECARD_DEFAULT_V1, SCORECARD_SIX_V1].map((scorecard) => [scorecard.version, scorecard]),
);
const CHURN_MODELS = new Map([CHURN_PRIOR_V1].map((model) => [model.version, model]));

/** A definition that came with the product; every published one stays, so that old scores can be calculated again. */
export const builtInScorecard = (version: string): Scorecard | null => SCORECARDS.get(version) ?? null;
export const builtInScorecards = (): Scorecard[] => [...SCORECARDS.values()];
export const builtInChurnModel = (version: string): ChurnModel | null => CHURN_MODELS.get(version) ?? null;

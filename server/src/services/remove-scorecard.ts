import { assertDraft } from "./change-scorecard.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";

/** Removes a draft; what was proposed once stays. @throws {AppError} `conflict`, `not_found` */
export async function removeScorecard(deps: ScorecardDeps, act: ScorecardAct): Promise<void> {
  const card = await storedOrTemplate(deps, act.tenant, act.version);
  assertDraft(card);
  await deps.scorecards.remove(act.tenant, card);
  await recordAct(deps, act, "scorecard.remove");
}

import { AppError } from "./errors.ts";
import { isBuiltIn, type KnownScorecard, knownScorecard } from "./known-scorecards.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";
import { updateScorecard } from "./update-scorecard.ts";

/**
 * A person's no to a proposal, or its author's change of mind. The version stays readable and is never used; who wants
 * to go on with it makes a copy. A shadow period of it ends.
 * @throws {AppError} `conflict` where it is not proposed, `not_found`
 */
export async function rejectScorecard(
  deps: ScorecardDeps,
  act: ScorecardAct,
  { reason }: { reason: string },
): Promise<KnownScorecard> {
  await updateScorecard(deps, act, ({ version, status }) => {
    if (status !== "proposed")
      throw new AppError("conflict", `${version} is ${status}; only a proposed version can be rejected.`);
    // what came with the product can be proposed again
    const next = isBuiltIn(version) ? "draft" : "retired";
    return { status: next, approvedBy: null, approvedAt: null, shadowUntil: deps.clock.now() };
  });
  await recordAct(deps, act, "scorecard.reject", { reason });
  return knownScorecard(deps, act.tenant, act.version);
}

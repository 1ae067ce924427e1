import { AppError } from "./errors.ts";
import { storedOrTemplate } from "./known-scorecards.ts";
import type { StoredScorecard } from "./ports.ts";
import type { ScorecardAct, ScorecardDeps } from "./scorecard-deps.ts";

const MOST_TRIES = 5;

/**
 * Reads a version, decides and changes it; decides again where it was changed in between, as a running backtest does
 * with its progress.
 * @param decide throws what the version's present state forbids
 */
export async function updateScorecard(
  deps: Pick<ScorecardDeps, "scorecards">,
  { tenant, version }: Pick<ScorecardAct, "tenant" | "version">,
  decide: (card: StoredScorecard) => Partial<StoredScorecard> | Promise<Partial<StoredScorecard>>,
): Promise<StoredScorecard> {
  for (let tries = 1; ; tries++) {
    const card = await storedOrTemplate(deps, tenant, version);
    const change = await decide(card);
    try {
      return await deps.scorecards.update(tenant, card, change);
    } catch (error) {
      const isOvertaken = error instanceof AppError && error.code === "conflict";
      if (!isOvertaken || tries === MOST_TRIES) throw error;
    }
  }
}

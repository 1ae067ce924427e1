import { AppError } from "./errors.ts";
import { isBuiltIn, type KnownScorecard, knownScorecard, storedOrTemplate } from "./known-scorecards.ts";
import type { StoredScorecard } from "./ports.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";
import { updateScorecard } from "./update-scorecard.ts";

/** From here on its content stays as it is. @throws {AppError} `conflict` where it is no draft, `not_found` */
export async function proposeScorecard(
  deps: ScorecardDeps,
  act: ScorecardAct,
  { note }: { note: string },
): Promise<KnownScorecard> {
  await keepTemplate(deps, act);
  await updateScorecard(deps, act, (card) => {
    if (card.status !== "draft")
      throw new AppError(
        "conflict",
        `${card.version} is ${card.status} already; only a draft can be proposed.`,
      );
    return { status: "proposed", note, proposedBy: act.actor.id, proposedAt: deps.clock.now() };
  });
  await recordAct(deps, act, "scorecard.propose");
  return knownScorecard(deps, act.tenant, act.version);
}

/** A built-in version gets a row of the tenant's own when somebody first wants to use it. */
export async function keepTemplate(
  deps: Pick<ScorecardDeps, "scorecards" | "clock">,
  { tenant, version }: Pick<ScorecardAct, "tenant" | "version">,
): Promise<void> {
  if (!isBuiltIn(version) || (await deps.scorecards.find(tenant, version)) !== null) return;
  const template: StoredScorecard = await storedOrTemplate(deps, tenant, version);
  const now = deps.clock.now();
  try {
    await deps.scorecards.insert(tenant, { ...template, createdAt: now, updatedAt: now });
  } catch (error) {
    // another one at the same time: it is there, and that is what counts
    if (!(error instanceof AppError && error.code === "conflict")) throw error;
  }
}

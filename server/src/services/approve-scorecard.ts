import type { Role } from "@bellwether/shared";
import { AppError } from "./errors.ts";
import { type KnownScorecard, knownScorecard } from "./known-scorecards.ts";
import type { StoredScorecard } from "./ports.ts";
import { recordAct, type ScorecardAct, type ScorecardDeps } from "./scorecard-deps.ts";
import { updateScorecard } from "./update-scorecard.ts";

const APPROVERS: readonly Role[] = ["lead", "admin"];

/**
 * A person's yes. Who proposed it may not say it, unless nobody else could: where no other valid token of the tenant
 * has the role of a lead or an admin. ADMIN_TOKEN belongs to whoever runs the server and is not counted as somebody
 * else, so that one person alone can work with it.
 * @throws {AppError} `conflict` where it is not proposed or has the yes already, `forbidden`, `not_found`
 */
export async function approveScorecard(deps: ScorecardDeps, act: ScorecardAct): Promise<KnownScorecard> {
  await updateScorecard(deps, act, async (card) => {
    assertProposed(card);
    if (card.proposedBy === act.actor.id && (await hasOtherApprover(deps, act)))
      throw new AppError(
        "forbidden",
        `You proposed ${card.version} yourself; another lead or admin has to approve it.`,
      );
    return { approvedBy: act.actor.id, approvedAt: deps.clock.now() };
  });
  await recordAct(deps, act, "scorecard.approve");
  return knownScorecard(deps, act.tenant, act.version);
}

function assertProposed({ version, status, approvedAt }: StoredScorecard): void {
  if (status !== "proposed")
    throw new AppError("conflict", `${version} is ${status}; only a proposed version can be approved.`);
  if (approvedAt !== null) throw new AppError("conflict", `${version} has been approved already.`);
}

/** Whether somebody else could approve what the actor proposed. */
export async function hasOtherApprover(
  deps: Pick<ScorecardDeps, "tokens">,
  { tenant, actor }: Pick<ScorecardAct, "tenant" | "actor">,
): Promise<boolean> {
  const tokens = await deps.tokens.list(tenant);
  return tokens.some(
    (token) => token.revokedAt === null && APPROVERS.includes(token.role) && `token:${token.id}` !== actor.id,
  );
}

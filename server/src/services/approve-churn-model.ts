import { hasOtherApprover } from "./approve-scorecard.ts";
import { AppError } from "./errors.ts";
import type { StoredChurnModel, TokenStore } from "./ports.ts";
import { type ChurnModelDeps, type NamedModel, recordModelAction } from "./propose-churn-model.ts";

export interface ApproveDeps extends ChurnModelDeps {
  tokens: TokenStore;
}

/**
 * A person's yes to a proposed model; it is not in force by that. As with scorecards, who proposed it may not say it
 * unless nobody else could.
 * @throws {AppError} `not_found`, `forbidden`, or `conflict` where it is not proposed or has the yes already
 */
export async function approveChurnModel(
  deps: ApproveDeps,
  { tenant, actor, version }: NamedModel,
): Promise<StoredChurnModel> {
  const known = await deps.churnModels.find(tenant, version);
  if (known?.status === "proposed" && known.approvedAt !== null)
    throw new AppError("conflict", `The model ${version} has been approved already.`);
  if (known?.proposedBy === actor.id && (await hasOtherApprover(deps, { tenant, actor })))
    throw new AppError(
      "forbidden",
      `You proposed the model ${version} yourself; another lead or admin has to approve it.`,
    );
  const at = deps.clock.now();
  const approved = await deps.churnModels.update(tenant, version, "proposed", {
    approvedBy: actor.id,
    approvedAt: at,
  });
  await recordModelAction(deps, { tenant, actor, version, action: "approve", at });
  return approved;
}

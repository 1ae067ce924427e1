import { AppError } from "./errors.ts";
import { type ChurnModelDeps, type NamedModel, recordModelAction } from "./propose-churn-model.ts";

/**
 * Puts an approved model in force; all accounts are scored anew with it.
 * @throws {AppError} `not_found`, or `conflict` where nobody approved it or it is in force already
 */
export async function activateChurnModel(
  deps: ChurnModelDeps,
  { tenant, actor, version }: NamedModel,
): Promise<void> {
  const model = await deps.churnModels.find(tenant, version);
  if (model === null) throw new AppError("not_found", "There is no such churn model.");
  if (model.status === "active") throw new AppError("conflict", `The model ${version} is in use already.`);
  if (model.approvedAt === null || model.status === "rejected")
    throw new AppError(
      "conflict",
      `Nobody has approved the model ${version} yet. A lead or an administrator has to approve it first.`,
    );
  const at = deps.clock.now();
  await deps.churnModels.activate(tenant, { version, kind: "activation", at, by: actor.id });
  await recordModelAction(deps, { tenant, actor, version, action: "activate", at });
}

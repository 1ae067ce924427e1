import { AppError } from "./errors.ts";
import type { StoredChurnModel } from "./ports.ts";
import { type ChurnModelDeps, type NamedModel, recordModelAction } from "./propose-churn-model.ts";

/**
 * A person's no to a learned model, proposed or not; it stays readable with its report and is never used.
 * @throws {AppError} `not_found`, `conflict` where it is or was in use
 */
export async function rejectChurnModel(
  deps: ChurnModelDeps,
  { tenant, actor, version }: NamedModel,
): Promise<StoredChurnModel> {
  const stored = await deps.churnModels.find(tenant, version);
  if (stored === null) throw new AppError("not_found", "There is no such churn model.");
  if (stored.status !== "challenger" && stored.status !== "proposed")
    throw new AppError("conflict", `${version} is ${stored.status}, and can no longer be rejected.`);
  const at = deps.clock.now();
  const rejected = await deps.churnModels.update(tenant, version, stored.status, { status: "rejected" });
  await recordModelAction(deps, { tenant, actor, version, action: "reject", at });
  return rejected;
}

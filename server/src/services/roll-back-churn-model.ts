import { CHURN_PRIOR_V1, type TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { ChurnModelStore } from "./ports.ts";
import { type ChurnModelDeps, recordModelAction } from "./propose-churn-model.ts";

export interface RollBackDeps extends Omit<ChurnModelDeps, "churnModels"> {
  churnModels: Pick<ChurnModelStore, "activations" | "activate">;
}

type Activation = Awaited<ReturnType<ChurnModelStore["activations"]>>[number];

/**
 * One step back: to the model that was in force before, at last to the expert's estimate.
 * @returns the version in force now
 * @throws {AppError} `conflict` where there is nothing to go back from
 */
export async function rollBackChurnModel(
  deps: RollBackDeps,
  { tenant, actor }: { tenant: TenantId; actor: Actor },
): Promise<string> {
  const stack = inForceInTurn(await deps.churnModels.activations(tenant));
  if (stack.pop() === undefined)
    throw new AppError("conflict", "The expert's estimate is in use; there is nothing to go back to.");
  const version = stack.at(-1) ?? CHURN_PRIOR_V1.version;
  const at = deps.clock.now();
  await deps.churnModels.activate(tenant, { version, kind: "rollback", at, by: actor.id });
  await recordModelAction(deps, { tenant, actor, version, action: "roll_back", at });
  return version;
}

/** What is in force, on top of what it followed; a rollback takes the newest away. @param newestFirst as the store has them */
function inForceInTurn(newestFirst: readonly Activation[]): string[] {
  const stack: string[] = [];
  for (const { version, kind } of newestFirst.toReversed()) {
    if (kind === "rollback") stack.pop();
    else if (version === CHURN_PRIOR_V1.version) stack.length = 0;
    else stack.push(version);
  }
  return stack;
}

import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, ChurnModelStore, Clock, StoredChurnModel } from "./ports.ts";

export interface ChurnModelDeps {
  churnModels: ChurnModelStore;
  audit: Pick<AuditLog, "record">;
  clock: Clock;
}

export interface NamedModel {
  tenant: TenantId;
  actor: Actor;
  version: string;
}

/** Puts a learned model before whoever decides. @throws {AppError} `not_found`, `conflict` */
export async function proposeChurnModel(
  deps: ChurnModelDeps,
  { tenant, actor, version }: NamedModel,
): Promise<StoredChurnModel> {
  const at = deps.clock.now();
  const proposed = await deps.churnModels.update(tenant, version, "challenger", {
    status: "proposed",
    proposedBy: actor.id,
    proposedAt: at,
  });
  await recordModelAction(deps, { tenant, actor, version, action: "propose", at });
  return proposed;
}

export const recordModelAction = (
  deps: Pick<ChurnModelDeps, "audit">,
  { tenant, actor, version, action, at }: NamedModel & { action: string; at: Date },
): Promise<void> =>
  deps.audit.record(tenant, [
    {
      at,
      actor: actor.id,
      action: `churn_model.${action}`,
      subject: `churn-model:${version}`,
      outcome: "allowed",
      detail: {},
    },
  ]);

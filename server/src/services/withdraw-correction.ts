import { type AccountId, mayWithdraw, type TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import { getAccountHealth, survivorOf } from "./get-account-health.ts";
import type { CorrectionAnswer, CorrectionDeps } from "./save-correction.ts";

/**
 * Takes a correction back; it stays on record, and an override of it no longer counts. Twice is the same as once.
 * @throws {AppError} `not_found`, for one of another account too; `forbidden` where it is not the actor's to take back
 */
export async function withdrawCorrection(
  deps: CorrectionDeps,
  tenant: TenantId,
  named: AccountId,
  id: string,
  actor: Actor,
): Promise<CorrectionAnswer> {
  const account = await survivorOf(deps, tenant, named);
  const before = await getAccountHealth(deps, tenant, account, actor);
  const known = (await deps.corrections.ofAccount(tenant, account)).find((own) => own.id === id);
  if (known === undefined) throw new AppError("not_found", "There is no such correction of this customer.");
  if (!mayWithdraw(actor, known))
    throw new AppError(
      "forbidden",
      "Only who made a correction, or the customer success team, can take it back.",
    );
  await deps.corrections.withdraw(tenant, id, actor.id, deps.clock.now());
  const health = await getAccountHealth(deps, tenant, account, actor);
  return { correction: before.corrections.find((c) => c.id === id) ?? null, health };
}

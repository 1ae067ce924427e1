import type { AccountId, TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { RecordOutcomeDeps } from "./record-outcome.ts";

/** Takes an outcome back, whoever told it; it stays readable. @throws {AppError} `not_found` */
export async function retractOutcome(
  deps: Omit<RecordOutcomeDeps, "newId">,
  { tenant, account, actor, id }: { tenant: TenantId; account: AccountId; actor: Actor; id: string },
): Promise<void> {
  const now = deps.clock.now();
  const known = await deps.outcomes.ofAccount(tenant, account);
  if (!known.some((outcome) => outcome.id === id))
    throw new AppError("not_found", "There is no such outcome.");
  await deps.outcomes.retract(tenant, id, actor.id, now);
  await deps.audit.record(tenant, [
    {
      at: now,
      actor: actor.id,
      action: "outcome.retract",
      subject: `account:${account}`,
      outcome: "allowed",
      detail: { id },
    },
  ]);
}

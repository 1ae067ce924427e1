import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { driftKey } from "./list-drift.ts";
import type { AuditLog, Clock, DriftStore } from "./ports.ts";
import type { ChosenIds } from "./settle-dead-letters.ts";

/**
 * What becomes of values that somebody else changed: `restore` writes ours over them, `accept` leaves them until ours
 * changes next.
 * @returns how many there were
 * @throws {AppError} `request_invalid` for what is no id
 */
export async function settleDrift(
  deps: { drift: DriftStore; audit: AuditLog; clock: Clock },
  input: { tenant: TenantId; actor: Actor; deed: "restore" | "accept"; chosen: ChosenIds },
): Promise<number> {
  const { tenant, actor, deed, chosen } = input;
  const keys = "ids" in chosen ? chosen.ids.map(driftKey) : null;
  const count = await deps.drift.settle(tenant, deed, keys);
  await deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action: `drift.${deed}`,
      subject: keys === null ? "drift:all" : "drift:chosen",
      outcome: "allowed",
      detail: { count },
    },
  ]);
  return count;
}

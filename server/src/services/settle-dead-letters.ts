import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { deadLetterKey } from "./list-dead-letters.ts";
import type { AuditLog, Clock, DeadLetterStore } from "./ports.ts";

/** `ids` of the list, or all that there are. */
export type ChosenIds = { ids: readonly string[] } | { all: true };

/**
 * Tries what was given up again (`replay`), or takes it off the list (`discard`): a discarded write stays undone until
 * something else is to be shown there.
 * @returns how many there were
 * @throws {AppError} `request_invalid` for what is no id
 */
export async function settleDeadLetters(
  deps: { deadLetters: DeadLetterStore; audit: AuditLog; clock: Clock },
  input: { tenant: TenantId; actor: Actor; deed: "replay" | "discard"; chosen: ChosenIds },
): Promise<number> {
  const { tenant, actor, deed, chosen } = input;
  const keys = "ids" in chosen ? chosen.ids.map(deadLetterKey) : null;
  const count = await deps.deadLetters[deed](tenant, keys);
  await deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action: `dead_letters.${deed}`,
      subject: keys === null ? "dead-letters:all" : "dead-letters:chosen",
      outcome: "allowed",
      detail: { count },
    },
  ]);
  return count;
}

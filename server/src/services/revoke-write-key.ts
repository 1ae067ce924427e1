import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, Clock, WriteKeyStore } from "./ports.ts";

/** @throws {AppError} `not_found`, for another tenant's too */
export async function revokeWriteKey(
  deps: { writeKeys: WriteKeyStore; audit: AuditLog; clock: Clock },
  { tenant, actor, id }: { tenant: TenantId; actor: Actor; id: string },
): Promise<void> {
  const at = deps.clock.now();
  await deps.writeKeys.revoke(tenant, id, at);
  await deps.audit.record(tenant, [
    {
      at,
      actor: actor.id,
      action: "write_key.revoke",
      subject: `write_key:${id}`,
      outcome: "allowed",
      detail: {},
    },
  ]);
}

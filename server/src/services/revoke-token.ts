import type { TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, Clock, TokenStore } from "./ports.ts";

/** @throws {AppError} `not_found`, for another tenant's too */
export async function revokeToken(
  deps: { tokens: TokenStore; audit: AuditLog; clock: Clock },
  { tenant, actor, id }: { tenant: TenantId; actor: Actor; id: string },
): Promise<void> {
  const at = deps.clock.now();
  await deps.tokens.revoke(tenant, id, at);
  await deps.audit.record(tenant, [
    { at, actor: actor.id, action: "token.revoke", subject: `token:${id}`, outcome: "allowed", detail: {} },
  ]);
}

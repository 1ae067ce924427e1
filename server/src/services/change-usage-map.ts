import type { TenantId, UsageMap } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import type { AuditLog, Clock, UsageStore } from "./ports.ts";

/** What events mean from now on; days that are counted stay as they are. */
export async function changeUsageMap(
  deps: { usage: Pick<UsageStore, "saveMap">; audit: AuditLog; clock: Clock },
  { tenant, actor, map }: { tenant: TenantId; actor: Actor; map: UsageMap },
): Promise<void> {
  await deps.usage.saveMap(tenant, map);
  await deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action: "usage_map.change",
      subject: "usage_map",
      outcome: "allowed",
      detail: {
        loginEvents: map.loginEvents?.length ?? null,
        features: map.features === null ? null : Object.keys(map.features).length,
      },
    },
  ]);
}

import type { OutcomeSettings, TenantId } from "@bellwether/shared";
import type { Actor } from "./actor.ts";
import { AppError } from "./errors.ts";
import type { AuditLog, Clock, ConnectionRepository, JobQueue } from "./ports.ts";

export interface OutcomeSettingsDeps {
  connections: ConnectionRepository;
  queue: JobQueue;
  audit: Pick<AuditLog, "record">;
  clock: Clock;
}

/**
 * Saves what counts as a loss, and has the outcomes of all accounts read again: those that no longer follow from the
 * CRM are taken back, as everything that machines read is. What people and other systems told stays.
 * @throws {AppError} `conflict` without a HubSpot connection, where the stages and deals are
 */
export async function changeOutcomeSettings(
  deps: OutcomeSettingsDeps,
  { tenant, actor, settings }: { tenant: TenantId; actor: Actor; settings: OutcomeSettings },
): Promise<OutcomeSettings> {
  const connection = (await deps.connections.list(tenant)).find(({ platform }) => platform === "hubspot");
  if (connection === undefined)
    throw new AppError(
      "conflict",
      "HubSpot is not connected: there are no stages and deals to read outcomes from.",
    );
  const config = { ...connection.config, outcomes: settings };
  await deps.connections.update(connection.id, { config });
  await deps.queue.enqueue("sync-outcomes", { tenantId: tenant });
  await deps.audit.record(tenant, [
    {
      at: deps.clock.now(),
      actor: actor.id,
      action: "outcome_settings.change",
      subject: `connection:${connection.id}`,
      outcome: "allowed",
      detail: {
        lostStages: settings.lostStages.join(", "),
        customerStages: settings.customerStages.join(", "),
        lostRenewalIsChurn: settings.lostRenewalIsChurn,
        horizonDays: settings.horizonDays,
      },
    },
  ]);
  return settings;
}

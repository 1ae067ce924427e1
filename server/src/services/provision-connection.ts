import type { ConnectionId } from "@bellwether/shared";
import type { ConnectionDirectory } from "./connection-directory.ts";
import { handlePlatformTrouble } from "./platform-trouble.ts";
import type { Clock, ConnectionRepository, GatewayFor, JobQueue, Log } from "./ports.ts";

export interface ProvisionDeps {
  connections: ConnectionRepository;
  directory: ConnectionDirectory;
  gatewayFor: GatewayFor;
  queue: JobQueue;
  clock: Clock;
  log: Log;
}

/** Sets up our properties, fields and webhook at the platform; safe to repeat. What waited to be written then goes out. */
export async function provisionConnection(deps: ProvisionDeps, id: ConnectionId): Promise<void> {
  const connection = await deps.connections.find(id);
  if (connection?.status !== "active") return;
  try {
    const { config, webhookSecret, problems = [] } = await deps.gatewayFor(connection).provision();
    if (webhookSecret !== null) await deps.connections.saveSecrets(id, { webhookSecret });
    await deps.connections.update(id, {
      config: { ...connection.config, ...config },
      provisionedAt: deps.clock.now(),
      statusReason: problems.length === 0 ? null : problems.join(" "),
    });
    deps.directory.forget();
    for (const problem of problems) deps.log.warn({ connectionId: id }, problem);
    await deps.queue.enqueue("write-back", { connectionId: id });
  } catch (error) {
    const { reason, isPaused } = await handlePlatformTrouble(deps, connection, error);
    // a paused connection already says why, and what to do
    if (connection.provisionedAt === null && !isPaused)
      await deps.connections.update(id, { statusReason: reason });
  }
}

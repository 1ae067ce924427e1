import type { TenantId } from "@bellwether/shared";
import { BREAKER, type BreakerView, viewOfBreaker } from "./breaker-state.ts";
import type { Connection, ConnectionRepository, PlatformBudgets } from "./ports.ts";

/** Connections with their circuit breakers. @param tenant `undefined` = of all */
export async function listConnections(
  deps: { connections: ConnectionRepository; budgets: PlatformBudgets },
  tenant: TenantId | undefined,
): Promise<(Connection & { breaker: BreakerView })[]> {
  const connections = await deps.connections.list(tenant);
  const { nowMs, states } = await deps.budgets.states(BREAKER);
  return connections.map((connection) => ({
    ...connection,
    breaker: viewOfBreaker(states.get(connection.id) ?? null, nowMs),
  }));
}

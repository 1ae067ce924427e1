import type { ConnectionId, TenantId } from "@bellwether/shared";

/** Whose limits: those of one portal or Zendesk account, which is one connection. */
export interface BudgetScope {
  tenantId: TenantId;
  id: ConnectionId;
}

/**
 * Small states that all processes share about a connection's limits: calls granted lately, pauses, open jobs, the
 * circuit breaker.
 */
export interface PlatformBudgets {
  /**
   * Changes one state, one caller at a time over all processes. `update` is pure, for it may be run again.
   * @param update gets the stored state (`null` = none yet) and the time in milliseconds, one clock for all callers
   */
  change<T>(
    scope: BudgetScope,
    name: string,
    update: (state: unknown, nowMs: number) => { state: unknown; answer: T },
  ): Promise<T>;
  /** States of a name, by connection, and the time by the same clock. @param scope absent = of all connections */
  states(name: string, scope?: BudgetScope): Promise<{ nowMs: number; states: Map<ConnectionId, unknown> }>;
}

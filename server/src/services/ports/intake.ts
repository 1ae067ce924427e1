import type { ConnectionId, Platform, RecordRef, TenantId } from "@bellwether/shared";

/** One delivered event, verified and parsed. */
export interface InboundEvent {
  tenantId: TenantId;
  connectionId: ConnectionId;
  source: Platform;
  /** The same delivery twice has the same key; unique per tenant and source. */
  key: string;
  /** The platform's own name, e.g. `company.propertyChange`. */
  type: string;
  occurredAt: Date;
  payload: unknown;
  /** Records to read again because of it; empty for events that are only counted. */
  refs: readonly RecordRef[];
}

export interface IntakeCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export interface EventStore {
  /**
   * Durable when it resolves: inbox rows, counts, marks on records and the wake-up of their connections in one
   * transaction. Calls that arrive while a commit runs share the next one.
   * @returns in the order given, whether each event was new
   */
  append(events: readonly InboundEvent[]): Promise<boolean[]>;
  /** Counts deliveries of a known tenant that were signed but could not be read. */
  countRejected(tenant: TenantId, source: Platform, events: number): Promise<void>;
  counts(tenant: TenantId): Promise<Record<"hubspot" | "zendesk" | "segment", IntakeCounts>>;
}

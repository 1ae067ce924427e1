import type { ConnectionId, Platform, RecordRef, TenantId } from "@bellwether/shared";
import type { RecordFate } from "./fates.ts";

/** Who sends events: a platform, or the product of the tenant through the Segment protocol. */
export type EventSource = Platform | "segment";

/** One event of a delivery. */
export interface InboundEvent {
  /** The same event twice has the same key; unique per tenant and source. */
  key: string;
  /** Records to read again because of it; empty for events that are only counted. */
  refs: readonly RecordRef[];
  /** What it says once of records that are gone; stored with it. */
  fates?: readonly RecordFate[];
}

/** What a platform brought for one connection in one call, verified and parsed. */
export interface InboundDelivery {
  tenantId: TenantId;
  /** Events of a product come with a write key instead of a connection: here stands its id. */
  connectionId: ConnectionId;
  source: EventSource;
  /** The events as sent: JSON in UTF-8, kept once for all of them. Of a product's events only what is counted. */
  body: Buffer;
  events: readonly InboundEvent[];
}

export interface IntakeCounts {
  accepted: number;
  duplicates: number;
  rejected: number;
}

export interface EventStore {
  /**
   * Durable when it resolves: body, inbox rows, counts, marks on records and the wake-up of their connections in one
   * transaction. Calls that arrive while a commit runs share the next one.
   * @returns in the order given, whether each event was new; of a delivery without new events nothing is kept
   */
  append(delivery: InboundDelivery): Promise<boolean[]>;
  /** Counts deliveries of a known tenant that were signed but could not be read. */
  countRejected(tenant: TenantId, source: EventSource, events: number): Promise<void>;
  counts(tenant: TenantId): Promise<Record<EventSource, IntakeCounts>>;
}

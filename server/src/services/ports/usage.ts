import type {
  EventType,
  ProductEvent,
  RecordRef,
  TenantId,
  UsageChange,
  UsageMap,
  UserGroup,
} from "@bellwether/shared";
import type { EventSource } from "./intake.ts";

export interface WriteKey {
  id: string;
  tenantId: TenantId;
  name: string;
  /** `browser`: may be read by anybody who looks, and is answered across origins. */
  kind: "server" | "browser";
  createdBy: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface WriteKeyStore {
  insert(key: WriteKey, keyHash: string): Promise<void>;
  /** `null` for an unknown or revoked one. */
  findByHash(keyHash: string): Promise<WriteKey | null>;
  list(tenant: TenantId): Promise<WriteKey[]>;
  /** @throws {AppError} `not_found` */
  revoke(tenant: TenantId, id: string, at: Date): Promise<void>;
}

/** An event that cannot be used, and why, for the people who mend its sender. */
export interface RejectedEvent {
  /** The same event twice has the same key. */
  key: string;
  reason: string;
  /** Its beginning, without secrets. */
  body: string;
}

/** What a sender of events brought in one call. */
export interface SentEvents {
  /** As kept, in order; the same key may come twice. */
  events: ProductEvent[];
  rejected: RejectedEvent[];
}

/** The call of the protocol that a request's address names. */
export type SegmentCall = EventType | "batch";

/** Reads the Segment protocol; implemented by its adapter. */
export interface SegmentInbound {
  /** The body as JSON, and the write key in it. @throws {AppError} `request_invalid` */
  parse(rawBody: Buffer): { body: unknown; writeKey: string | null };
  /** @throws {AppError} `request_invalid` where the body as a whole is not what the call takes */
  events(body: unknown, of: { call: SegmentCall; tenant: TenantId; receivedAt: Date }): SentEvents;
  /** For a body that could not be parsed. */
  rejectedBody(rawBody: Buffer, reason: string): RejectedEvent;
  /** The JSON that is kept of events. */
  kept(events: readonly ProductEvent[]): Buffer;
}

export interface UsageStore {
  /**
   * Notes events that could not be used. One transaction with their count; an event that was noted before counts as a
   * duplicate. @returns how many were new
   */
  reject(tenant: TenantId, events: readonly RejectedEvent[], at: Date): Promise<number>;
  /** Keeps what a platform sent and nobody can use, to be seen beside them; counts nothing, known ones stay. */
  keepRejected(
    tenant: TenantId,
    source: EventSource,
    events: readonly RejectedEvent[],
    at: Date,
  ): Promise<void>;
  /** Of all sources, newest first. */
  rejected(
    tenant: TenantId,
    limit: number,
  ): Promise<(Omit<RejectedEvent, "key"> & { source: EventSource; at: Date })[]>;
  map(tenant: TenantId): Promise<UsageMap>;
  saveMap(tenant: TenantId, map: UsageMap): Promise<void>;
  /** When the newest event of anybody came in; `null` = none ever. */
  lastReceivedAt(tenant: TenantId): Promise<Date | null>;

  /**
   * Takes a tenant's oldest deliveries that are not counted, and adds what `attribute` makes of their events to the
   * counts; one transaction, which also notes them as counted. Events that came before are left out.
   * @returns the number of deliveries; 0 = all are counted
   */
  count(
    tenant: TenantId,
    attribute: (events: readonly ProductEvent[], known: ReadonlyMap<string, UserGroup>) => UsageChange,
  ): Promise<number>;
  /**
   * Calculates the gauges of groups that are due and tells the ledger what changed, with a group's party where it is
   * new; one transaction. @returns the number of groups; 0 = none is due
   */
  tellGauges(tenant: TenantId, now: Date, rests: (rounds: number) => number): Promise<number>;
  /** Groups whose party is new or has got another name since it was last matched. */
  unmatched(tenant: TenantId, limit: number): Promise<RecordRef[]>;
  noteMatched(tenant: TenantId, refs: readonly RecordRef[]): Promise<void>;

  /** Tenants with deliveries to count, gauges to calculate or groups to match. */
  tenantsWithWork(now: Date): Promise<TenantId[]>;
  /** Makes the gauges due whose window moved since they were calculated, of all tenants. */
  moveWindows(now: Date): Promise<void>;
  /** Forgets what is older than its limit, in sets. @returns whether there is more */
  forget(limits: UsageLimits): Promise<boolean>;
}

/** What happened before these moments is forgotten. */
export interface UsageLimits {
  /** Keys of events, and the events themselves. */
  eventsBefore: Date;
  rejectedBefore: Date;
  /** Days, as `2026-03-01`. */
  countsBefore: string;
  pendingBefore: string;
}

import type { ConnectionId, ObjectType, Platform, RecordRef, TenantId } from "@bellwether/shared";
import type { ClaimedRecord } from "./ledger.ts";

/** A record that its platform refuses to show this often, over half an hour, is given up: asked for once a day. */
export const MAX_READ_REFUSALS = 8;

/** Something that was given up: values that a platform does not take, or a record that it does not show. */
export interface DeadLetter {
  kind: "write" | "read";
  connectionId: ConnectionId;
  ref: RecordRef;
  /** `null` = belongs to no account, or it is not known to which. */
  accountName: string | null;
  /** What should have been written; `null` for a record that cannot be read. */
  values: Record<string, string> | null;
  attempts: number;
  /** In the platform's words. */
  reason: string;
  /** When it was given up; `null` for records. */
  since: Date | null;
}

export type DeadLetterKey = Pick<DeadLetter, "kind" | "connectionId"> & {
  objectType: ObjectType;
  objectId: string;
};

export interface DeadLetterStore {
  /** Newest first, writes before reads. */
  list(tenant: TenantId, limit: number): Promise<DeadLetter[]>;
  /** They are due at once. @param keys `null` = all @returns how many there were, with the wake-ups sent */
  replay(tenant: TenantId, keys: readonly DeadLetterKey[] | null): Promise<number>;
  /** Not written until something else is wanted, not read until it changes. @returns how many there were */
  discard(tenant: TenantId, keys: readonly DeadLetterKey[] | null): Promise<number>;
  /** Gives claims of records back that the platform refused to show; each refusal doubles the wait after `retryAt`. */
  refuseRecords(
    tenant: TenantId,
    connection: ConnectionId,
    claims: readonly ClaimedRecord[],
    refusal: { reason: string; retryAt: Date },
  ): Promise<void>;
  /** Over all tenants, for the metric. */
  counts(): Promise<{ platform: Platform; kind: DeadLetter["kind"]; count: number }[]>;
}

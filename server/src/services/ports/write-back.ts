import type { ConnectionId, ObjectType, RecordRef, TenantId } from "@bellwether/shared";

export interface OutboxRow {
  ref: RecordRef;
  values: Record<string, string>;
  version: number;
  attempts: number;
  /** When the oldest event that the values follow from was stored, by database time; absent = none is known. */
  eventAt?: Date;
}

export type WriteOutcome =
  | { kind: "confirmed" }
  /** The record is gone or must not be written (solved ticket); never tried again until wanted anew. */
  | { kind: "dropped"; reason: string }
  /** The platform refuses these values of this record: given up at once, and shown as a dead letter. */
  | { kind: "refused"; reason: string }
  /** Tried again later, and given up after `MAX_WRITE_ATTEMPTS`. */
  | {
      kind: "failed";
      reason: string;
      /** Where it is the connection's and not the row's: what is wrong and what to do, in words for the admin. */
      problem?: string;
    }
  /** Nothing was wrong with the row, but with the connection: tried again then, however often. */
  | { kind: "deferred"; reason: string; retryAt: Date };

/** A row that fails this often (waiting 2, 4, 8 s … 15 min, three quarters of an hour in all) is given up. */
export const MAX_WRITE_ATTEMPTS = 12;

export interface WriteBackLogEntry {
  at: Date;
  ref: RecordRef;
  accountName: string | null;
  values: Record<string, string>;
  outcome: "confirmed" | "failed" | "dropped" | "refused";
  reason: string | null;
}

export interface OutboxStore {
  /**
   * Rows of a connection whose desired values differ from the confirmed ones, nobody alive holds, and are due; without
   * the values that are held back because somebody else changed them.
   * @param least none where there are fewer; default 1
   */
  claim(
    connection: ConnectionId,
    objectType: ObjectType,
    limit: number,
    now: Date,
    least?: number,
  ): Promise<OutboxRow[]>;
  /** Whether records or accounts of the connection's tenant are being worked on, so that more rows may follow soon. */
  isMoreComing(connection: ConnectionId): Promise<boolean>;
  /** Only the claimed version is settled; a row wanted anew meanwhile stays pending. Failed rows wait 2^attempts s, at most 15 min, and are parked in the end. */
  settle(
    connection: ConnectionId,
    rows: readonly { row: OutboxRow; outcome: WriteOutcome }[],
    at: Date,
  ): Promise<void>;
  /**
   * These properties were made anew and are empty: what was confirmed of them counts no more, nor does drift, and all
   * records that had them are written again.
   */
  rewrite(connection: ConnectionId, keys: readonly string[]): Promise<void>;
  connectionsWithPending(now: Date): Promise<ConnectionId[]>;
  /** What was written lately, newest first. */
  recent(tenant: TenantId, limit: number): Promise<WriteBackLogEntry[]>;
}

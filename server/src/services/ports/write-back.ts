import type { ConnectionId, ObjectType, RecordRef, TenantId } from "@bellwether/shared";

export interface OutboxRow {
  ref: RecordRef;
  values: Record<string, string>;
  version: number;
  attempts: number;
}

export type WriteOutcome =
  | { kind: "confirmed" }
  /** The record is gone or must not be written (solved ticket); never tried again until wanted anew. */
  | { kind: "dropped"; reason: string }
  /** Tried again later. */
  | { kind: "failed"; reason: string };

export interface WriteBackLogEntry {
  at: Date;
  ref: RecordRef;
  accountName: string | null;
  values: Record<string, string>;
  outcome: "confirmed" | "failed" | "dropped";
  reason: string | null;
}

export interface OutboxStore {
  /** Rows of a connection whose desired values differ from the confirmed ones, nobody alive holds, and are due. */
  claim(connection: ConnectionId, objectType: ObjectType, limit: number, now: Date): Promise<OutboxRow[]>;
  /** Only the claimed version is settled; a row wanted anew meanwhile stays pending. Failed rows wait 2^attempts s, at most 15 min. */
  settle(
    connection: ConnectionId,
    rows: readonly { row: OutboxRow; outcome: WriteOutcome }[],
    at: Date,
  ): Promise<void>;
  connectionsWithPending(now: Date): Promise<ConnectionId[]>;
  /** What was written lately, newest first. */
  recent(tenant: TenantId, limit: number): Promise<WriteBackLogEntry[]>;
}

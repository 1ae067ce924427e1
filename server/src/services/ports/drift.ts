import type { ConnectionId, ObjectType, RecordRef, TenantId } from "@bellwether/shared";

/** What our properties of a record show at its platform, as text; absent keys were not asked for or do not exist. */
export interface ShownValues {
  ref: RecordRef;
  values: Readonly<Record<string, string>>;
}

/** A property or field of ours that somebody else changed. */
export interface Drift {
  connectionId: ConnectionId;
  ref: RecordRef;
  key: string;
  /** What the platform last confirmed to us. */
  ours: string;
  /** What it shows now. */
  theirs: string;
}

export interface ListedDrift extends Drift {
  accountName: string | null;
  /** What we would write now. */
  wanted: string | null;
  seenAt: Date;
}

export type DriftKey = Pick<Drift, "connectionId" | "key"> & { objectType: ObjectType; objectId: string };

export interface DriftStore {
  /**
   * What was confirmed to us before `readAt` for these records, where nothing is being written or may have arrived
   * unheard of: only there a difference is somebody else's.
   */
  settledValues(
    tenant: TenantId,
    connection: ConnectionId,
    refs: readonly RecordRef[],
    readAt: Date,
  ): Promise<ShownValues[]>;
  /**
   * Keeps `found`, holds these values back from being written, and lets go of earlier drift of the records in `seen`
   * that is not found any more. What was written since `readAt` is left out.
   */
  note(
    tenant: TenantId,
    connection: ConnectionId,
    change: { found: readonly Drift[]; seen: readonly RecordRef[]; readAt: Date; at: Date },
  ): Promise<void>;
  /** Newest first. */
  list(tenant: TenantId, limit: number): Promise<ListedDrift[]>;
  /**
   * `restore`: what we would write is written over theirs; `accept`: theirs stays until our value changes.
   * @param keys `null` = all @returns how many there were
   */
  settle(tenant: TenantId, deed: "restore" | "accept", keys: readonly DriftKey[] | null): Promise<number>;
}

import type { ConnectionId, ObjectType, RecordRef, TenantId } from "@bellwether/shared";

/** What a comparison repairs, by what was missed. */
export const repairKinds = ["created", "changed", "deleted", "restored", "relinked", "merged"] as const;
export type RepairKind = (typeof repairKinds)[number];

/** One record as its platform lists it. */
export interface ListedRecord {
  id: string;
  /** As a record read from there would say it; ISO 8601 in UTC. */
  updatedAt: string;
  /** The records it belongs to; `null` = the list does not say, or not all of them. */
  links: readonly RecordRef[] | null;
  /** Records that it has taken in, ever since; absent = the list does not say. */
  mergedIds?: readonly string[];
}

export type ReconciliationCounts = Record<RepairKind | "compared", number>;

/** Where a run is: listing a type with the platform's cursor, then looking at what was not listed, by ref key. */
export interface ReconciliationPlace {
  objectType: ObjectType;
  stage: "listing" | "missing";
  position: string | null;
}

export interface ReconciliationRun extends ReconciliationPlace {
  id: string;
  tenantId: TenantId;
  connectionId: ConnectionId;
  startedAt: Date;
  updatedAt: Date;
  /** `null` = under way. */
  finishedAt: Date | null;
  counts: ReconciliationCounts;
}

export interface ReconciliationStore {
  /** Begins a run with this type, unless one is under way: then that one is answered. */
  begin(
    connection: { tenantId: TenantId; id: ConnectionId },
    first: ObjectType,
    at: Date,
  ): Promise<ReconciliationRun>;
  underWay(connection: ConnectionId): Promise<ReconciliationRun | null>;
  /**
   * One transaction: what the page lists counts as seen, what differs from the ledger is marked to be read again with
   * the wake-up, merges that no event told get their fates, and the run moves on. @returns the run; `null` = somebody else moved it on meanwhile
   */
  compare(
    run: ReconciliationRun,
    page: { platform: RecordRef["platform"]; rows: readonly ListedRecord[] },
    onward: ReconciliationPlace,
    at: Date,
  ): Promise<ReconciliationRun | null>;
  /** Known records of the run's type that it has not seen listed, behind its position, by ref key. */
  unseen(run: ReconciliationRun, platform: RecordRef["platform"], limit: number): Promise<RecordRef[]>;
  /** @param onward `null` = it is finished @returns as `compare` */
  moveOn(
    run: ReconciliationRun,
    onward: ReconciliationPlace | null,
    deleted: number,
    at: Date,
  ): Promise<ReconciliationRun | null>;
  /** The newest finished run of each connection, and the ones under way; of one tenant or of all. */
  recent(tenant: TenantId | undefined): Promise<ReconciliationRun[]>;
  /** Connections with a run that nobody has moved on since then. */
  stalled(since: Date): Promise<ConnectionId[]>;
}

import type {
  AccountId,
  ConnectionId,
  ObjectType,
  Observation,
  RecordRef,
  SourceRecord,
  TenantId,
} from "@bellwether/shared";

export interface ClaimedRecord {
  ref: RecordRef;
  /** The mark's version when it was claimed; a mark set again meanwhile stays. */
  version: number;
}

export interface BackfillProgress {
  connectionId: ConnectionId;
  objectType: ObjectType;
  /** Where to go on; `null` at the start, and when done. */
  cursor: string | null;
  recordsRead: number;
  /** As the platform says, where it does. */
  recordsTotal: number | null;
  isDone: boolean;
  startedAt: Date;
  updatedAt: Date;
}

/** What one page or one set of re-read records leads to; saved in one transaction. */
export interface LedgerChange {
  tenantId: TenantId;
  connectionId: ConnectionId;
  /** New versions; a version older than the stored one is left out by the store. */
  records: readonly SourceRecord[];
  /** Records that are gone at the platform. */
  removed: readonly RecordRef[];
  observations: readonly Observation[];
  /** Marks that this settles. */
  claims: readonly ClaimedRecord[];
  progress: BackfillProgress | null;
  /** The cursor that this page was read at: where the stored one is another by now, nothing is done. Absent = any. */
  readAt?: string | null;
}

export interface LedgerStore {
  /**
   * Marks for a connection that nobody alive holds, oldest first.
   * @param least none where there are fewer; default 1
   */
  claimRecords(connection: ConnectionId, limit: number, least?: number): Promise<ClaimedRecord[]>;
  /** What could be claimed: how many of the oldest `limit`, and since when the oldest is due, by database time. */
  waitingRecords(connection: ConnectionId, limit: number): Promise<{ records: number; oldestMs: number }>;
  /** Gives claims back; they can be claimed again from `retryAt` on. */
  releaseRecords(
    tenant: TenantId,
    connection: ConnectionId,
    claims: readonly ClaimedRecord[],
    retryAt: Date,
  ): Promise<void>;
  /** Stored versions, by `refKey`; unknown ones are absent. */
  knownRecords(tenant: TenantId, refs: readonly RecordRef[]): Promise<Map<string, SourceRecord>>;
  /**
   * One transaction: records, links, observations (each once, by subject, kind, key, at and value), marks on the
   * accounts of the observations' subjects with a scoring wake-up, progress, and settled marks removed. Commits that
   * add observations of one tenant take turns, so that ledger positions become visible in their order.
   * @returns the parties of the records that are new, say something else than before, or have no account yet; `null` =
   * somebody else has stored the page that was read at `readAt`
   */
  commit(change: LedgerChange): Promise<{ parties: RecordRef[] } | null>;
  /** Marks records to be read again (catch-up); same coalescing as events. */
  markRecords(tenant: TenantId, connection: ConnectionId, refs: readonly RecordRef[]): Promise<void>;
  /**
   * Marks all known records of a type to be read again, e.g. after the field map changed, in one transaction with
   * the wake-up. @param changedSince only those that changed at the platform since then; `null` = all
   * @returns how many there are
   */
  markKnown(
    tenant: TenantId,
    connection: ConnectionId,
    objectType: ObjectType,
    changedSince: Date | null,
  ): Promise<number>;
  progress(connection: ConnectionId): Promise<BackfillProgress[]>;
  /** Connections with marks that nobody alive holds: the sweep after a crash. */
  connectionsWithMarks(): Promise<ConnectionId[]>;
  /** Party links of any record: its own account, or that of the first linked party, or through a linked record. */
  accountOf(tenant: TenantId, ref: RecordRef): Promise<AccountId | null>;
}

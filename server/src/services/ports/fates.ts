import type { ConnectionId, RecordRef, TenantId } from "@bellwether/shared";

/** What a platform says once of a record that is no longer there. */
export type RecordFate =
  /** `into` has taken it in. */
  | { kind: "merged"; ref: RecordRef; into: RecordRef }
  /** `into` is the same record under a new id. */
  | { kind: "renamed"; ref: RecordRef; into: RecordRef }
  /** For good, at the wish of the person: nothing that still comes about it is kept. */
  | { kind: "erased"; ref: RecordRef };
export type Succession = Exclude<RecordFate, { kind: "erased" }>;

export interface StoredBody {
  deliveryId: string;
  body: Buffer;
}

/** Fates are stored with the event that brings them (`EventStore.append`); here is what follows from them. */
export interface FateStore {
  /** Which of these were erased, by ref key. */
  erased(tenant: TenantId, refs: readonly RecordRef[]): Promise<ReadonlySet<string>>;
  /** When those of these that are gone were found gone, by ref key. */
  removedAt(tenant: TenantId, refs: readonly RecordRef[]): Promise<ReadonlyMap<string, Date>>;
  /** Known records that belong to these. */
  childrenOf(tenant: TenantId, refs: readonly RecordRef[]): Promise<RecordRef[]>;
  /** Successions that were not carried out yet, oldest first. */
  openSuccessions(tenant: TenantId, connection: ConnectionId, limit: number): Promise<Succession[]>;
  /**
   * One transaction: the account of the record that is gone and that of its successor become one, which is scored
   * again. A merged company's account joins that of the survivor, with all that belongs to it unless another company
   * is still in it; a record under a new id keeps its account.
   * Safe to repeat. @returns those that are carried out; the others wait for their successor to be read
   */
  carryOut(tenant: TenantId, successions: readonly Succession[]): Promise<Succession[]>;
  /** Deliveries whose bytes have one of these ids in them, in keyset pages. */
  bodiesNaming(
    tenant: TenantId,
    connection: ConnectionId,
    ids: readonly string[],
    after: string | null,
    limit: number,
  ): Promise<StoredBody[]>;
  replaceBodies(tenant: TenantId, bodies: readonly StoredBody[]): Promise<void>;
  /**
   * Empties what is shown of rejected events, of any source, that has one of these ids or addresses in it.
   * @param ids digits @returns how many there were
   */
  emptyRejected(tenant: TenantId, ids: readonly string[], addresses: readonly string[]): Promise<number>;
  /** All that follows from these is done, as far as it can be for what has come. */
  settle(tenant: TenantId, fates: readonly RecordFate[], at: Date): Promise<void>;
}

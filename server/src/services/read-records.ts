import {
  type Observation,
  observationsOf,
  observationsOfRemoval,
  type RecordRef,
  refKey,
  type SourceRecord,
  type TenantId,
} from "@bellwether/shared";
import { type MatchDeps, matchParties } from "./match-parties.ts";
import type { BackfillProgress, ClaimedRecord, Connection, LedgerStore } from "./ports.ts";

export interface RecordDeps extends MatchDeps {
  ledger: LedgerStore;
}

const isParty = (ref: RecordRef): boolean =>
  ref.objectType === "company" || ref.objectType === "organization";

/**
 * Takes newly read versions of records into the ledger: what they say more than the versions before becomes
 * observations, in one transaction with whatever they settle; then their parties get their accounts.
 */
export async function readRecords(
  deps: RecordDeps,
  connection: Connection,
  read: {
    records: readonly SourceRecord[];
    missing: readonly RecordRef[];
    claims: readonly ClaimedRecord[];
    progress: BackfillProgress | null;
  },
): Promise<void> {
  const tenant = connection.tenantId;
  const refs = [...read.records.map((r) => r.ref), ...read.missing];
  const parties = linkedParties(read.records);
  const known = await deps.ledger.knownRecords(tenant, [...refs, ...parties]);
  const removed = read.missing.filter((ref) => known.has(refKey(ref)));
  await deps.ledger.commit({
    tenantId: tenant,
    connectionId: connection.id,
    records: read.records,
    removed,
    observations: observations(read.records, removed, known, deps.clock.now()),
    claims: read.claims,
    progress: read.progress,
  });
  await matchParties(deps, tenant, read.records.map((r) => r.ref).filter(isParty));
  if (read.progress === null) await markUnknown(deps, tenant, connection, parties, known);
}

function observations(
  records: readonly SourceRecord[],
  removed: readonly RecordRef[],
  known: ReadonlyMap<string, SourceRecord>,
  now: Date,
): Observation[] {
  const ofRemoved = removed.flatMap((ref) => {
    const before = known.get(refKey(ref));
    return before ? observationsOfRemoval(before, now) : [];
  });
  return [
    ...records.flatMap((after) => observationsOf(known.get(refKey(after.ref)) ?? null, after)),
    ...ofRemoved,
  ];
}

const linkedParties = (records: readonly SourceRecord[]): RecordRef[] => [
  ...new Map(records.flatMap((r) => r.links.filter(isParty)).map((ref) => [refKey(ref), ref])).values(),
];

/** A ticket may name an organization whose own event is still under way, or was lost. */
async function markUnknown(
  deps: RecordDeps,
  tenant: TenantId,
  connection: Connection,
  parties: readonly RecordRef[],
  known: ReadonlyMap<string, SourceRecord>,
): Promise<void> {
  const unknown = parties.filter((ref) => !known.has(refKey(ref)));
  if (unknown.length > 0) await deps.ledger.markRecords(tenant, connection.id, unknown);
}

import {
  type Observation,
  observationsOf,
  observationsOfRemoval,
  observationsOfReturn,
  type RecordRef,
  refKey,
  type SourceRecord,
  type TenantId,
} from "@bellwether/shared";
import { eraseContent } from "./erase-content.ts";
import { type MatchDeps, matchParties } from "./match-parties.ts";
import type {
  BackfillProgress,
  ClaimedRecord,
  Connection,
  FateStore,
  GatewayFor,
  LedgerStore,
  Log,
} from "./ports.ts";
import { readChildrenAgain, settleSuccessions } from "./settle-successions.ts";

export interface RecordDeps extends MatchDeps {
  ledger: LedgerStore;
  fates: FateStore;
  gatewayFor: GatewayFor;
  log: Log;
}

/** Other records belong to these. */
const PARENTS: ReadonlySet<string> = new Set(["company", "contact", "ticket", "organization", "user"]);
const hasChildren = ({ objectType }: RecordRef): boolean => PARENTS.has(objectType);

const isParty = (ref: RecordRef): boolean =>
  ref.objectType === "company" || ref.objectType === "organization";

interface ReadRecords {
  records: readonly SourceRecord[];
  missing: readonly RecordRef[];
  claims: readonly ClaimedRecord[];
  progress: BackfillProgress | null;
  /** The cursor that they were read at, as in `LedgerChange`. */
  readAt?: string | null;
}

/**
 * Takes newly read versions of records into the ledger: what they say more than the versions before becomes
 * observations, in one transaction with whatever they settle; then their parties get their accounts, and what follows
 * from removals, restorations, merges and erasures is done.
 * @returns whether it was done; not where somebody else has stored the page
 */
export async function readRecords(
  deps: RecordDeps,
  connection: Connection,
  asRead: ReadRecords,
): Promise<boolean> {
  const tenant = connection.tenantId;
  const { records, missing, erased } = await withoutErased(deps, connection, asRead);
  const parties = linkedParties(records);
  const known = await deps.ledger.knownRecords(tenant, [
    ...records.map((r) => r.ref),
    ...missing,
    ...parties,
  ]);
  const removed = missing.filter((ref) => known.has(refKey(ref)));
  const isNew = records.filter((record) => !known.has(refKey(record.ref))).map((record) => record.ref);
  const removedAt = await cameBack(deps, tenant, isNew, asRead.progress);
  // first, because the marks that led here are settled with the rest
  await eraseContent(deps, connection, erased);
  const isLive = asRead.progress === null;
  if (isLive) {
    const restored = isNew.filter((ref) => removedAt.has(refKey(ref)));
    const moved = [...removed, ...relinked(records, known)].filter(hasChildren);
    await readChildrenAgain(deps, connection, moved, restored.filter(hasChildren));
  }
  const now = deps.clock.now();
  const stored = await deps.ledger.commit({
    tenantId: tenant,
    connectionId: connection.id,
    records,
    removed,
    observations: [
      ...records.flatMap((after) => {
        const goneAt = removedAt.get(refKey(after.ref));
        return goneAt === undefined
          ? observationsOf(known.get(refKey(after.ref)) ?? null, after)
          : observationsOfReturn(asRestored(after, goneAt, now));
      }),
      ...removed.flatMap((ref) => observationsOfRemoved(known.get(refKey(ref)), now)),
    ],
    claims: asRead.claims,
    progress: asRead.progress,
    ...(asRead.readAt !== undefined && { readAt: asRead.readAt }),
  });
  if (stored === null) return false;
  if (isLive) await settleSuccessions(deps, connection);
  await matchParties(deps, tenant, stored.parties);
  if (isLive) await markUnknown(deps, tenant, connection, parties, known);
  return true;
}

/** What was erased is gone, whatever the platform still shows of it. */
async function withoutErased(
  deps: RecordDeps,
  { tenantId }: Connection,
  { records, missing }: ReadRecords,
): Promise<{ records: readonly SourceRecord[]; missing: readonly RecordRef[]; erased: RecordRef[] }> {
  const refs = [...records.map((record) => record.ref), ...missing];
  const keys = await deps.fates.erased(tenantId, refs);
  if (keys.size === 0) return { records, missing, erased: [] };
  const isErased = (ref: RecordRef): boolean => keys.has(refKey(ref));
  return {
    records: records.filter((record) => !isErased(record.ref)),
    missing: [...missing, ...records.map((record) => record.ref).filter(isErased)],
    erased: refs.filter(isErased),
  };
}

/** What belongs to nobody but a contact goes with the contact to another company. */
const relinked = (records: readonly SourceRecord[], known: ReadonlyMap<string, SourceRecord>): RecordRef[] =>
  records.flatMap(({ ref, links }) => {
    const before = known.get(refKey(ref));
    const isSame = before === undefined || linksOf(before.links) === linksOf(links);
    return ref.objectType === "contact" && !isSame ? [ref] : [];
  });

const linksOf = (links: readonly RecordRef[]): string => links.map(refKey).join();

/** When each of them was found gone. A page of the backfill may have been read before: there it is still what it was. */
async function cameBack(
  { fates }: RecordDeps,
  tenant: TenantId,
  refs: readonly RecordRef[],
  progress: BackfillProgress | null,
): Promise<ReadonlyMap<string, Date>> {
  const removed = [...(await fates.removedAt(tenant, refs))];
  return new Map(removed.filter(([, at]) => progress === null || at < progress.startedAt));
}

/** It is there again since now, and not since its own last change: that may lie before its removal. */
function asRestored(record: SourceRecord, goneAt: Date, now: Date): SourceRecord {
  const since = new Date(Math.max(now.getTime(), goneAt.getTime() + 1, Date.parse(record.updatedAt)));
  return { ...record, updatedAt: since.toISOString() };
}

const observationsOfRemoved = (before: SourceRecord | undefined, now: Date): Observation[] =>
  before ? observationsOfRemoval(before, now) : [];

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

import {
  type ConnectionId,
  type Observation,
  type Party,
  type RecordRef,
  refKey,
  type SourceRecord,
  type TenantId,
} from "@bellwether/shared";
import type { BackfillProgress, ClaimedRecord, LedgerChange } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import {
  DROP_DOMAINS,
  DROP_LINKS,
  FREE_RECORDS,
  LOCK_POSITIONS,
  LOCK_RECORDS,
  ledgerName,
  MARK_ACCOUNTS_OF,
  REMOVE_RECORDS,
  REVIVE_PARTIES,
  SAVE_DOMAINS,
  SAVE_LINKS,
  SAVE_OBSERVATIONS,
  SAVE_PARTIES,
  SAVE_PROGRESS,
  SAVE_RECORDS,
  SETTLE_RECORDS,
} from "./ledger-sql.ts";
import { byTypeAndId } from "./lock-in-order.ts";
import { externalKey, nameKey, partyOf } from "./party-rows.ts";
import { refOf } from "./record-key.ts";
import type { Sql } from "./sql.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

/**
 * All of a change, in the transaction of `sql`, or nothing (`StoredElsewhere`). Safe to repeat: the same change again
 * adds nothing.
 * @returns the parties that are new, say something else than before, or have no account yet
 */
export async function commitLedger(
  sql: Sql,
  wakeUps: WakeUps,
  change: LedgerChange,
): Promise<{ parties: RecordRef[] }> {
  const { tenantId, connectionId } = change;
  // first: whoever reads the same page waits here, and then finds it stored
  if (change.progress) await saveProgress(sql, tenantId, change.progress, change.readAt);
  const stored = await saveRecords(sql, change);
  await saveLinks(sql, tenantId, stored);
  const { parties, revived } = await saveParties(sql, tenantId, stored);
  const removed = sortedKeys(change.removed);
  await removeRecords(sql, tenantId, removed);
  const told = await saveObservations(sql, tenantId, change.observations);

  const wake: WakeUp[] = [];
  const { isMarkedAgain, markedAt } = await settle(sql, tenantId, connectionId, change.claims);
  if (isMarkedAgain) wake.push({ name: "refresh-records", payload: { connectionId } });
  if (await markAccountsOf(sql, tenantId, [...told, ...revived, ...removed], markedAt))
    wake.push({ name: "score-accounts", payload: { tenantId } });
  if (wake.length > 0) await wakeUps.send(sql, wake);
  return { parties: parties.map(refOf) };
}

const sortedKeys = (refs: readonly RecordRef[]): string[] => [...new Set(refs.map(refKey))].toSorted();

/** @returns the records that are now the stored version, in the order of their keys */
async function saveRecords(sql: Sql, change: LedgerChange): Promise<SourceRecord[]> {
  const newest = new Map<string, SourceRecord>();
  for (const record of change.records) {
    const known = newest.get(refKey(record.ref));
    if (!known || known.updatedAt <= record.updatedAt) newest.set(refKey(record.ref), record);
  }
  if (newest.size === 0) return [];
  const sorted = [...newest].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rows = await sql.query<{ ref: string }>(SAVE_RECORDS, [
    change.tenantId,
    change.connectionId,
    jsonParameter(sorted.map(([k, record]) => ({ k, u: record.updatedAt, j: record }))),
    change.progress?.startedAt ?? null,
  ]);
  const stored = new Set(rows.map((row) => row.ref));
  return sorted.filter(([key]) => stored.has(key)).map(([, record]) => record);
}

const isOpenZendeskTicket = ({ ref, fields }: SourceRecord): boolean =>
  ref.platform === "zendesk" &&
  fields.kind === "ticket" &&
  (fields.status === "open" || fields.status === "pending");

async function saveLinks(sql: Sql, tenant: TenantId, records: readonly SourceRecord[]): Promise<void> {
  if (records.length === 0) return;
  const links = records.flatMap((record) => {
    const o = isOpenZendeskTicket(record);
    return sortedUnique(record.links).map(([t, n]) => ({ k: refKey(record.ref), n, t, o }));
  });
  const values = [tenant, records.map((record) => refKey(record.ref)), jsonParameter(links)];
  await sql.query(DROP_LINKS, values);
  if (links.length > 0) await sql.query(SAVE_LINKS, values);
}

/** Target and position, in the order of the target; of a target named twice the first place counts. */
function sortedUnique(links: readonly RecordRef[]): [string, number][] {
  const first = new Map<string, number>();
  for (const [position, ref] of links.entries())
    if (!first.has(refKey(ref))) first.set(refKey(ref), position);
  return [...first].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** @returns the parties that changed or wait for an account, and those of them that had been removed and are there again */
async function saveParties(
  sql: Sql,
  tenant: TenantId,
  records: readonly SourceRecord[],
): Promise<{ parties: string[]; revived: string[] }> {
  const given = records.map(partyOf).filter((party) => party !== null);
  if (given.length === 0) return { parties: [], revived: [] };
  const rows = await sql.query<{ ref: string }>(SAVE_PARTIES, [tenant, jsonParameter(given.map(partyRow))]);
  const parties = rows.map((row) => row.ref);
  if (parties.length === 0) return { parties, revived: [] };
  const isSaved = new Set(parties);
  const domains = given
    .filter((party) => isSaved.has(refKey(party.ref)))
    .flatMap((party) => party.domains.toSorted().map((d) => ({ k: refKey(party.ref), d })));
  await sql.query(DROP_DOMAINS, [tenant, parties, jsonParameter(domains)]);
  if (domains.length > 0) await sql.query(SAVE_DOMAINS, [tenant, parties, jsonParameter(domains)]);
  const revived = await sql.query<{ ref: string }>(REVIVE_PARTIES, [tenant, parties]);
  return { parties, revived: revived.map((row) => row.ref) };
}

const partyRow = (party: Party): object => ({
  k: refKey(party.ref),
  f: party.ref.platform,
  n: party.name,
  nk: nameKey(party),
  d: party.domains,
  e: party.externalId,
  ek: externalKey(party.externalId),
  c: party.isCustomer,
});

async function removeRecords(sql: Sql, tenant: TenantId, refs: readonly string[]): Promise<void> {
  if (refs.length === 0) return;
  for (const statement of REMOVE_RECORDS) await sql.query(statement, [tenant, refs]);
}

/**
 * Behind everything that other writers of the ledger lock before they come here, so that none of them waits for
 * another in a circle. @returns the parties of which something new was told
 */
async function saveObservations(
  sql: Sql,
  tenant: TenantId,
  observations: readonly Observation[],
): Promise<string[]> {
  if (observations.length === 0) return [];
  const facts = observations.map(({ subject: s, at: a, kind: f, key: k, source: p, value: v }) => ({
    s,
    a,
    f,
    k,
    p,
    v,
  }));
  await sql.query(LOCK_POSITIONS, [ledgerName(tenant)]);
  const rows = await sql.query<{ subject: string }>(SAVE_OBSERVATIONS, [tenant, jsonParameter(facts)]);
  return rows.map((row) => row.subject);
}

async function markAccountsOf(
  sql: Sql,
  tenant: TenantId,
  parties: readonly string[],
  markedAt: Date | null,
): Promise<boolean> {
  if (parties.length === 0) return false;
  return (await sql.query(MARK_ACCOUNTS_OF, [tenant, [...new Set(parties)], markedAt])).length > 0;
}

export const claimParameter = (claims: readonly ClaimedRecord[]): string =>
  jsonParameter(
    claims.map(({ ref, version }) => ({ y: ref.objectType, i: ref.id, v: version })).sort(byTypeAndId),
  );

/** @returns whether some of them were marked again meanwhile, and since when the oldest of all was marked */
async function settle(
  sql: Sql,
  tenant: TenantId,
  connection: ConnectionId,
  claims: readonly ClaimedRecord[],
): Promise<{ isMarkedAgain: boolean; markedAt: Date | null }> {
  if (claims.length === 0) return { isMarkedAgain: false, markedAt: null };
  const values = [tenant, connection, claimParameter(claims)];
  await sql.query(LOCK_RECORDS, values);
  const settled = await sql.query<{ due_at: Date }>(SETTLE_RECORDS, values);
  const freed = settled.length < claims.length ? await sql.query<{ due_at: Date }>(FREE_RECORDS, values) : [];
  const times = [...settled, ...freed].map((row) => row.due_at.getTime());
  return {
    isMarkedAgain: freed.length > 0,
    markedAt: times.length === 0 ? null : new Date(Math.min(...times)),
  };
}

async function saveProgress(
  sql: Sql,
  tenant: TenantId,
  progress: BackfillProgress,
  readAt: string | null | undefined,
): Promise<void> {
  const stored = await sql.query(SAVE_PROGRESS, [
    tenant,
    progress.connectionId,
    progress.objectType,
    progress.cursor,
    progress.recordsRead,
    progress.recordsTotal,
    progress.isDone,
    progress.startedAt,
    progress.updatedAt,
    readAt ?? null,
    readAt !== undefined,
  ]);
  if (stored.length === 0) throw new StoredElsewhere();
}

/** Ends the transaction of a page that somebody else has stored. */
export class StoredElsewhere extends Error {}

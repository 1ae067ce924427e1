import { createHash } from "node:crypto";
import {
  type AccountId,
  type ConnectionId,
  type HealthResult,
  sourceKindOf,
  type TenantId,
  whatIsSaid,
} from "@bellwether/shared";
import type { ClaimedAccount, ScoredAccount, ScoreStore } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { PackedColumn } from "./packed-column.ts";
import type { ProcessLease } from "./process-lease.ts";
import { readLedgers } from "./read-ledgers.ts";
import { SAVE_OUTLOOKS } from "./rescore-sql.ts";
import { readHistory } from "./score-history.ts";
import {
  CLAIM_ACCOUNTS,
  FREE_ACCOUNTS,
  LOCK_ACCOUNTS,
  MARK_ALL_ACCOUNTS,
  RELEASE_ACCOUNTS,
  SAVE_RECONSTRUCTED,
  SAVE_RESULTS,
  SETTLE_ACCOUNTS,
  TENANTS_WITH_MARKS,
  WANT_ON_RECORDS,
  WANT_ON_TICKETS,
} from "./score-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createScoreStore(database: Database, lease: ProcessLease, wakeUps: WakeUps): ScoreStore {
  return {
    claimAccounts: async (tenant, limit) => {
      const values = [tenant, limit, await lease.holder()];
      return (await database.query<ClaimRow>(CLAIM_ACCOUNTS, values)).map(toClaim);
    },
    releaseAccounts: async (claims, retryAt) => {
      const claimed = claimParameter(claims);
      await lease.settling(() =>
        database.transaction(async (sql) => {
          await sql.query(LOCK_ACCOUNTS, [claimed]);
          await sql.query(RELEASE_ACCOUNTS, [claimed, retryAt]);
        }),
      );
    },
    ledgers: (tenant, accounts, now) => readLedgers(database, tenant, accounts, now),
    save: (tenant, scored, claims) =>
      lease.settling(() => database.transaction((sql) => save(sql, wakeUps, tenant, scored, claims))),
    saveReconstructed: async (tenant, snapshots) => {
      if (snapshots.length === 0) return;
      const packed = new PackedColumn();
      const rows = jsonParameter(snapshots.map((snapshot) => pastRow(snapshot, packed)));
      await database.query(SAVE_RECONSTRUCTED, [tenant, rows, packed.bytes()]);
    },
    markAll: async (tenant) => (await database.query(MARK_ALL_ACCOUNTS, [tenant])).length,
    tenantsWithMarks: async () =>
      (await database.query<{ tenant_id: TenantId }>(TENANTS_WITH_MARKS)).map((row) => row.tenant_id),
    ...readHistory(database),
  };
}

interface ClaimRow {
  tenant_id: TenantId;
  account_id: AccountId;
  version: number;
  event_at: Date | null;
}

const toClaim = (row: ClaimRow): ClaimedAccount => ({
  tenantId: row.tenant_id,
  accountId: row.account_id,
  version: row.version,
  ...(row.event_at && { eventAt: row.event_at }),
});

async function save(
  sql: Sql,
  wakeUps: WakeUps,
  tenant: TenantId,
  scored: readonly ScoredAccount[],
  claims: readonly ClaimedAccount[],
): Promise<void> {
  const packed = new PackedColumn();
  const results = jsonParameter(scored.map((account) => scoredRow(account, packed)));
  const stored = await sql.query<{ account_id: AccountId }>(SAVE_RESULTS, [tenant, results, packed.bytes()]);
  const current = new Set(stored.map((row) => row.account_id));
  const newest = scored.filter((account) => current.has(account.accountId));
  await sql.query(SAVE_OUTLOOKS, [tenant, jsonParameter(newest.map(outlookRow))]);
  const events = new Map(claims.map((claim) => [claim.accountId, claim.eventAt]));
  const desired = newest.flatMap((account) => desiredRows(account, events.get(account.accountId)));
  const bands = newest.flatMap((account) => bandRows(account, events.get(account.accountId)));
  const wanted = [
    ...(await want(sql, WANT_ON_RECORDS, tenant, desired)),
    ...(await want(sql, WANT_ON_TICKETS, tenant, bands)),
  ];
  const connections = new Set(wanted.filter((row) => row.is_pending).map((row) => row.connection_id));
  if (connections.size > 0)
    await wakeUps.send(
      sql,
      [...connections].map((connectionId) => ({ name: "write-back", payload: { connectionId } })),
    );
  const claimed = [claimParameter(claims)];
  await sql.query(LOCK_ACCOUNTS, claimed);
  const settled = await sql.query(SETTLE_ACCOUNTS, claimed);
  if (settled.length < claims.length) await sql.query(FREE_ACCOUNTS, claimed);
}

interface WantedRow {
  connection_id: ConnectionId;
  is_pending: boolean;
}

const want = async (
  sql: Sql,
  statement: string,
  tenant: TenantId,
  rows: readonly object[],
): Promise<WantedRow[]> => (rows.length === 0 ? [] : sql.query(statement, [tenant, jsonParameter(rows)]));

/** In the order in which accounts are marked. */
const claimParameter = (claims: readonly ClaimedAccount[]): string =>
  jsonParameter(
    claims
      .map((claim) => ({ t: claim.tenantId, a: claim.accountId, v: claim.version }))
      .sort((one, other) => (one.a < other.a ? -1 : 1)),
  );

function scoredRow(account: ScoredAccount, packed: PackedColumn): object {
  const { accountId, calculatedAt, result, inputs, memories } = account;
  const [rs, rn] = packed.add(result);
  const [qs, qn] = packed.add(inputs);
  return {
    a: accountId,
    at: calculatedAt,
    f: fingerprint(result),
    rs,
    rn,
    qs,
    qn,
    m: memories,
    ...beside(result),
  };
}

function pastRow(
  { accountId, result }: { accountId: AccountId; result: HealthResult },
  packed: PackedColumn,
): object {
  const [rs, rn] = packed.add(result);
  return { a: accountId, at: result.scoredAt, rs, rn, ...beside(result) };
}

/** What of a result statements over many ask for. */
const beside = (result: HealthResult): object => ({
  s: result.healthScore,
  c: result.calculatedScore,
  b: result.band,
  k: result.atRisk.isAtRisk,
  l: result.lostAt,
  p: result.churnRisk.probability,
  v: result.churnRisk.modelVersion,
  o: result.override?.correctionId ?? null,
});

const desiredRows = ({ accountId, desired }: ScoredAccount, eventAt: Date | undefined): object[] =>
  desired.map(({ connectionId, ref, values }) => ({
    c: connectionId,
    y: ref.objectType,
    i: ref.id,
    p: ref.platform,
    a: accountId,
    d: values,
    e: eventAt,
  }));

const bandRows = ({ accountId, ticketBand }: ScoredAccount, eventAt: Date | undefined): object[] =>
  ticketBand ? [{ c: ticketBand.connectionId, a: accountId, v: ticketBand.value, e: eventAt }] : [];

function outlookRow({ accountId: a, outlook }: ScoredAccount): object {
  if (!outlook) return { a };
  const { under: u, madeAt: f, until: t, usage, stale: s } = outlook;
  return { a, u, f, t, m: usage?.movedMs ?? null, k: sourceKindOf(outlook), s };
}

/** Of what a reader would call the same, so that equal ones are no change. */
const fingerprint = (result: HealthResult): string =>
  createHash("md5").update(whatIsSaid(result)).digest("hex");

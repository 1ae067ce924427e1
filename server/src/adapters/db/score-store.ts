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
import type { ProcessLease } from "./process-lease.ts";
import { readLedgers } from "./read-ledgers.ts";
import { SAVE_OUTLOOKS } from "./rescore-sql.ts";
import { readHistory } from "./score-history.ts";
import {
  CLAIM_ACCOUNTS,
  FREE_ACCOUNTS,
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
import { packedText } from "./stored-result.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createScoreStore(database: Database, lease: ProcessLease, wakeUps: WakeUps): ScoreStore {
  return {
    claimAccounts: async (tenant, limit) => {
      const rows = await database.query<{ tenant_id: TenantId; account_id: AccountId; version: number }>(
        CLAIM_ACCOUNTS,
        [tenant, limit, await lease.holder()],
      );
      return rows.map((row) => ({
        tenantId: row.tenant_id,
        accountId: row.account_id,
        version: row.version,
      }));
    },
    releaseAccounts: async (claims, retryAt) => {
      await lease.settling(() => database.query(RELEASE_ACCOUNTS, [claimParameter(claims), retryAt]));
    },
    ledgers: (tenant, accounts, now) => readLedgers(database, tenant, accounts, now),
    save: (tenant, scored, claims) =>
      lease.settling(() => database.transaction((sql) => save(sql, wakeUps, tenant, scored, claims))),
    saveReconstructed: async (tenant, snapshots) => {
      if (snapshots.length === 0) return;
      await database.query(SAVE_RECONSTRUCTED, [tenant, jsonParameter(snapshots.map(pastRow))]);
    },
    markAll: async (tenant) => (await database.query(MARK_ALL_ACCOUNTS, [tenant])).length,
    tenantsWithMarks: async () =>
      (await database.query<{ tenant_id: TenantId }>(TENANTS_WITH_MARKS)).map((row) => row.tenant_id),
    ...readHistory(database),
  };
}

async function save(
  sql: Sql,
  wakeUps: WakeUps,
  tenant: TenantId,
  scored: readonly ScoredAccount[],
  claims: readonly ClaimedAccount[],
): Promise<void> {
  const results = jsonParameter(scored.map(scoredRow));
  const stored = await sql.query<{ account_id: AccountId }>(SAVE_RESULTS, [tenant, results]);
  const current = new Set(stored.map((row) => row.account_id));
  const newest = scored.filter((account) => current.has(account.accountId));
  await sql.query(SAVE_OUTLOOKS, [tenant, jsonParameter(newest.map(outlookRow))]);
  const wanted = [
    ...(await sql.query<WantedRow>(WANT_ON_RECORDS, [tenant, desiredParameter(newest)])),
    ...(await sql.query<WantedRow>(WANT_ON_TICKETS, [tenant, bandParameter(newest)])),
  ];
  const connections = new Set(wanted.filter((row) => row.is_pending).map((row) => row.connection_id));
  if (connections.size > 0)
    await wakeUps.send(
      sql,
      [...connections].map((connectionId) => ({ name: "write-back", payload: { connectionId } })),
    );
  await sql.query(SETTLE_ACCOUNTS, [claimParameter(claims)]);
  await sql.query(FREE_ACCOUNTS, [claimParameter(claims)]);
}

interface WantedRow {
  connection_id: ConnectionId;
  is_pending: boolean;
}

const claimParameter = (claims: readonly ClaimedAccount[]): string =>
  jsonParameter(claims.map((claim) => ({ t: claim.tenantId, a: claim.accountId, v: claim.version })));

const scoredRow = ({ accountId, calculatedAt, result, inputs, memories }: ScoredAccount): object => ({
  a: accountId,
  at: calculatedAt,
  f: fingerprint(result),
  i: packedText(inputs),
  m: memories,
  ...stored(result),
});

const pastRow = ({ accountId, result }: { accountId: AccountId; result: HealthResult }): object => ({
  a: accountId,
  at: result.scoredAt,
  ...stored(result),
});

/** A result, and what of it statements over many ask for. */
const stored = (result: HealthResult): object => ({
  r: packedText(result),
  s: result.healthScore,
  c: result.calculatedScore,
  b: result.band,
  k: result.atRisk.isAtRisk,
  l: result.lostAt,
  p: result.churnRisk.probability,
  v: result.churnRisk.modelVersion,
  o: result.override?.correctionId ?? null,
});

const desiredParameter = (scored: readonly ScoredAccount[]): string =>
  jsonParameter(
    scored.flatMap(({ accountId, desired }) =>
      desired.map(({ connectionId, ref, values }) => ({
        c: connectionId,
        y: ref.objectType,
        i: ref.id,
        p: ref.platform,
        a: accountId,
        d: values,
      })),
    ),
  );

const bandParameter = (scored: readonly ScoredAccount[]): string =>
  jsonParameter(
    scored.flatMap(({ accountId, ticketBand }) =>
      ticketBand ? [{ c: ticketBand.connectionId, a: accountId, v: ticketBand.value }] : [],
    ),
  );

function outlookRow({ accountId: a, outlook }: ScoredAccount): object {
  if (!outlook) return { a };
  const { under: u, madeAt: f, until: t, usage, stale: s } = outlook;
  return { a, u, f, t, m: usage?.movedMs ?? null, k: sourceKindOf(outlook), s };
}

/** Of what a reader would call the same, so that equal ones are no change. */
const fingerprint = (result: HealthResult): string =>
  createHash("md5").update(whatIsSaid(result)).digest("hex");

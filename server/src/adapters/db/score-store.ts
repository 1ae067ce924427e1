import { createHash } from "node:crypto";
import {
  type AccountId,
  type ConnectionId,
  DAY_MS,
  type HealthResult,
  type MatchRule,
  type Observation,
  type TenantId,
} from "@bellwether/shared";
import type {
  AccountLedger,
  ClaimedAccount,
  PartyLink,
  ScoredAccount,
  ScoreStore,
  StoredHealth,
} from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { ProcessLease } from "./process-lease.ts";
import { refOf } from "./record-key.ts";
import {
  ACCOUNTS_TO_SCORE,
  CLAIM_ACCOUNTS,
  MARK_ALL_ACCOUNTS,
  OBSERVATIONS_TO_SCORE,
  RELEASE_ACCOUNTS,
  SAVE_CURRENT,
  SAVE_RECONSTRUCTED,
  SAVE_SNAPSHOTS,
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
      await database.query(SAVE_RECONSTRUCTED, [tenant, resultParameter(snapshots)]);
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
  const results = resultParameter(scored);
  await sql.query(SAVE_SNAPSHOTS, [tenant, results]);
  const stored = await sql.query<{ account_id: AccountId }>(SAVE_CURRENT, [tenant, results]);
  const current = new Set(stored.map((row) => row.account_id));
  const newest = scored.filter((account) => current.has(account.accountId));
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
}

interface WantedRow {
  connection_id: ConnectionId;
  is_pending: boolean;
}

const claimParameter = (claims: readonly ClaimedAccount[]): string =>
  jsonParameter(claims.map((claim) => ({ t: claim.tenantId, a: claim.accountId, v: claim.version })));

const resultParameter = (results: readonly { accountId: AccountId; result: HealthResult }[]): string =>
  jsonParameter(
    results.map(({ accountId, result }) => ({
      a: accountId,
      at: result.scoredAt,
      f: fingerprint(result),
      s: result.healthScore,
      r: result,
    })),
  );

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

/**
 * Says the same for results that a reader would call the same: times, ages and texts that only count hours on are
 * left out, and points count by the tenth that is shown.
 */
function fingerprint(result: HealthResult): string {
  const said = {
    score: [result.healthScore, result.band, result.segment, result.confidence, result.status],
    risk: [result.atRisk.isAtRisk, result.churnRisk.probability?.toFixed(3), result.churnBand],
    coverage: result.coverage.toFixed(3),
    caps: result.caps.map((cap) => [cap.cap, cap.limit]),
    points: result.contributions.map((c) => [
      c.measure,
      c.state,
      c.points.toFixed(1),
      c.maxPoints.toFixed(1),
    ]),
    versions: result.versions,
  };
  return createHash("md5").update(JSON.stringify(said)).digest("hex");
}

interface AccountRow {
  id: AccountId;
  name: string;
  created_at: Date;
  result: HealthResult | null;
  month_at: Date | null;
  health_score: number | null;
  links: { ref: string; rule: MatchRule }[] | null;
}

async function readLedgers(
  database: Database,
  tenant: TenantId,
  accounts: readonly AccountId[],
  now: Date,
): Promise<AccountLedger[]> {
  const monthAgo = new Date(now.getTime() - 30 * DAY_MS);
  const rows = await database.query<AccountRow>(ACCOUNTS_TO_SCORE, [tenant, [...accounts], monthAgo]);
  const facts = await database.query<Observation & { account_id: AccountId }>(OBSERVATIONS_TO_SCORE, [
    tenant,
    [...accounts],
  ]);
  const byAccount = Map.groupBy(facts, (fact) => fact.account_id);
  return rows.map((row) => ({
    accountId: row.id,
    name: row.name,
    createdAt: row.created_at,
    links: (row.links ?? []).map(
      ({ ref, rule }): PartyLink => ({ ref: refOf(ref), accountId: row.id, rule }),
    ),
    observations: (byAccount.get(row.id) ?? []).map(({ account_id: _, ...observation }) => observation),
    latest: row.result,
    monthAgo: row.month_at && { at: row.month_at, healthScore: row.health_score },
  }));
}

interface SnapshotRow {
  result: HealthResult;
  is_reconstructed: boolean;
}

const toStored = (row: SnapshotRow): StoredHealth => ({
  result: row.result,
  isReconstructed: row.is_reconstructed,
});

const readHistory = (database: Database): Pick<ScoreStore, "latest" | "history" | "at"> => ({
  latest: async (tenant, account) => {
    const [row] = await database.query<{ result: HealthResult }>(
      "SELECT result FROM health_current WHERE tenant_id = $1 AND account_id = $2",
      [tenant, account],
    );
    return row ? { result: row.result, isReconstructed: false } : null;
  },
  history: async (tenant, account, since) => {
    const rows = await database.query<SnapshotRow>(
      `SELECT result, is_reconstructed FROM (
         SELECT DISTINCT ON ((at AT TIME ZONE 'UTC')::date) at, result, is_reconstructed FROM health_snapshot
         WHERE tenant_id = $1 AND account_id = $2 AND at >= $3
         ORDER BY (at AT TIME ZONE 'UTC')::date, at DESC) AS daily
       ORDER BY at`,
      [tenant, account, since],
    );
    return rows.map(toStored);
  },
  at: async (tenant, account, at) => {
    const [row] = await database.query<SnapshotRow>(
      `SELECT result, is_reconstructed FROM health_snapshot
       WHERE tenant_id = $1 AND account_id = $2 AND at <= $3 ORDER BY at DESC LIMIT 1`,
      [tenant, account, at],
    );
    return row ? toStored(row) : null;
  },
});

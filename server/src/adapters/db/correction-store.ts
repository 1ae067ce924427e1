import {
  type AccountId,
  type CorrectionEntry,
  type DatedOverride,
  MINUTE_MS,
  type Override,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { CorrectionStore, StoredCorrection } from "../../services/ports.ts";
import {
  CORRECTIONS_OF_ACCOUNTS,
  FIND_CORRECTION,
  FIND_SAME,
  INSERT_CORRECTION,
  LIST_CORRECTIONS,
  LOCK_ACCOUNT,
  MARK_ACCOUNT,
  MARK_OUTDATED,
  OVERRIDES,
  WITHDRAW_CORRECTION,
} from "./correction-sql.ts";
import { jsonParameter, storableText } from "./json-parameter.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

/** The same words of the same person again within this time are a second click. */
const SAME_CLICK_MS = MINUTE_MS;

export function createCorrectionStore(database: Database, wakeUps: WakeUps): CorrectionStore {
  const rows = async (text: string, values: Parameters<Sql["query"]>[1]): Promise<StoredCorrection[]> =>
    (await database.query<CorrectionRow>(text, values)).map(toCorrection);
  return {
    save: (tenant, correction) => database.transaction((sql) => save(sql, wakeUps, tenant, correction)),
    withdraw: (tenant, id, by, at) =>
      database.transaction((sql) => withdraw(sql, wakeUps, tenant, { id, by, at })),
    find: async (tenant, id) => (await rows(FIND_CORRECTION, [tenant, id]))[0] ?? null,
    ofAccount: (tenant, account) => rows(CORRECTIONS_OF_ACCOUNTS, [tenant, [account]]),
    overrides: async (tenant, accounts, now) => {
      const found = await rows(OVERRIDES, [tenant, [...accounts], now]);
      const byAccount = Map.groupBy(found, (row) => row.accountId);
      return new Map([...byAccount].map(([account, own]) => [account, own.flatMap(datedOverride)]));
    },
    list: (tenant, { after, limit }) => rows(LIST_CORRECTIONS, [tenant, after, limit]),
    markOutdated: async (now) => (await database.query(MARK_OUTDATED, [now])).length,
  };
}

async function save(
  sql: Sql,
  wakeUps: WakeUps,
  tenant: TenantId,
  correction: StoredCorrection,
): Promise<StoredCorrection> {
  const [account] = await sql.query(LOCK_ACCOUNT, [tenant, correction.accountId]);
  if (account === undefined) throw new AppError("not_found", "No account belongs to this record.");
  const given = parameterOf(correction);
  const since = new Date(correction.createdAt.getTime() - SAME_CLICK_MS);
  const [same] = await sql.query<CorrectionRow>(FIND_SAME, [tenant, given, since]);
  if (same !== undefined) return toCorrection(same);
  const [row] = await sql.query<CorrectionRow>(INSERT_CORRECTION, [tenant, given]);
  if (row === undefined) throw new AppError("unavailable", "The correction was not kept. Please try again.");
  if (row.override !== null) await rescore(sql, wakeUps, tenant, row.account_id);
  return toCorrection(row);
}

async function withdraw(
  sql: Sql,
  wakeUps: WakeUps,
  tenant: TenantId,
  { id, by, at }: { id: string; by: string; at: Date },
): Promise<StoredCorrection> {
  const [row] = await sql.query<CorrectionRow>(WITHDRAW_CORRECTION, [tenant, id, storableText(by), at]);
  if (row !== undefined) {
    if (row.override !== null) await rescore(sql, wakeUps, tenant, row.account_id);
    return toCorrection(row);
  }
  const [before] = await sql.query<CorrectionRow>(FIND_CORRECTION, [tenant, id]);
  if (before === undefined) throw new AppError("not_found", "There is no such correction.");
  return toCorrection(before);
}

async function rescore(sql: Sql, wakeUps: WakeUps, tenant: TenantId, account: AccountId): Promise<void> {
  await sql.query(MARK_ACCOUNT, [tenant, account]);
  await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId: tenant } }]);
}

const parameterOf = (correction: StoredCorrection): string =>
  jsonParameter({
    id: correction.id,
    account: correction.accountId,
    target: correction.target,
    direction: correction.direction,
    reason: correction.reason,
    evidence: correction.evidence,
    override: correction.override,
    shown: correction.shown,
    author: correction.author,
    name: correction.authorName,
    at: correction.createdAt,
    expires: correction.expiresAt,
  });

export interface CorrectionRow {
  id: string;
  account_id: AccountId;
  target: string;
  direction: CorrectionEntry["direction"];
  reason: string;
  evidence: string | null;
  override: Override | null;
  shown: StoredCorrection["shown"];
  author: string;
  author_name: string;
  created_at: Date;
  expires_at: Date;
  withdrawn_at: Date | null;
  withdrawn_by: string | null;
}

export const toCorrection = (row: CorrectionRow): StoredCorrection => ({
  id: row.id,
  accountId: row.account_id,
  target: row.target,
  direction: row.direction,
  reason: row.reason,
  evidence: row.evidence,
  override: row.override,
  shown: row.shown,
  author: row.author,
  authorName: row.author_name,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  withdrawnAt: row.withdrawn_at,
  withdrawnBy: row.withdrawn_by,
});

export const datedOverride = ({ override, ...correction }: StoredCorrection): DatedOverride[] =>
  override === null
    ? []
    : [
        {
          ...override,
          correctionId: correction.id,
          reason: correction.reason,
          by: correction.authorName,
          at: correction.createdAt.toISOString(),
          expiresAt: correction.expiresAt.toISOString(),
        },
      ];

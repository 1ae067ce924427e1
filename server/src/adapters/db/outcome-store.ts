import {
  type AccountId,
  type Observation,
  type Outcome,
  type OutcomeKind,
  refKey,
  type TenantId,
} from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { OutcomeStore, StoredOutcome } from "../../services/ports.ts";
import { MARK_ACCOUNTS } from "./account-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import {
  ACCOUNTS_OF_PARTIES,
  BELIEVED_OUTCOMES,
  COUNT_OUTCOMES,
  KNOWN_ACCOUNTS,
  OUTCOME_EVIDENCE,
  OUTCOMES_OF_ACCOUNTS,
  RETRACT_OUTCOMES,
  SAVE_OUTCOMES,
} from "./outcome-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createOutcomeStore(database: Database, wakeUps: WakeUps): OutcomeStore {
  return {
    save: async (tenant, outcomes) => {
      if (outcomes.length === 0) return 0;
      return await database.transaction(async (sql) => {
        const rows = await sql.query<AccountRow>(SAVE_OUTCOMES, [tenant, outcomeParameter(outcomes)]);
        await wakeScoring(sql, wakeUps, tenant, rows);
        return rows.length;
      });
    },
    retractAll: async (tenant, ids, by, at) => {
      if (ids.length === 0) return;
      await database.transaction(async (sql) => {
        const rows = await sql.query<AccountRow>(RETRACT_OUTCOMES, [tenant, [...ids], by, at]);
        await wakeScoring(sql, wakeUps, tenant, rows);
      });
    },
    retract: (tenant, id, by, at) =>
      database.transaction(async (sql) => {
        const rows = await sql.query<AccountRow>(RETRACT_OUTCOMES, [tenant, [id], by, at]);
        if (rows.length === 0) await assertKnown(sql, tenant, id);
        await wakeScoring(sql, wakeUps, tenant, rows);
      }),
    ofAccount: async (tenant, account) =>
      (await database.query<OutcomeRow>(OUTCOMES_OF_ACCOUNTS, [tenant, [account]])).map(toOutcome),
    believed: async (tenant, accounts) => {
      const rows = await database.query<OutcomeRow>(BELIEVED_OUTCOMES, [tenant, [...accounts]]);
      return Map.groupBy(rows.map(toOutcome), (outcome) => outcome.accountId);
    },
    evidence: async (tenant, accounts) => {
      const rows = await database.query<Observation & AccountRow>(OUTCOME_EVIDENCE, [tenant, [...accounts]]);
      const found = new Map<AccountId, Observation[]>();
      for (const [account, facts] of Map.groupBy(rows, (row) => row.account_id))
        found.set(
          account,
          facts.map(({ account_id: _, ...observation }) => observation),
        );
      return found;
    },
    known: async (tenant, named) => {
      const accounts = await database.query<{ id: AccountId }>(KNOWN_ACCOUNTS, [tenant, [...named.accounts]]);
      const parties = await database.query<{ ref: string } & AccountRow>(ACCOUNTS_OF_PARTIES, [
        tenant,
        named.parties.map(refKey),
      ]);
      return {
        accounts: new Set(accounts.map((row) => row.id)),
        parties: new Map(parties.map((row) => [row.ref, row.account_id])),
      };
    },
    counts: async (tenant) => {
      const rows = await database.query<{ kind: OutcomeKind; count: number }>(COUNT_OUTCOMES, [tenant]);
      const found = new Map(rows.map((row) => [row.kind, row.count]));
      const of = (kind: OutcomeKind): number => found.get(kind) ?? 0;
      return {
        renewed: of("renewed"),
        churned: of("churned"),
        contracted: of("contracted"),
        expanded: of("expanded"),
      };
    },
  };
}

interface AccountRow {
  account_id: AccountId;
}

/** Of one named twice the last counts: a statement cannot change a row twice. */
function outcomeParameter(outcomes: Parameters<OutcomeStore["save"]>[1]): string {
  const last = new Map(
    outcomes.map((outcome) => [
      JSON.stringify([outcome.accountId, outcome.source, outcome.sourceKey, outcome.kind]),
      outcome,
    ]),
  );
  return jsonParameter(
    [...last.values()].map((outcome) => ({
      i: outcome.id,
      a: outcome.accountId,
      k: outcome.kind,
      at: outcome.at,
      s: outcome.source,
      sk: outcome.sourceKey,
      r: outcome.reason,
      n: outcome.note,
      b: outcome.recordedBy,
      ra: outcome.recordedAt,
    })),
  );
}

async function wakeScoring(
  sql: Sql,
  wakeUps: WakeUps,
  tenantId: TenantId,
  rows: readonly AccountRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(MARK_ACCOUNTS, [tenantId, [...new Set(rows.map((row) => row.account_id))]]);
  await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId } }]);
}

async function assertKnown(sql: Sql, tenant: TenantId, id: string): Promise<void> {
  const rows = await sql.query("SELECT 1 FROM outcome WHERE tenant_id = $1 AND id = $2", [tenant, id]);
  if (rows.length === 0) throw new AppError("not_found", "There is no such outcome.");
}

interface OutcomeRow {
  id: string;
  account_id: AccountId;
  kind: Outcome["kind"];
  at: Date;
  source: Outcome["source"];
  source_key: string;
  reason: Outcome["reason"];
  note: string | null;
  recorded_by: string;
  recorded_at: Date;
  retracted_by: string | null;
  retracted_at: Date | null;
}

const toOutcome = (row: OutcomeRow): StoredOutcome => ({
  id: row.id,
  accountId: row.account_id,
  kind: row.kind,
  at: row.at,
  source: row.source,
  sourceKey: row.source_key,
  reason: row.reason,
  note: row.note,
  recordedBy: row.recorded_by,
  recordedAt: row.recorded_at,
  retractedBy: row.retracted_by,
  retractedAt: row.retracted_at,
});

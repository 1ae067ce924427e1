import {
  type AccountId,
  DAY_MS,
  type DatedOverride,
  lostSince,
  type MatchRule,
  memoryOf,
  type Observation,
  type Outcome,
  type Override,
  type TenantId,
  type VersionMemory,
} from "@bellwether/shared";
import type { AccountLedger, PartyLink } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { refOf } from "./record-key.ts";
import {
  ACCOUNTS_TO_SCORE,
  OBSERVATIONS_TO_SCORE,
  ONE_MOMENT,
  OUTCOMES_TO_SCORE,
  OVERRIDES_TO_SCORE,
} from "./score-inputs-sql.ts";
import type { Database, Sql } from "./sql.ts";
import {
  type InputColumns,
  inputsIn,
  type ResultColumns,
  resultIn,
  type StoredResult,
} from "./stored-result.ts";

/** All of it in one snapshot of the database, so that position, observations and overrides belong together. */
export const readLedgers = (
  database: Database,
  tenant: TenantId,
  accounts: readonly AccountId[],
  now: Date,
): Promise<AccountLedger[]> =>
  database.transaction(async (sql) => {
    await sql.query(ONE_MOMENT);
    const lost = await lostAccounts(sql, tenant, accounts, now);
    const moments = jsonParameter(accounts.map((id) => momentOf(id, lost.get(id) ?? null, now)));
    const rows = await sql.query<AccountRow>(ACCOUNTS_TO_SCORE, [tenant, moments]);
    const overrides = await sql.query<OverrideRow>(OVERRIDES_TO_SCORE, [tenant, moments]);
    const facts = await sql.query<FactRow>(OBSERVATIONS_TO_SCORE, [tenant, [...accounts]]);
    const overridesOf = Map.groupBy(overrides, (row) => row.account_id);
    const factsOf = Map.groupBy(facts, (fact) => fact.account_id);
    return rows.map((row) => {
      const lostAt = lost.get(row.id) ?? null;
      return {
        ...accountPart(row, lostAt),
        ...observationPart(factsOf.get(row.id) ?? [], lostAt),
        overrides: (overridesOf.get(row.id) ?? []).map(toOverride),
      };
    });
  });

type OutcomeRow = Outcome & { account_id: AccountId };

async function lostAccounts(
  sql: Sql,
  tenant: TenantId,
  accounts: readonly AccountId[],
  now: Date,
): Promise<Map<AccountId, Date>> {
  const rows = await sql.query<OutcomeRow>(OUTCOMES_TO_SCORE, [tenant, [...accounts]]);
  const lost = new Map<AccountId, Date>();
  for (const [account, outcomes] of Map.groupBy(rows, (row) => row.account_id)) {
    const since = lostSince(outcomes, now);
    if (since !== null) lost.set(account, since);
  }
  return lost;
}

function momentOf(account: AccountId, lostAt: Date | null, now: Date): object {
  const at = lostAt ?? now;
  return { a: account, t: at, m: new Date(at.getTime() - 30 * DAY_MS), l: lostAt };
}

interface AccountRow extends ResultColumns, InputColumns {
  id: AccountId;
  name: string;
  created_at: Date;
  memories: VersionMemory[] | null;
  packed_before_loss: Uint8Array | null;
  result_before_loss: StoredResult | null;
  month_at: Date | null;
  health_score: number | null;
  links: { ref: string; rule: MatchRule; isGone: boolean }[] | null;
}

function accountPart(
  row: AccountRow,
  lostAt: Date | null,
): Omit<AccountLedger, "observations" | "position" | "overrides"> {
  const links = row.links ?? [];
  const latest = resultIn(row);
  return {
    accountId: row.id,
    name: row.name,
    createdAt: row.created_at,
    links: links
      .filter((link) => !link.isGone)
      .map(({ ref, rule }): PartyLink => ({ ref: refOf(ref), accountId: row.id, rule })),
    subjects: links.map((link) => link.ref).sort(),
    latest,
    latestInputs: inputsIn(row),
    memories: lostAt === null ? liveMemories(row.memories, latest) : memoriesBeforeLoss(row),
    lostAt,
    monthAgo: row.month_at && { at: row.month_at, healthScore: row.health_score },
  };
}

/** What the newest result from before the loss remembered. */
function memoriesBeforeLoss(row: AccountRow): readonly VersionMemory[] {
  const before = resultIn({ packed: row.packed_before_loss, result: row.result_before_loss });
  return before === null ? [] : [memoryOf(before, null)];
}

/** Results from before memories were kept carry the one of their version. */
function liveMemories(
  memories: readonly VersionMemory[] | null,
  latest: AccountLedger["latest"],
): readonly VersionMemory[] {
  if (memories !== null) return memories;
  return latest === null || latest.lostAt !== null ? [] : [memoryOf(latest, null)];
}

type FactRow = Observation & { account_id: AccountId; position: number };

/** The position is that of the newest observation that counts: later ones of the tenant say nothing of this account. */
function observationPart(
  rows: readonly FactRow[],
  lostAt: Date | null,
): Pick<AccountLedger, "observations" | "position"> {
  const limit = lostAt?.toISOString() ?? null;
  let newest = 0;
  const observations = rows.map(({ account_id: _, position, ...observation }) => {
    if (position > newest && (limit === null || observation.at <= limit)) newest = position;
    return observation;
  });
  return { observations, position: String(newest) };
}

interface OverrideRow {
  id: string;
  account_id: AccountId;
  override: Override;
  reason: string;
  author_name: string;
  created_at: Date;
  expires_at: Date;
}

const toOverride = (row: OverrideRow): DatedOverride => ({
  ...row.override,
  correctionId: row.id,
  reason: row.reason,
  by: row.author_name,
  at: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
});

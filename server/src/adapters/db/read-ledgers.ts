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
    const told = await sql.query<ToldRow>(OBSERVATIONS_TO_SCORE, [tenant, [...accounts]]);
    const overridesOf = Map.groupBy(overrides, (row) => row.account_id);
    const toldOf = Map.groupBy(told, (row) => row.account_id);
    return rows.map((row) => {
      const lostAt = lost.get(row.id) ?? null;
      return {
        ...accountPart(row, lostAt),
        ...observationPart(toldOf.get(row.id) ?? [], lostAt),
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
  scored_at: Date | null;
  lost_at: Date | null;
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
  return {
    accountId: row.id,
    name: row.name,
    createdAt: row.created_at,
    links: links
      .filter((link) => !link.isGone)
      .map(({ ref, rule }): PartyLink => ({ ref: refOf(ref), accountId: row.id, rule })),
    subjects: links.map((link) => link.ref).sort(),
    latestAt: row.scored_at,
    frozen: frozenPart(row),
    memories: lostAt === null ? liveMemories(row) : memoriesBeforeLoss(row),
    lostAt,
    monthAgo: row.month_at && { at: row.month_at, healthScore: row.health_score },
  };
}

function frozenPart(row: AccountRow): AccountLedger["frozen"] {
  if (row.lost_at === null) return null;
  const [result, inputs] = [resultIn(row), inputsIn(row)];
  return result === null || inputs === null ? null : { result, inputs };
}

/** What the newest result from before the loss remembered. */
function memoriesBeforeLoss(row: AccountRow): readonly VersionMemory[] {
  const before = resultIn({ packed: row.packed_before_loss, result: row.result_before_loss });
  return before === null ? [] : [memoryOf(before, null)];
}

/** Results from before memories were kept carry the one of their version. */
function liveMemories(row: AccountRow): readonly VersionMemory[] {
  if (row.memories !== null) return row.memories;
  const latest = resultIn(row);
  return latest === null || latest.lostAt !== null ? [] : [memoryOf(latest, null)];
}

type ToldFact = [
  position: number,
  ms: number,
  source: Observation["source"],
  kind: string,
  key: string,
  value: unknown,
];
interface ToldRow {
  account_id: AccountId;
  subject: string;
  facts: ToldFact[];
}

/** The position is that of the newest observation that counts: later ones of the tenant say nothing of this account. */
function observationPart(
  rows: readonly ToldRow[],
  lostAt: Date | null,
): Pick<AccountLedger, "observations" | "position"> {
  const limit = lostAt?.getTime() ?? Number.POSITIVE_INFINITY;
  let newest = 0;
  for (const { facts } of rows)
    for (const [position, ms] of facts) if (position > newest && ms <= limit) newest = position;
  const observations = rows.flatMap(({ subject, facts }) =>
    facts.map((fact) => observationOf(subject, fact)),
  );
  if (rows.length > 1) observations.sort(byTime); // each party's are in order already
  return { observations, position: String(newest) };
}

const byTime = (a: Observation, b: Observation): number => (a.at < b.at ? -1 : Number(a.at > b.at));

/** Stored from an observation, whose kind decides on its value. */
const observationOf = (subject: string, [, ms, source, kind, key, value]: ToldFact): Observation =>
  ({ subject, source, kind, key, value, at: new Date(ms).toISOString() }) as Observation;

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

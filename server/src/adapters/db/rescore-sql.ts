import { isFree } from "./process-lease.ts";

/** $1 name of the tenant's rescoring: two that begin at once must not cut twice. */
export const LOCK_DAY = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

/** $1 tenant, $2 day. */
export const DROP_OTHER_DAYS = "DELETE FROM rescore_range WHERE tenant_id = $1 AND day <> $2::date";

/** $1 tenant, $2 day, $3 size. Every n-th account ends a range; the last range is open. */
export const CUT_RANGES = `
INSERT INTO rescore_range (tenant_id, day, number, after, up_to)
SELECT $1::uuid, $2::date, number, lag(up_to) OVER (ORDER BY number), up_to FROM (
  SELECT place / $3::bigint AS number, id AS up_to FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM account WHERE tenant_id = $1::uuid
  ) AS counted WHERE place % $3::bigint = 0
  UNION ALL SELECT 2147483647, NULL
) AS ends
WHERE NOT EXISTS (SELECT 1 FROM rescore_range WHERE tenant_id = $1::uuid AND day = $2::date)`;

/** $1 tenant, $2 process. */
export const CLAIM_RANGE = `
WITH free AS (
  SELECT range.tenant_id, range.day, range.number FROM rescore_range AS range
  WHERE range.tenant_id = $1 AND NOT range.is_done AND ${isFree("range")}
  ORDER BY range.day, range.number LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE rescore_range AS range SET claimed_by = $2, claimed_at = now()
FROM free WHERE range.tenant_id = free.tenant_id AND range.day = free.day AND range.number = free.number
RETURNING to_char(range.day, 'YYYY-MM-DD') AS day, range.number, coalesce(range.cursor, range.after) AS after,
  range.up_to AS "upTo"`;

const RANGE = "range.tenant_id = $1::uuid AND range.day = $2::date AND range.number = $3::int";
export const RELEASE_RANGE = `
UPDATE rescore_range AS range SET claimed_by = NULL, claimed_at = NULL WHERE ${RANGE} AND range.claimed_by = $4`;

/** $1 tenant, $2 day, $3 number, $4 process. First in its transaction: whoever lost the range does nothing more. */
export const HOLD_RANGE = `
SELECT 1 AS held FROM rescore_range AS range WHERE ${RANGE} AND range.claimed_by = $4 AND NOT range.is_done FOR UPDATE`;

/** How far back the date of an outcome is looked at: longer than any outlook holds. */
const OUTCOME_DAYS = 30;

/**
 * $1 tenant, $2 behind this account, $3 up to this one, $4 limit, $5 now, $6 now in milliseconds, $7 what holds
 * `{u, k, s, b, m}`. Marks the accounts whose outlook does not hold; a mark that is there already leads to a calculation
 * of its own. Both tables are read by one stretch of their keys, not account by account. An outcome may have been told before its date; once that has come, the account is looked at. The same
 * comparison as stillSays in shared/. Answers how many were looked at, the last of them, and how many are due.
 */
export const LOOK_AT_PAGE = `
WITH page AS MATERIALIZED (
  SELECT id FROM account
  WHERE tenant_id = $1::uuid AND id > $2::uuid AND id <= $3::uuid AND merged_into IS NULL ORDER BY id LIMIT $4
),
edge AS MATERIALIZED (SELECT id FROM page ORDER BY id DESC LIMIT 1),
known AS MATERIALIZED (
  SELECT account_id, under, made_at, until, moved_at, kind, stale FROM account_outlook
  WHERE tenant_id = $1::uuid AND account_id > $2::uuid AND account_id <= (SELECT id FROM edge)
),
dated AS (
  SELECT outcome.account_id FROM outcome
  WHERE outcome.tenant_id = $1::uuid AND outcome.account_id > $2::uuid AND outcome.account_id <= $3::uuid
    AND outcome.retracted_at IS NULL
    AND outcome.at <= $5::timestamptz AND outcome.at > $5::timestamptz - interval '${OUTCOME_DAYS} days'
),
due AS (
  SELECT page.id FROM page
  LEFT JOIN known ON known.account_id = page.id
  LEFT JOIN json_to_recordset($7::json) AS holding (u int, k smallint, s smallint, b smallint, m bigint)
    ON holding.u = known.under AND holding.k = known.kind
  WHERE known.until IS NULL OR $6::bigint >= known.until OR $6::bigint < known.made_at OR holding.u IS NULL
    OR known.stale <> CASE WHEN known.moved_at < holding.m THEN holding.b ELSE holding.s END
    OR page.id IN (SELECT account_id FROM dated)
),
marked AS (
  INSERT INTO account_mark (tenant_id, account_id) SELECT $1::uuid, id FROM due ORDER BY id ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM page) AS looked, (SELECT id FROM edge) AS last,
  (SELECT count(*) FROM due) AS due`;

/** $1 tenant, $2 day, $3 number, $4 last account or null, $5 whether the range is done with it. */
export const SETTLE_PAGE = `
UPDATE rescore_range AS range SET cursor = coalesce($4::uuid, range.cursor), is_done = $5::boolean WHERE ${RANGE}`;

export const TENANTS_TO_RESCORE = `
SELECT DISTINCT range.tenant_id FROM rescore_range AS range WHERE NOT range.is_done AND ${isFree("range")}`;

/** $1 tenant, $2 outlooks `{a, u, f, t, m, k, s}`; one without its parts = none. */
export const SAVE_OUTLOOKS = `
INSERT INTO account_outlook AS known (tenant_id, account_id, under, made_at, until, moved_at, kind, stale)
SELECT $1::uuid, given.a, given.u, given.f, given.t, given.m, given.k, given.s
FROM json_to_recordset($2::json) AS given (a uuid, u int, f bigint, t bigint, m bigint, k smallint, s smallint)
ORDER BY given.a
ON CONFLICT (tenant_id, account_id) DO UPDATE SET under = excluded.under, made_at = excluded.made_at,
  until = excluded.until, moved_at = excluded.moved_at, kind = excluded.kind, stale = excluded.stale`;

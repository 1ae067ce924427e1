import { isFree } from "./process-lease.ts";

/** $1 name of the tenant's rescoring: two that begin at once must not cut twice. */
export const LOCK_DAY = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";

/** $1 tenant, $2 day. */
export const DROP_OTHER_DAYS = "DELETE FROM rescore_range WHERE tenant_id = $1 AND day <> $2::date";

/** $1 tenant. What is read is `account_outlook` alone: a row for every account that can be scored, and for no other. */
export const ADD_MISSING = `
INSERT INTO account_outlook (tenant_id, account_id)
SELECT account.tenant_id, account.id FROM account
WHERE account.tenant_id = $1 AND account.merged_into IS NULL AND NOT EXISTS (
  SELECT 1 FROM account_outlook AS known WHERE known.tenant_id = $1 AND known.account_id = account.id)
ORDER BY account.id ON CONFLICT DO NOTHING`;
export const DROP_MERGED = `
DELETE FROM account_outlook AS known USING account
WHERE known.tenant_id = $1 AND account.tenant_id = $1 AND account.id = known.account_id
  AND account.merged_into IS NOT NULL`;

/** Every n-th account ends a range; the last range is open. */
export const CUT_RANGES = `
INSERT INTO rescore_range (tenant_id, day, number, after, up_to)
SELECT $1::uuid, $2::date, number, lag(up_to) OVER (ORDER BY number), up_to FROM (
  SELECT place / $3::bigint AS number, account_id AS up_to FROM (
    SELECT account_id, row_number() OVER (ORDER BY account_id) AS place FROM account_outlook
    WHERE tenant_id = $1::uuid
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

/** Accounts in one text: Node keeps longer ones until its memory is full. */
const TEXT_ACCOUNTS = 200;
/** How far back the date of an outcome is looked at: longer than any outlook holds. */
const OUTCOME_DAYS = 30;

/**
 * $1 tenant, $2 behind this account, $3 up to this one, $4 limit, $5 now. Texts `[[account, outlook], …]` of many
 * accounts: thousands of rows one by one cost more than what is done with them. An outcome may have been told before
 * its date; once that has come, the account is looked at.
 */
export const RESCORE_PAGE = `
WITH page AS MATERIALIZED (
  SELECT account_id, outlook, (row_number() OVER (ORDER BY account_id) - 1) / ${TEXT_ACCOUNTS} AS part
  FROM account_outlook
  WHERE tenant_id = $1::uuid AND account_id > $2::uuid AND account_id <= $3::uuid ORDER BY account_id LIMIT $4
),
dated AS (
  SELECT DISTINCT outcome.account_id FROM outcome
  WHERE outcome.tenant_id = $1::uuid AND outcome.account_id > $2::uuid AND outcome.account_id <= $3::uuid
    AND outcome.retracted_at IS NULL
    AND outcome.at <= $5::timestamptz AND outcome.at > $5::timestamptz - interval '${OUTCOME_DAYS} days'
)
SELECT '[' || string_agg('["' || page.account_id || '",'
  || CASE WHEN dated.account_id IS NULL THEN coalesce(page.outlook::text, 'null') ELSE 'null' END || ']',
  ',' ORDER BY page.account_id) || ']' AS accounts
FROM page LEFT JOIN dated ON dated.account_id = page.account_id
GROUP BY page.part ORDER BY page.part`;

/** $1 tenant, $2 day, $3 number, $4 process, $5 last account or null, $6 whether the range is done with it. */
export const SETTLE_PAGE = `
UPDATE rescore_range AS range SET cursor = coalesce($5::uuid, range.cursor), is_done = $6::boolean
WHERE ${RANGE} AND range.claimed_by = $4 AND NOT range.is_done RETURNING range.number`;

/** $1 tenant, $2 accounts, sorted. A mark that is there already leads to a calculation of its own. */
export const MARK_DUE = `
INSERT INTO account_mark (tenant_id, account_id) SELECT $1::uuid, id FROM unnest($2::uuid[]) AS due (id)
ON CONFLICT DO NOTHING`;

export const TENANTS_TO_RESCORE = `
SELECT DISTINCT range.tenant_id FROM rescore_range AS range WHERE NOT range.is_done AND ${isFree("range")}`;

/** $1 tenant, $2 outlooks `{a, o}`: account, outlook; sorted. */
export const SAVE_OUTLOOKS = `
INSERT INTO account_outlook AS known (tenant_id, account_id, outlook)
SELECT $1::uuid, given.a, given.o FROM json_to_recordset($2::json) AS given (a uuid, o json) ORDER BY given.a
ON CONFLICT (tenant_id, account_id) DO UPDATE SET outlook = excluded.outlook`;

import { byKey } from "./by-key.ts";

/** First in its transaction: all that it reads is of one moment. */
export const ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/**
 * $1 tenant, $2 accounts: what is attached to an account, or to one that was merged into it, belongs to it. Outcomes
 * and corrections are never rewritten, so that an undone merge gives them back.
 */
export const OWNED = `owned AS (
  SELECT given.id AS account_id, given.id AS kept_under FROM unnest($2::uuid[]) AS given (id)
  UNION ALL
  SELECT merged.merged_into, merged.id FROM account AS merged
  WHERE merged.tenant_id = $1 AND merged.merged_into = ANY($2::uuid[]))`;

/** $1 tenant, $2 accounts: what says whether an account is lost, and since when. */
export const OUTCOMES_TO_SCORE = `
WITH ${OWNED}
SELECT owned.account_id, kind, at, source, source_key AS "sourceKey", reason, note FROM owned
JOIN outcome ON outcome.tenant_id = $1 AND outcome.account_id = owned.kept_under
WHERE retracted_at IS NULL`;

const MOMENTS = "json_to_recordset($2::json) AS moment (a uuid, t timestamptz, m timestamptz, l timestamptz)";

/** SQL: a column of the newest result, where it is needed. */
const wanted = (column: string): string =>
  `CASE WHEN current.lost_at IS NOT NULL OR current.memories IS NULL THEN current.${column} END AS ${column}`;

/**
 * $1 tenant, $2 moments `{a, t, m, l}`: account, time of the calculation, 30 days before it, date of the loss or null.
 * Of a lost account with its newest result and that from before the loss.
 */
export const ACCOUNTS_TO_SCORE = `
SELECT account.id, account.name, account.created_at, current.scored_at, current.lost_at, current.memories,
  ${["packed", "packed_inputs", "result", "inputs"].map(wanted).join(", ")}, month.at AS month_at, month.health_score, before.packed AS packed_before_loss,
  before.result AS result_before_loss,
  (SELECT json_agg(json_build_object('ref', link.ref, 'rule', link.rule, 'isGone', link.removed_at IS NOT NULL)
     ORDER BY link.ref)
   FROM party_link AS link WHERE link.tenant_id = account.tenant_id AND link.account_id = account.id) AS links
FROM ${MOMENTS}
JOIN ${byKey("account", "own.tenant_id = $1::uuid AND own.id = moment.a")} AS account ON true
LEFT JOIN ${byKey("health_current", "own.tenant_id = $1::uuid AND own.account_id = moment.a")} AS current ON true
LEFT JOIN LATERAL (
  SELECT at, health_score FROM health_snapshot AS past
  WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id AND past.at <= moment.m
    AND past.voided_by IS NULL
  ORDER BY past.at DESC LIMIT 1) AS month ON true
LEFT JOIN LATERAL (
  SELECT past.packed, past.result FROM health_snapshot AS past
  WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id AND past.at < moment.l
    AND past.voided_by IS NULL
  ORDER BY past.at DESC LIMIT 1) AS before ON true
WHERE account.merged_into IS NULL
ORDER BY account.id`;

/**
 * $1 tenant, $2 moments as above: the override of each account that counts at its time: the newest that was not
 * withdrawn by then; one that it replaced does not come back.
 */
export const OVERRIDES_TO_SCORE = `
WITH asked AS (SELECT * FROM ${MOMENTS}), owned AS (
  SELECT a AS account_id, a AS kept_under, t FROM asked
  UNION ALL
  SELECT asked.a, merged.id, asked.t FROM asked
  JOIN account AS merged ON merged.tenant_id = $1 AND merged.merged_into = asked.a)
SELECT DISTINCT ON (owned.account_id) own.id, owned.account_id, own.override, own.reason, own.author_name, own.created_at,
  own.expires_at
FROM owned
JOIN correction AS own ON own.tenant_id = $1 AND own.account_id = owned.kept_under AND own.created_at <= owned.t
WHERE own.override IS NOT NULL AND (own.withdrawn_at IS NULL OR own.withdrawn_at > owned.t)
ORDER BY owned.account_id, own.created_at DESC, own.id DESC`;

const FACT = `o.subject, o.source, o.kind, o.key, o.value,
  to_char(o.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;
const OLDEST_FIRST = "o.at, o.subject, o.kind, o.key, o.value_hash";

/**
 * $1 tenant, $2 accounts: each party's facts as `[position, milliseconds, source, kind, key, value]`, oldest first. One
 * JSON for each, because a row for each fact takes three times as long on both sides. A party that is gone at its platform
 * still counts: its history remains the account's.
 */
export const OBSERVATIONS_TO_SCORE = `
SELECT link.account_id, link.ref AS subject, told.facts
FROM unnest($2::uuid[]) AS asked (id)
CROSS JOIN LATERAL (SELECT own.account_id, own.tenant_id, own.ref FROM party_link AS own
  WHERE own.tenant_id = $1::uuid AND own.account_id = asked.id OFFSET 0) AS link
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_array(o.position, (date_part('epoch', o.at) * 1000)::bigint, o.source, o.kind, o.key, o.value))
    AS facts
  FROM (SELECT * FROM observation AS own WHERE own.tenant_id = link.tenant_id AND own.subject = link.ref
    ORDER BY own.at, own.kind, own.key, own.value_hash) AS o) AS told
WHERE told.facts IS NOT NULL ORDER BY link.ref`;

/** $1 tenant, $2 subjects, $3 newest position or null. */
export const OBSERVATIONS_UP_TO = `
SELECT ${FACT} FROM observation AS o
WHERE o.tenant_id = $1 AND o.subject = ANY($2::text[]) AND ($3::bigint IS NULL OR o.position <= $3::bigint)
ORDER BY ${OLDEST_FIRST}`;

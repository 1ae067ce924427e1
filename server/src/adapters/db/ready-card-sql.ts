import { CORRECTION_COLUMNS } from "./correction-sql.ts";
import { accountOf } from "./ledger-sql.ts";

/**
 * SQL: everything but time that a card rests on, as one value. A row's `xmin` becomes another one whenever the row is
 * written; the contents beside it make the value hold for a restored database, too. Corrections and snapshots are
 * never deleted alone: a snapshot comes with a new result, apart from reconstructed ones, which come before the first
 * and once. Rows `account`, `current` and `places` are in scope.
 * @param build of the program that makes the text
 */
const basisOn = (build: string): string => `md5(ROW(${build}, account.xmin, account.name, account.created_at,
  current.xmin, current.scored_at,
  (SELECT string_agg(link.xmin || ' ' || link.ref, ',' ORDER BY link.ref) FROM party_link AS link
   WHERE link.tenant_id = account.tenant_id AND link.account_id = account.id),
  (SELECT string_agg(own.xmin || ' ' || own.id, ',' ORDER BY own.id) FROM correction AS own
   WHERE own.tenant_id = account.tenant_id AND own.account_id = account.id),
  (SELECT string_agg(own.xmin || ' ' || own.id, ',' ORDER BY own.id) FROM account AS merged
   JOIN correction AS own ON own.tenant_id = merged.tenant_id AND own.account_id = merged.id
   WHERE merged.tenant_id = account.tenant_id AND merged.merged_into = account.id),
  (SELECT past.at FROM health_snapshot AS past
   WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id ORDER BY past.at LIMIT 1),
  places.names
)::text)::uuid`;

const CURRENT = `LEFT JOIN health_current AS current
  ON current.tenant_id = account.tenant_id AND current.account_id = account.id`;

/**
 * SQL: rows `asked`, one per element of the arrays. Each array comes out of a sub-select, so that the planner reckons
 * with as many rows whatever is asked: then the plan that is made once is as good as one for these values, and
 * PostgreSQL keeps it. To plan such a statement takes several times as long as to run it.
 */
const askedFor = (columns: readonly string[], types: readonly string[]): string => `asked AS MATERIALIZED (
  SELECT * FROM unnest(${types.map((type, i) => `(SELECT $${i + 1}::${type}[])`).join(", ")})
    WITH ORDINALITY AS asked (${columns.join(", ")}, n))`;

/** SQL: where the platforms of those tenants are, and how they are now; oldest first. */
const PLACES = `places AS MATERIALIZED (
  SELECT place.tenant_id,
    string_agg(place.platform || ' ' || place.external_id, ',' ORDER BY place.connected_at, place.id) AS names,
    json_agg(json_build_object('platform', place.platform, 'externalId', place.external_id, 'status', place.status,
      'syncedAt', place.synced_at) ORDER BY place.connected_at, place.id) AS states
  FROM connection AS place WHERE place.tenant_id IN (SELECT tenant_id FROM asked) GROUP BY place.tenant_id)`;

/** $1 tenants, $2 refs, $3 audiences, $4 times, all in the order of the asked; $5 build. */
export const FIND_CARDS = `
WITH ${askedFor(["tenant_id", "ref", "audience", "at"], ["uuid", "text", "text", "timestamptz"])}, ${PLACES}
SELECT asked.n, account.id AS account_id, card.body, card.freshness, places.states AS places
FROM asked
CROSS JOIN LATERAL (SELECT ${accountOf("asked.tenant_id", "asked.ref")} AS id OFFSET 0) AS owner
JOIN account ON account.tenant_id = asked.tenant_id AND account.id = owner.id
${CURRENT}
LEFT JOIN places ON places.tenant_id = asked.tenant_id
CROSS JOIN LATERAL (
  SELECT CASE WHEN account.merged_into IS NULL THEN ${basisOn("$5::text")} END AS basis OFFSET 0) AS stands
LEFT JOIN ready_card AS card ON card.tenant_id = asked.tenant_id AND card.account_id = account.id
  AND card.audience = asked.audience AND card.basis = stands.basis AND card.valid_until > asked.at`;

/** SQL: the newest result of the account at a time. */
const pastAt = (at: string): string => `LEFT JOIN LATERAL (
  SELECT past.packed, past.result FROM health_snapshot AS past
  WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id AND past.at <= ${at}
    AND past.voided_by IS NULL ORDER BY past.at DESC LIMIT 1)`;

/** SQL: words about the account, and about those that were merged into it, newest first. */
const WORDS = `(SELECT json_agg(own ORDER BY own.created_at DESC, own.id DESC) FROM (
    SELECT ${CORRECTION_COLUMNS.replace("account_id", "account.id AS account_id")} FROM (
      SELECT account.id AS kept_under UNION ALL SELECT merged.id FROM account AS merged
      WHERE merged.tenant_id = account.tenant_id AND merged.merged_into = account.id) AS owned
    JOIN correction ON correction.tenant_id = account.tenant_id AND correction.account_id = owned.kept_under) AS own)`;

/** SQL: a day's last score, oldest first: milliseconds since 1970, score, whether it is reconstructed. */
const TREND = `(SELECT json_agg(json_build_array((extract(epoch FROM daily.at) * 1000)::bigint, daily.health_score,
      daily.is_reconstructed) ORDER BY daily.at)
    FROM (SELECT DISTINCT ON ((past.at AT TIME ZONE 'UTC')::date) past.at, past.health_score, past.is_reconstructed
      FROM health_snapshot AS past WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id
        AND past.at >= asked.since AND past.voided_by IS NULL
      ORDER BY (past.at AT TIME ZONE 'UTC')::date, past.at DESC) AS daily)`;

/** $1 tenants, $2 accounts, $3 a week ago, $4 a month ago, $5 since when the trend is shown, all in order; $6 build. */
export const CARD_PARTS = `
WITH ${askedFor(
  ["tenant_id", "account_id", "week", "month", "since"],
  ["uuid", "uuid", "timestamptz", "timestamptz", "timestamptz"],
)}, ${PLACES}
SELECT asked.n, account.id, account.name, account.created_at, ${basisOn("$6::text")} AS basis,
  current.packed, current.result, week.packed AS week_packed, week.result AS week_result,
  month.packed AS month_packed, month.result AS month_result, ${TREND} AS trend, ${WORDS} AS words,
  (SELECT json_agg(json_build_object('ref', link.ref, 'rule', link.rule) ORDER BY link.ref) FROM party_link AS link
   WHERE link.tenant_id = account.tenant_id AND link.account_id = account.id AND link.removed_at IS NULL) AS links,
  places.states AS places
FROM asked
JOIN account AS named ON named.tenant_id = asked.tenant_id AND named.id = asked.account_id
JOIN account ON account.tenant_id = named.tenant_id AND account.id = coalesce(named.merged_into, named.id)
${CURRENT}
${pastAt("asked.week")} AS week ON true
${pastAt("asked.month")} AS month ON true
LEFT JOIN places ON places.tenant_id = asked.tenant_id`;

/**
 * $1 tenants, $2 accounts, $3 audiences, $4 bases, $5 when they were built, $6 valid until, $7 bodies, $8 freshness or
 * nothing, $9 ages in days, parted by commas: a snapshot that becomes that old makes the card out of date; $10 build.
 * Of a card once at most. In the order of the key, so that processes that keep the same cards do not wait for each
 * other in a circle. What has another basis by now is left out: nobody would be shown it, and it may tell of what was
 * erased meanwhile.
 */
export const KEEP_CARDS = `
WITH ${askedFor(
  ["tenant_id", "account_id", "audience", "basis", "at", "valid_until", "body", "freshness", "ages"],
  ["uuid", "uuid", "text", "uuid", "timestamptz", "timestamptz", "text", "text", "text"],
)}, ${PLACES}
INSERT INTO ready_card (tenant_id, account_id, audience, basis, valid_until, body, freshness)
SELECT account.tenant_id, account.id, asked.audience, asked.basis, least(asked.valid_until, (
    SELECT min(next.at) FROM unnest(string_to_array(asked.ages, ',')::int[]) AS age (days) CROSS JOIN LATERAL (
      SELECT past.at + make_interval(hours => 24 * age.days) AS at FROM health_snapshot AS past
      WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id
        AND past.at >= asked.at - make_interval(hours => 24 * age.days) AND past.voided_by IS NULL
      ORDER BY past.at LIMIT 1) AS next)), asked.body, nullif(asked.freshness, '')::json
FROM asked JOIN account ON account.tenant_id = asked.tenant_id AND account.id = asked.account_id
${CURRENT}
LEFT JOIN places ON places.tenant_id = asked.tenant_id
WHERE account.merged_into IS NULL AND asked.basis = ${basisOn("$10::text")} ORDER BY 1, 2, 3
ON CONFLICT (tenant_id, account_id, audience) DO UPDATE SET basis = excluded.basis,
  valid_until = excluded.valid_until, body = excluded.body, freshness = excluded.freshness`;

/** $1 now. */
export const DROP_EXPIRED_CARDS = "DELETE FROM ready_card WHERE valid_until <= $1";

/** $1 tenant: all of its cards, e.g. when something was erased that any of them may have told of. */
export const DROP_CARDS = "DELETE FROM ready_card WHERE tenant_id = $1";

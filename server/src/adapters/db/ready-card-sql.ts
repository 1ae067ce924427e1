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

/** SQL: where the platforms of a tenant are, and how they are now; oldest first. */
const placesOf = (tenant: string): string => `(
  SELECT string_agg(place.platform || ' ' || place.external_id, ',' ORDER BY place.connected_at, place.id) AS names,
    json_agg(json_build_object('platform', place.platform, 'status', place.status, 'syncedAt', place.synced_at)
      ORDER BY place.connected_at, place.id) AS states
  FROM connection AS place WHERE place.tenant_id = ${tenant} OFFSET 0) AS places`;

/** $1 tenants, $2 refs, $3 audiences, $4 times, all in the order of the asked; $5 build. */
export const FIND_CARDS = `
SELECT asked.n, account.id AS account_id, stands.basis, card.body, card.freshness, places.states AS places
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
  WITH ORDINALITY AS asked (tenant_id, ref, audience, at, n)
CROSS JOIN LATERAL (SELECT ${accountOf("asked.tenant_id", "asked.ref")} AS id OFFSET 0) AS owner
JOIN account ON account.tenant_id = asked.tenant_id AND account.id = owner.id
${CURRENT}
CROSS JOIN LATERAL ${placesOf("asked.tenant_id")}
CROSS JOIN LATERAL (
  SELECT CASE WHEN account.merged_into IS NULL THEN ${basisOn("$5::text")} END AS basis OFFSET 0) AS stands
LEFT JOIN ready_card AS card ON card.tenant_id = asked.tenant_id AND card.account_id = account.id
  AND card.audience = asked.audience AND card.basis = stands.basis AND card.valid_until > asked.at`;

/**
 * $1 tenant, $2 account, $3 audience, $4 basis, $5 build, $6 when it was built, $7 valid until, $8 body, $9 freshness,
 * $10 ages in days: a snapshot that becomes that old makes it out of date.
 */
export const KEEP_CARD = `
INSERT INTO ready_card (tenant_id, account_id, audience, basis, valid_until, body, freshness)
SELECT account.tenant_id, account.id, $3::text, $4::uuid, least($7::timestamptz, (
    SELECT min(next.at) FROM unnest($10::int[]) AS age (days) CROSS JOIN LATERAL (
      SELECT past.at + make_interval(hours => 24 * age.days) AS at FROM health_snapshot AS past
      WHERE past.tenant_id = account.tenant_id AND past.account_id = account.id
        AND past.at >= $6::timestamptz - make_interval(hours => 24 * age.days) AND past.voided_by IS NULL
      ORDER BY past.at LIMIT 1) AS next)), $8::text, $9::json
FROM account ${CURRENT}
CROSS JOIN LATERAL ${placesOf("account.tenant_id")}
WHERE account.tenant_id = $1::uuid AND account.id = $2::uuid AND account.merged_into IS NULL
  AND $4::uuid = ${basisOn("$5::text")}
ON CONFLICT (tenant_id, account_id, audience) DO UPDATE SET basis = excluded.basis,
  valid_until = excluded.valid_until, body = excluded.body, freshness = excluded.freshness`;

/** $1 now. */
export const DROP_EXPIRED_CARDS = "DELETE FROM ready_card WHERE valid_until <= $1";

/** $1 tenant: all of its cards, e.g. when something was erased that any of them may have told of. */
export const DROP_CARDS = "DELETE FROM ready_card WHERE tenant_id = $1";

/** $1 fates `{t, c, k, r, i}`: tenant, connection, kind, ref, into; sorted. A repeated one is carried out once more. */
export const SAVE_FATES = `
INSERT INTO record_fate (tenant_id, connection_id, kind, ref, into_ref)
SELECT t, c, k, r, i FROM json_to_recordset($1::json) AS fate (t uuid, c uuid, k text, r text, i text)
ON CONFLICT (tenant_id, kind, ref) DO UPDATE SET into_ref = excluded.into_ref, settled_at = NULL`;

/** $1 tenant, $2 refs. */
export const ERASED = `
SELECT ref FROM record_fate WHERE tenant_id = $1 AND kind = 'erased' AND ref = ANY($2::text[])`;
export const REMOVED_AT = `
SELECT ref, removed_at FROM source_record
WHERE tenant_id = $1 AND ref = ANY($2::text[]) AND removed_at IS NOT NULL`;
export const KNOWN_CHILDREN = `
SELECT DISTINCT ref FROM record_link WHERE tenant_id = $1 AND target_ref = ANY($2::text[])`;

/** $1 tenant, $2 connection, $3 limit. A new id first: what was merged with it goes where it went. */
export const OPEN_SUCCESSIONS = `
SELECT kind, ref, into_ref FROM record_fate
WHERE tenant_id = $1 AND connection_id = $2 AND kind IN ('merged', 'renamed') AND settled_at IS NULL
ORDER BY known_at, kind DESC, ref LIMIT $3`;

/** $1 tenant, $2 kind, $3 refs, $4 now. */
export const SETTLE_FATES = `
UPDATE record_fate SET settled_at = $4 WHERE tenant_id = $1 AND kind = $2 AND ref = ANY($3::text[])`;

/** $1 tenant, $2 refs. Links stay when their party is removed. */
export const LINKS_OF_PARTIES = `
SELECT ref, account_id AS "accountId", rule FROM party_link WHERE tenant_id = $1 AND ref = ANY($2::text[])`;
export const KNOWN_PARTIES = "SELECT ref FROM party WHERE tenant_id = $1 AND ref = ANY($2::text[])";

/** $1 tenant, $2 ref, $3 account, $4 rule. */
export const INHERIT_LINK = `
INSERT INTO party_link (tenant_id, ref, account_id, rule) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, ref) DO NOTHING`;
export const HAS_INHERITED =
  "UPDATE party SET awaits_account = false WHERE tenant_id = $1 AND ref = $2 AND awaits_account";

/** $1 tenant, $2 from account, $3 to account, $4 the company that moves: it alone, where another one stays. */
export const MOVE_PARTIES = `
UPDATE party_link AS link SET account_id = $3 WHERE link.tenant_id = $1 AND link.account_id = $2
  AND (link.ref = $4 OR NOT EXISTS (SELECT 1 FROM party_link AS other
    WHERE other.tenant_id = $1 AND other.account_id = $2 AND other.ref <> $4 AND other.removed_at IS NULL
      AND other.ref LIKE '%:company:%'))
RETURNING link.ref`;

/** $1 tenant, $2 account that may have nobody left in it, $3 account that goes on for it. */
export const FOLLOW_ACCOUNT = `
UPDATE account SET merged_into = $3 WHERE tenant_id = $1 AND (id = $2 OR merged_into = $2) AND id <> $3
  AND NOT EXISTS (SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1 AND link.account_id = $2)`;
export const HAND_OUTBOX_OVER = `
UPDATE outbox SET account_id = $3 WHERE tenant_id = $1 AND account_id = $2
  AND NOT EXISTS (SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1 AND link.account_id = $2)`;

/** $1 tenant, $2 connection, $3 ids, $4 the last delivery before or null, $5 limit. */
export const BODIES_NAMING = `
SELECT id AS "deliveryId", body FROM delivery
WHERE tenant_id = $1 AND connection_id = $2 AND ($4::uuid IS NULL OR id > $4::uuid)
  AND EXISTS (SELECT 1 FROM unnest($3::text[]) AS named (id)
    WHERE position(convert_to(named.id, 'UTF8') IN body) > 0)
ORDER BY id LIMIT $5`;

/** $1 tenant, $2 delivery, $3 body. */
export const REPLACE_BODY = "UPDATE delivery SET body = $3 WHERE tenant_id = $1 AND id = $2";

/** $1 tenant, $2 ids, $3 addresses in lower case. The row stays: the same event is known again, and its count holds. */
export const EMPTY_REJECTED = `
UPDATE rejected_event AS event SET body = '' WHERE event.tenant_id = $1 AND event.body <> '' AND (
  EXISTS (SELECT 1 FROM unnest($2::text[]) AS named (id)
    WHERE event.body ~ ('(^|[^0-9])' || named.id || '([^0-9]|$)'))
  OR EXISTS (SELECT 1 FROM unnest($3::text[]) AS named (address) WHERE position(named.address IN lower(event.body)) > 0))
RETURNING 1`;

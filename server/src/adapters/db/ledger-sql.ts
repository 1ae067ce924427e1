import { byKey, placeByKey } from "./by-key.ts";
import { lockInOrder } from "./lock-in-order.ts";
import { inPlace, isFree } from "./process-lease.ts";

/** $1 connection. */
const DUE = `
  FROM record_mark AS mark
  WHERE mark.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) AND mark.connection_id = $1
    AND mark.due_at <= now() AND ${isFree("mark")}
  ORDER BY mark.due_at LIMIT $2`;

/** $1 connection, $2 limit. */
export const WAITING_RECORDS = `
SELECT count(*)::int AS records,
  coalesce(extract(epoch FROM clock_timestamp() - min(due_at)) * 1000, 0)::float8 AS "oldestMs"
FROM (SELECT mark.due_at ${DUE}) AS due`;

/**
 * $1 connection, $2 limit, $3 process, $4 the fewest that are worth claiming. Here and below every change of a claim
 * raises the version: who claimed before can no longer settle, and the intake may leave a free mark as it is.
 */
export const CLAIM_RECORDS = `
WITH due AS (
  SELECT mark.ctid ${DUE} FOR UPDATE SKIP LOCKED
)
UPDATE record_mark AS mark SET claimed_by = $3, claimed_at = now(), version = mark.version + 1
FROM due WHERE ${inPlace("mark")} AND (SELECT count(*) FROM due) >= $4
RETURNING mark.platform, mark.object_type, mark.object_id, mark.version`;

const CLAIMS = "json_to_recordset($3::json) AS claim (y text, i text, v bigint)";
const claimed = (
  alias: string,
): string => `${alias}.tenant_id = $1::uuid AND ${alias}.connection_id = $2::uuid
  AND ${alias}.object_type = claim.y AND ${alias}.object_id = claim.i`;
const LOCKED = `${CLAIMS} CROSS JOIN ${placeByKey("record_mark", claimed("own"))}`;

/** $1 tenant, $2 connection, $3 claims `{y, i, v}`, sorted: before they are settled or given back, in one transaction. */
export const LOCK_RECORDS = lockInOrder(CLAIMS, "record_mark AS mark", claimed("mark"));

/** $1 tenant, $2 refs, each once. */
export const KNOWN_RECORDS = `
SELECT known.ref, known.record FROM unnest($2::text[]) AS asked (ref)
JOIN ${byKey("source_record", "own.tenant_id = $1::uuid AND own.ref = asked.ref")} AS known ON known.removed_at IS NULL`;

/** $1 tenant, $2 connection, $3 claims `{y, i, v}`: type, id, version; $4 when they are due again. */
export const RELEASE_RECORDS = `
UPDATE record_mark AS mark SET claimed_by = NULL, claimed_at = NULL, due_at = $4, version = mark.version + 1
FROM ${LOCKED} WHERE ${inPlace("mark")}`;

/** $1 tenant, $2 connection, $3 claims `{y, i, v}`: type, id, version. What was marked again meanwhile stays. */
export const SETTLE_RECORDS = `
DELETE FROM record_mark AS mark USING ${LOCKED} WHERE ${inPlace("mark")} AND mark.version = claim.v
RETURNING mark.due_at`;

/** What was marked again meanwhile can be claimed. A statement of its own, because most of the time there is none. */
export const FREE_RECORDS = `
UPDATE record_mark AS mark SET claimed_by = NULL, claimed_at = NULL, version = mark.version + 1
FROM ${LOCKED} WHERE ${inPlace("mark")} AND mark.version <> claim.v
RETURNING mark.due_at`;

export const CONNECTIONS_WITH_MARKS = `
SELECT connection.id FROM connection
WHERE connection.status = 'active' AND EXISTS (SELECT 1 FROM record_mark AS mark
  WHERE mark.tenant_id = connection.tenant_id AND mark.connection_id = connection.id
    AND mark.due_at <= now() AND ${isFree("mark")})`;

/**
 * $1 tenant, $2 connection, $3 records `{k, u, j}`: ref, updated at, record; sorted; $4 the backfill's start, or null
 * for records read just now. Answers those that are now the stored version. Of a removed record only what was
 * read later than the removal counts: a backfill's page may have been read before it.
 */
export const SAVE_RECORDS = `
INSERT INTO source_record AS known (tenant_id, ref, connection_id, updated_at, record)
SELECT $1::uuid, k, $2::uuid, u, j
FROM json_to_recordset($3::json) AS version (k text, u timestamptz, j json)
ON CONFLICT (tenant_id, ref) DO UPDATE SET connection_id = excluded.connection_id,
  updated_at = excluded.updated_at, record = excluded.record, removed_at = NULL
WHERE CASE WHEN known.removed_at IS NULL THEN known.updated_at <= excluded.updated_at
  ELSE known.removed_at < coalesce($4::timestamptz, 'infinity') END
RETURNING ref`;

/** SQL: the rows of `table` under the refs $2, as `due`; for the same reason as `byKey`. */
const placesOf = (table: string): string => `unnest($2::text[]) AS asked (ref)
CROSS JOIN LATERAL (SELECT own.ctid FROM ${table} AS own
  WHERE own.tenant_id = $1::uuid AND own.ref = asked.ref OFFSET 0) AS due`;

const LINKS = "json_to_recordset($3::json) AS link (k text, n int, t text, o boolean)";

/** $1 tenant, $2 refs whose links are given, $3 links `{k, n, t, o}`: ref, position, target, open ticket; sorted. */
export const DROP_LINKS = `
DELETE FROM record_link AS old USING ${placesOf("record_link")} WHERE ${inPlace("old")}
  AND NOT EXISTS (SELECT 1 FROM ${LINKS} WHERE link.k = old.ref AND link.t = old.target_ref)`;
export const SAVE_LINKS = `
INSERT INTO record_link AS old (tenant_id, ref, position, target_ref, is_open_ticket)
SELECT $1::uuid, k, n, t, o FROM ${LINKS} WHERE k = ANY($2::text[])
ON CONFLICT (tenant_id, ref, target_ref) DO UPDATE
  SET position = excluded.position, is_open_ticket = excluded.is_open_ticket
WHERE (old.position, old.is_open_ticket) IS DISTINCT FROM (excluded.position, excluded.is_open_ticket)`;

/**
 * $1 tenant, $2 parties `{k, f, n, nk, d, e, ek, c}`; sorted. Answers those that are new, say something else than
 * before, or still wait for an account: most records that are read again say the same of their party. These are found
 * first, because an upsert locks every row, also where it changes none.
 */
export const SAVE_PARTIES = `
INSERT INTO party AS known
  (tenant_id, ref, platform, name, name_key, domains, external_id, external_key, is_customer, awaits_account)
SELECT $1::uuid, k, f, n, nk, d, e, ek, c, c AND NOT EXISTS (
  SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1::uuid AND link.ref = k)
FROM json_to_recordset($2::json)
  AS party (k text, f text, n text, nk text, d text[], e text, ek text, c boolean)
LEFT JOIN ${byKey("party", "own.tenant_id = $1::uuid AND own.ref = k")} AS before ON true
WHERE before.ref IS NULL OR before.awaits_account
  OR (before.name, before.domains, before.external_id, before.is_customer) IS DISTINCT FROM (n, d, e, c)
ON CONFLICT (tenant_id, ref) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
  domains = excluded.domains, external_id = excluded.external_id, external_key = excluded.external_key,
  is_customer = excluded.is_customer, awaits_account = excluded.awaits_account
WHERE known.awaits_account OR (known.name, known.domains, known.external_id, known.is_customer)
  IS DISTINCT FROM (excluded.name, excluded.domains, excluded.external_id, excluded.is_customer)
RETURNING ref`;

const DOMAINS = "json_to_recordset($3::json) AS given (k text, d text)";
/** $1 tenant, $2 refs whose domains are given, $3 domains `{k, d}`; sorted. */
export const DROP_DOMAINS = `
DELETE FROM party_domain AS old USING ${placesOf("party_domain")} WHERE ${inPlace("old")}
  AND NOT EXISTS (SELECT 1 FROM ${DOMAINS} WHERE given.k = old.ref AND given.d = old.domain)`;
export const SAVE_DOMAINS = `
INSERT INTO party_domain (tenant_id, domain, ref)
SELECT $1::uuid, d, k FROM ${DOMAINS} WHERE k = ANY($2::text[]) ON CONFLICT DO NOTHING`;

/** $1 tenant, $2 refs of parties that are there again. */
export const REVIVE_PARTIES = `
UPDATE party_link SET removed_at = NULL
WHERE tenant_id = $1 AND ref = ANY($2::text[]) AND removed_at IS NOT NULL RETURNING ref`;

/** $1 tenant, $2 refs, sorted. Each leaves nothing of the record's content but the observations. */
export const REMOVE_RECORDS = [
  `UPDATE source_record SET record = NULL, removed_at = now()
   WHERE tenant_id = $1 AND ref = ANY($2::text[]) AND removed_at IS NULL`,
  "DELETE FROM record_link WHERE tenant_id = $1 AND ref = ANY($2::text[])",
  "DELETE FROM party_domain WHERE tenant_id = $1 AND ref = ANY($2::text[])",
  "DELETE FROM party WHERE tenant_id = $1 AND ref = ANY($2::text[])",
  "DELETE FROM match_suggestion WHERE tenant_id = $1 AND ref = ANY($2::text[])",
  `UPDATE party_link SET removed_at = now()
   WHERE tenant_id = $1 AND ref = ANY($2::text[]) AND removed_at IS NULL`,
  `DELETE FROM drift WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM unnest($2::text[]) AS gone (ref)
     WHERE split_part(gone.ref, ':', 2) = drift.object_type AND split_part(gone.ref, ':', 3) = drift.object_id)`,
  // nothing is written to a record that is gone
  `DELETE FROM outbox WHERE tenant_id = $1
   AND platform || ':' || object_type || ':' || object_id = ANY($2::text[])`,
] as const;

/**
 * $1 name of the tenant's ledger. Taken by whoever adds to it and held until the commit is visible, so that positions,
 * which are given out after it, come into sight in their own order: a reader that sees position n sees all up to n.
 */
export const LOCK_POSITIONS = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
export const ledgerName = (tenant: string): string => `ledger of ${tenant}`;

/** $1 tenant, $2 observations `{s, a, k, f, p, v}`: subject, at, key, kind, source, value. Under LOCK_POSITIONS. Answers the new ones' subjects. */
export const SAVE_OBSERVATIONS = `
WITH said AS (
  SELECT s, a, k, f, p, coalesce(v, 'null'::jsonb) AS v
  FROM json_to_recordset($2::json) AS fact (s text, a timestamptz, k text, f text, p text, v jsonb)
), added AS (
  INSERT INTO observation (tenant_id, subject, at, kind, key, value_hash, source, value)
  SELECT $1::uuid, s, a, f, k, md5(v::text)::uuid, p, v FROM said ORDER BY s, a, f, k
  ON CONFLICT DO NOTHING RETURNING subject
)
SELECT DISTINCT subject FROM added`;

/**
 * $1 tenant, $2 refs: marks the accounts of these parties. $3 since when the oldest of the records that led to it was
 * marked, or null.
 */
export const MARK_ACCOUNTS_OF = `
INSERT INTO account_mark (tenant_id, account_id, event_at)
SELECT DISTINCT link.tenant_id, link.account_id, $3::timestamptz FROM party_link AS link
WHERE link.tenant_id = $1 AND link.ref = ANY($2::text[]) ORDER BY link.account_id
ON CONFLICT (tenant_id, account_id) DO UPDATE SET version = account_mark.version + 1,
  event_at = least(account_mark.event_at, excluded.event_at)
RETURNING account_id`;

/**
 * $1 tenant … $9: one row of `backfill_progress`; $10 the cursor that it goes on from, if $11. Answers whether it is
 * stored.
 */
export const SAVE_PROGRESS = `
INSERT INTO backfill_progress (tenant_id, connection_id, object_type, cursor, records_read, records_total,
  is_done, started_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (tenant_id, connection_id, object_type) DO UPDATE SET cursor = excluded.cursor,
  records_read = excluded.records_read, records_total = excluded.records_total, is_done = excluded.is_done,
  started_at = excluded.started_at, updated_at = excluded.updated_at
WHERE NOT $11::boolean OR (NOT backfill_progress.is_done AND backfill_progress.cursor IS NOT DISTINCT FROM $10::text)
RETURNING true AS stored`;

/** SQL: the account that a record belongs to through another one, near ones first. */
const accountThrough = (tenant: string, ref: string): string => `
SELECT account_id FROM (
  SELECT 1 AS distance, one.position AS near, 0 AS far, party.account_id FROM record_link AS one
  JOIN party_link AS party ON party.tenant_id = one.tenant_id AND party.ref = one.target_ref
    AND party.removed_at IS NULL
  WHERE one.tenant_id = ${tenant} AND one.ref = ${ref}
  UNION ALL
  SELECT 2, one.position, two.position, party.account_id FROM record_link AS one
  JOIN record_link AS two ON two.tenant_id = one.tenant_id AND two.ref = one.target_ref
  JOIN party_link AS party ON party.tenant_id = two.tenant_id AND party.ref = two.target_ref
    AND party.removed_at IS NULL
  WHERE one.tenant_id = ${tenant} AND one.ref = ${ref}
) AS found ORDER BY distance, near, far LIMIT 1`;

/** SQL: the account of the record itself, else of what it belongs to, else of what that belongs to. */
export const accountOf = (tenant: string, ref: string): string => `coalesce(
  (SELECT party.account_id FROM party_link AS party
   WHERE party.tenant_id = ${tenant} AND party.ref = ${ref} AND party.removed_at IS NULL),
  (${accountThrough(tenant, ref)}))`;

/** $1 tenant, $2 ref. */
export const ACCOUNT_OF = `SELECT ${accountOf("$1::uuid", "$2::text")} AS account_id`;

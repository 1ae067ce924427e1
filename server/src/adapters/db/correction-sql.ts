import { OWNED } from "./score-inputs-sql.ts";

export const CORRECTION_COLUMNS = `id, account_id, target, direction, reason, evidence, override, shown, author, author_name,
  created_at, expires_at, withdrawn_at, withdrawn_by`;

/** $1 tenant, $2 account: holds others off that would save for the same account. */
export const LOCK_ACCOUNT =
  "SELECT 1 AS found FROM account WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE";

/** $1 tenant, $2 correction, $3 the earliest time of one that counts as the same click. */
export const FIND_SAME = `
SELECT known.* FROM correction AS known
JOIN json_to_record($2::json) AS given (account uuid, author text, target text, direction text, reason text,
  evidence text, override jsonb)
  ON known.account_id = given.account AND known.author = given.author AND known.target = given.target
  AND known.direction = given.direction AND known.reason = given.reason
  AND known.evidence IS NOT DISTINCT FROM given.evidence AND known.override IS NOT DISTINCT FROM given.override
WHERE known.tenant_id = $1 AND known.created_at >= $3 AND known.withdrawn_at IS NULL
ORDER BY known.created_at LIMIT 1`;

/** $1 tenant, $2 correction. */
export const INSERT_CORRECTION = `
INSERT INTO correction (tenant_id, id, account_id, target, direction, reason, evidence, override, shown, author,
  author_name, created_at, expires_at)
SELECT $1::uuid, id, account, target, direction, reason, evidence, override, shown, author, name, at, expires
FROM json_to_record($2::json) AS given (id uuid, account uuid, target text, direction text, reason text,
  evidence text, override jsonb, shown jsonb, author text, name text, at timestamptz, expires timestamptz)
RETURNING ${CORRECTION_COLUMNS}`;

/** $1 tenant, $2 id, $3 who, $4 when. One that is withdrawn already stays as it was. */
export const WITHDRAW_CORRECTION = `
UPDATE correction SET withdrawn_by = $3, withdrawn_at = $4
WHERE tenant_id = $1 AND id = $2 AND withdrawn_at IS NULL RETURNING ${CORRECTION_COLUMNS}`;

export const FIND_CORRECTION = `SELECT ${CORRECTION_COLUMNS} FROM correction WHERE tenant_id = $1 AND id = $2`;

const OWN_COLUMNS = CORRECTION_COLUMNS.replace("account_id", "owned.account_id");

/** $1 tenant, $2 accounts. */
export const CORRECTIONS_OF_ACCOUNTS = `
WITH ${OWNED}
SELECT ${OWN_COLUMNS} FROM owned
JOIN correction ON correction.tenant_id = $1 AND correction.account_id = owned.kept_under
ORDER BY created_at DESC, id DESC`;

/** $1 tenant, $2 after this id or null, $3 limit. */
export const LIST_CORRECTIONS = `
SELECT ${CORRECTION_COLUMNS} FROM correction WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2::uuid) ORDER BY id LIMIT $3`;

/** The one of its account that counts: the newest, unless it was withdrawn; an older one never comes back by itself. */
const isNewest = (row: string): string => `NOT EXISTS (SELECT 1 FROM correction AS newer
  WHERE newer.tenant_id = ${row}.tenant_id AND newer.account_id = ${row}.account_id
    AND newer.override IS NOT NULL AND newer.withdrawn_at IS NULL
    AND (newer.created_at, newer.id) > (${row}.created_at, ${row}.id))`;

/** $1 tenant, $2 accounts, $3 now: the newest of each account that was not withdrawn, while it holds. */
export const OVERRIDES = `
WITH ${OWNED}
SELECT newest.* FROM (
  SELECT DISTINCT ON (owned.account_id) ${OWN_COLUMNS} FROM owned
  JOIN correction ON correction.tenant_id = $1 AND correction.account_id = owned.kept_under
  WHERE override IS NOT NULL AND withdrawn_at IS NULL
  ORDER BY owned.account_id, created_at DESC, id DESC) AS newest
WHERE expires_at > $3 ORDER BY created_at, id`;

/** $1 tenant, $2 account: it, or what it was merged into, has to be scored again at once. */
export const MARK_ACCOUNT = `
INSERT INTO account_mark (tenant_id, account_id)
SELECT tenant_id, coalesce(merged_into, id) FROM account WHERE tenant_id = $1 AND id = $2
ON CONFLICT (tenant_id, account_id) DO UPDATE SET version = account_mark.version + 1`;

/** $1 now. Expired but still shown, or made after the newest calculation. */
export const MARK_OUTDATED = `
INSERT INTO account_mark (tenant_id, account_id)
SELECT DISTINCT own.tenant_id, current.account_id FROM correction AS own
JOIN account ON account.tenant_id = own.tenant_id AND account.id = own.account_id
JOIN health_current AS current ON current.tenant_id = own.tenant_id
  AND current.account_id = coalesce(account.merged_into, account.id)
WHERE own.override IS NOT NULL AND current.lost_at IS NULL AND (
  (own.expires_at <= $1 AND current.override_id = own.id::text)
  OR (own.expires_at > $1 AND own.created_at <= $1 AND own.withdrawn_at IS NULL
    AND current.scored_at < own.created_at AND ${isNewest("own")}))
ORDER BY own.tenant_id, current.account_id
ON CONFLICT DO NOTHING
RETURNING tenant_id`;

const COLUMNS = `version, status, segments, definition, based_on AS "basedOn", note,
  created_by AS "createdBy", created_at AS "createdAt", proposed_by AS "proposedBy", proposed_at AS "proposedAt",
  approved_by AS "approvedBy", approved_at AS "approvedAt", shadow_since AS "shadowSince",
  shadow_until AS "shadowUntil", backtest, updated_at AS "updatedAt"`;

/** $1 tenant. */
export const LIST = `SELECT ${COLUMNS} FROM scorecard WHERE tenant_id = $1 ORDER BY created_at, version`;

/** $1 tenant, $2 version. */
export const FIND = `SELECT ${COLUMNS} FROM scorecard WHERE tenant_id = $1 AND version = $2`;

/** $1 the row, named as the columns. Answers nothing where the version exists. */
export const INSERT = `
INSERT INTO scorecard SELECT * FROM json_populate_record(NULL::scorecard, $1::json)
ON CONFLICT (tenant_id, version) DO NOTHING RETURNING version`;

/** $1 the row as it shall be, $2 when it was changed last as its reader saw it. Answers nothing after another change. */
export const UPDATE = `
UPDATE scorecard AS known SET
  status = wanted.status, segments = wanted.segments, definition = wanted.definition, based_on = wanted.based_on,
  note = wanted.note, proposed_by = wanted.proposed_by, proposed_at = wanted.proposed_at,
  approved_by = wanted.approved_by, approved_at = wanted.approved_at, shadow_since = wanted.shadow_since,
  shadow_until = wanted.shadow_until, backtest = wanted.backtest, updated_at = wanted.updated_at
FROM json_populate_record(NULL::scorecard, $1::json) AS wanted
WHERE known.tenant_id = wanted.tenant_id AND known.version = wanted.version AND known.updated_at = $2
RETURNING known.version`;

/** $1 tenant, $2 version, $3 when it was changed last as its reader saw it. */
export const REMOVE_DRAFT = `
DELETE FROM scorecard WHERE tenant_id = $1 AND version = $2 AND updated_at = $3 AND status = 'draft' RETURNING version`;

/** $1 tenant. */
export const ACTIVATIONS = `
SELECT id, segment, version, kind, at, by FROM scorecard_activation WHERE tenant_id = $1 ORDER BY id DESC`;

/** $1 tenant. Activations of a tenant wait for each other, so that the newest row is the newest decision. */
export const LOCK_ACTIVATIONS =
  "SELECT pg_advisory_xact_lock(hashtextextended('scorecards of ' || $1::text, 0))";

/** $1 tenant. */
export const NEWEST_ACTIVATION =
  "SELECT coalesce(max(id), 0) AS id FROM scorecard_activation WHERE tenant_id = $1";

/** $1 tenant, $2 rows `{s, v, k, at, by}`: segment, version, kind. */
export const ACTIVATE = `
INSERT INTO scorecard_activation (tenant_id, segment, version, kind, at, by)
SELECT $1::uuid, s, v, k, at, by
FROM json_to_recordset($2::json) AS given (s text, v text, k text, at timestamptz, by text)`;

/** The newest activation per segment. */
const IN_USE = `
  SELECT DISTINCT ON (segment) segment, version FROM scorecard_activation
  WHERE tenant_id = $1 ORDER BY segment, id DESC`;

/** $1 tenant, $2 when. What a segment uses is active; what was active and is used by none has retired. */
export const SETTLE_STATUS = `
WITH used AS (${IN_USE})
UPDATE scorecard AS card SET
  status = CASE WHEN card.version IN (SELECT version FROM used) THEN 'active' ELSE 'retired' END,
  updated_at = greatest($2::timestamptz, card.updated_at + interval '1 millisecond')
WHERE card.tenant_id = $1
  AND (card.status = 'active') <> (card.version IN (SELECT version FROM used))`;

/** $1 tenant. A segment that uses a built-in version without a row has no definition here. */
export const IN_FORCE = `
WITH used AS (${IN_USE})
SELECT used.segment, card.definition FROM used
JOIN scorecard AS card ON card.tenant_id = $1 AND card.version = used.version`;

/** $1 tenant, $2 now. */
export const IN_SHADOW = `
SELECT definition, segments FROM scorecard
WHERE tenant_id = $1 AND shadow_since <= $2 AND shadow_until > $2 AND status NOT IN ('active', 'retired')
ORDER BY version`;

const RUN = `tenant_id AS "tenantId", connection_id AS "connectionId", id, started_at AS "startedAt",
  updated_at AS "updatedAt", finished_at AS "finishedAt", object_type AS "objectType", stage, position,
  '{"merged": 0}'::jsonb || counts AS counts`;

/** $1 tenant, $2 connection, $3 id, $4 object type, $5 now, $6 counts. Nothing where a run is under way. */
export const BEGIN_RUN = `
INSERT INTO reconciliation (tenant_id, connection_id, id, started_at, updated_at, object_type, stage, counts)
VALUES ($1, $2, $3, $5, $5, $4, 'listing', $6::jsonb)
ON CONFLICT (tenant_id, connection_id) WHERE finished_at IS NULL DO NOTHING RETURNING ${RUN}`;

/** $1 tenant, $2 connection. */
export const FORGET_SEEN = "DELETE FROM reconciliation_seen WHERE tenant_id = $1 AND connection_id = $2";

/** $1 connection. */
export const RUN_UNDER_WAY = `
SELECT ${RUN} FROM reconciliation
WHERE tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) AND connection_id = $1 AND finished_at IS NULL`;

/**
 * $1 tenant, $2 connection, $3 object type, $4 beginning of the type's ref keys, $5 rows `{i, u, l, m}`: id, updated
 * at, links or null, ids that were merged into it. Answers those that differ from what is known, and how. What was
 * erased is not looked for. A known record whose merge no event has told gets its fate here; it is read again, and so
 * is its successor, with which the merge is carried out. HubSpot merges into new ids: of all accounts that come
 * together the one that was there first goes on.
 */
export const COMPARE_PAGE = `
WITH listed AS (
  SELECT i, u, l, m FROM json_to_recordset($5::json) AS listed (i text, u timestamptz, l text[], m text[])
), untold AS (
  SELECT gone.ref, $4 || listed.i AS into_ref, own.linked_at < COALESCE(next.linked_at, 'infinity')
    AND gone.ref = first_value(gone.ref) OVER (PARTITION BY listed.i ORDER BY own.linked_at, gone.ref) AS is_eldest
  FROM listed CROSS JOIN LATERAL unnest(listed.m) AS merged (id)
  JOIN source_record AS gone ON gone.tenant_id = $1 AND gone.connection_id = $2 AND gone.ref = $4 || merged.id
  LEFT JOIN party_link AS own ON own.tenant_id = $1 AND own.ref = gone.ref
  LEFT JOIN party_link AS next ON next.tenant_id = $1 AND next.ref = $4 || listed.i
  WHERE merged.id <> listed.i AND NOT EXISTS (SELECT 1 FROM record_fate AS fate
    WHERE fate.tenant_id = $1 AND fate.kind IN ('merged', 'renamed', 'erased') AND fate.ref = gone.ref)
), told AS (
  INSERT INTO record_fate (tenant_id, connection_id, kind, ref, into_ref)
  SELECT DISTINCT ON (ref) $1::uuid, $2::uuid, CASE WHEN is_eldest THEN 'renamed' ELSE 'merged' END, ref, into_ref
  FROM untold ORDER BY ref, into_ref
  ON CONFLICT (tenant_id, kind, ref) DO NOTHING
  RETURNING substr(ref, length($4) + 1) AS gone_id, substr(into_ref, length($4) + 1) AS into_id
), seen AS (
  INSERT INTO reconciliation_seen (tenant_id, connection_id, object_type, object_id)
  SELECT $1::uuid, $2::uuid, $3, i FROM listed ORDER BY i ON CONFLICT DO NOTHING
), compared AS (
  SELECT i, CASE
    WHEN known.ref IS NULL THEN 'created'
    WHEN known.removed_at IS NOT NULL THEN 'restored'
    WHEN u > known.updated_at THEN 'changed'
    WHEN l IS NOT NULL AND NOT (l @> linked.refs AND l <@ linked.refs) THEN 'relinked'
  END AS kind
  FROM listed
  LEFT JOIN source_record AS known ON known.tenant_id = $1 AND known.ref = $4 || i
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT link.target_ref FROM record_link AS link
    WHERE link.tenant_id = $1 AND link.ref = $4 || listed.i) AS refs) AS linked
  WHERE NOT EXISTS (SELECT 1 FROM record_fate AS fate
    WHERE fate.tenant_id = $1 AND fate.kind = 'erased' AND fate.ref = $4 || listed.i)
)
SELECT i AS id, kind FROM compared WHERE kind IS NOT NULL
UNION ALL SELECT gone_id, 'merged' FROM told
UNION ALL SELECT DISTINCT into_id, NULL FROM told ORDER BY id`;

/** $1 tenant, $2 connection, $3 object type, $4 beginning of the type's ref keys, $5 the last ref before or $4, $6 limit. */
export const UNSEEN_RECORDS = `
SELECT known.ref FROM source_record AS known
WHERE known.tenant_id = $1 AND known.connection_id = $2 AND known.removed_at IS NULL
  AND known.ref > $5 AND starts_with(known.ref, $4)
  AND NOT EXISTS (SELECT 1 FROM reconciliation_seen AS seen
    WHERE seen.tenant_id = $1 AND seen.connection_id = $2 AND seen.object_type = $3
      AND seen.object_id = substr(known.ref, length($4) + 1))
ORDER BY known.ref LIMIT $6`;

/** $1 tenant, $2 connection, $3 id, $4–$6 the place it was at, $7–$9 the place it goes to, $10 counts, $11 now, $12 whether it is finished. */
export const MOVE_RUN = `
UPDATE reconciliation SET object_type = $7, stage = $8, position = $9, counts = $10::jsonb, updated_at = $11,
  finished_at = CASE WHEN $12::boolean THEN $11::timestamptz END
WHERE tenant_id = $1 AND connection_id = $2 AND id = $3 AND finished_at IS NULL
  AND object_type = $4 AND stage = $5 AND position IS NOT DISTINCT FROM $6
RETURNING ${RUN}`;

/** $1 tenant, or null for all. */
export const RECENT_RUNS = `
SELECT DISTINCT ON (tenant_id, connection_id, finished_at IS NULL) ${RUN} FROM reconciliation
WHERE $1::uuid IS NULL OR tenant_id = $1
ORDER BY tenant_id, connection_id, finished_at IS NULL, id DESC`;

/** $1 time. Those of disconnected platforms wait. */
export const STALLED_RUNS = `SELECT connection_id AS id FROM reconciliation
WHERE finished_at IS NULL AND updated_at < $1 AND EXISTS (SELECT 1 FROM connection
  WHERE connection.tenant_id = reconciliation.tenant_id AND connection.id = reconciliation.connection_id
    AND connection.status = 'active')`;

/** $1 tenant, $2 connection, $3 time. Reports are kept for a while. */
export const FORGET_RUNS = `
DELETE FROM reconciliation WHERE tenant_id = $1 AND connection_id = $2 AND finished_at < $3`;

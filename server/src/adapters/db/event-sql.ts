/** Sessions count in a slot of their own; more sessions than slots only wait for each other now and then. */
const SLOTS = 64;

const insertMarks = (parameter: string, condition = ""): string => `
  INSERT INTO record_mark (tenant_id, connection_id, platform, object_type, object_id)
  SELECT t, c, f, y, i FROM json_to_recordset(${parameter}::json) AS mark (t uuid, c uuid, f text, y text, i text)
  ${condition}
  ON CONFLICT (tenant_id, connection_id, object_type, object_id)
  DO UPDATE SET version = record_mark.version + 1`;

const addCounts = (parameter: string, condition = ""): string => `
  INSERT INTO intake_count (tenant_id, source, slot, accepted, duplicates, rejected)
  SELECT t, s, pg_backend_pid() % ${SLOTS}, a, d, r
  FROM json_to_recordset(${parameter}::json) AS counted (t uuid, s text, a bigint, d bigint, r bigint)
  ${condition}
  ON CONFLICT (tenant_id, source, slot) DO UPDATE SET
    accepted = intake_count.accepted + excluded.accepted,
    duplicates = intake_count.duplicates + excluded.duplicates,
    rejected = intake_count.rejected + excluded.rejected`;

/** $1 marks `{t, c, f, y, i}`: tenant, connection, platform, object type, id; sorted. */
export const MARK_RECORDS = insertMarks("$1");

/** $1 counts `{t, s, a, d, r}`: tenant, source, accepted, duplicates, rejected to add; sorted. */
export const COUNT_INTAKE = addCounts("$1");

/**
 * The whole intake in one round trip. $1 events `{t, s, k, c, y, o, p}`, without duplicates among themselves; $2 the
 * marks and $3 the counts for the case that all of them are new; $4 how many they are. When some were stored
 * before, marks and counts are left alone and `keys` names the new ones.
 */
export const INTAKE = `
WITH added AS (
  INSERT INTO inbox (tenant_id, source, event_key, connection_id, type, occurred_at, payload)
  SELECT t, s, k, c, y, o, p FROM json_to_recordset($1::json)
    AS event (t uuid, s text, k text, c uuid, y text, o timestamptz, p json)
  ON CONFLICT (tenant_id, source, event_key) DO NOTHING
  RETURNING tenant_id, source, event_key
), marked AS (${insertMarks("$2", "WHERE (SELECT count(*) FROM added) = $4::int")}
), counted AS (${addCounts("$3", "WHERE (SELECT count(*) FROM added) = $4::int")}
)
SELECT count(*)::int AS added,
  CASE WHEN count(*) < $4::int THEN json_agg(json_build_array(tenant_id, source, event_key)) END AS keys
FROM added`;

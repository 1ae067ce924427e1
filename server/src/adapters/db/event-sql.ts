/** Sessions count in a slot of their own; more sessions than slots only wait for each other now and then. */
const SLOTS = 64;

/**
 * A mark that nobody has claimed is only locked until the commit: whoever claims it later reads the record later than
 * this event came in, and whoever claimed it earlier cannot settle it, because every change of a claim raises the
 * version.
 */
const upsertMarks = (rows: string): string => `
  INSERT INTO record_mark (tenant_id, connection_id, platform, object_type, object_id)
  ${rows}
  ON CONFLICT (tenant_id, connection_id, object_type, object_id)
  DO UPDATE SET version = record_mark.version + 1 WHERE record_mark.claimed_by IS NOT NULL`;

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
export const MARK_RECORDS = upsertMarks(
  "SELECT t, c, f, y, i FROM json_to_recordset($1::json) AS mark (t uuid, c uuid, f text, y text, i text)",
);

/** $1 counts `{t, s, a, d, r}`: tenant, source, accepted, duplicates, rejected to add; sorted. */
export const COUNT_INTAKE = addCounts("$1");

/** Of the origin with the number `g`. */
const TENANT = "($4::uuid[])[g]";
const CONNECTION = "($5::uuid[])[g]";
const SOURCE = "($6::text[])[g]";

/**
 * The whole intake in one round trip. $1 events `{g, k, y, o, p}` (origin, key, type, time, payload), without
 * duplicates among themselves; $2 the marks `{g, f, y, i}` and $3 the counts for the case that all of them are new;
 * $4, $5 and $6 tenant, connection and source of each origin, counted from 1: what thousands of events have in
 * common is sent and read once; $7 how many events they are. When some were stored before, marks and counts are
 * left alone and `keys` names the new ones.
 */
export const INTAKE = `
WITH added AS (
  INSERT INTO inbox (tenant_id, source, event_key, connection_id, type, occurred_at, payload)
  SELECT ${TENANT}, ${SOURCE}, k, ${CONNECTION}, y, o, p
  FROM json_to_recordset($1::json) AS event (g int, k text, y text, o timestamptz, p json)
  ON CONFLICT (tenant_id, source, event_key) DO NOTHING
  RETURNING tenant_id, source, event_key
), marked AS (${upsertMarks(`
  SELECT ${TENANT}, ${CONNECTION}, f, y, i FROM json_to_recordset($2::json) AS mark (g int, f text, y text, i text)
  WHERE (SELECT count(*) FROM added) = $7::int`)}
), counted AS (${addCounts("$3", "WHERE (SELECT count(*) FROM added) = $7::int")}
)
SELECT count(*)::int AS added,
  CASE WHEN count(*) < $7::int THEN json_agg(json_build_array(tenant_id, source, event_key)) END AS keys
FROM added`;

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
  DO UPDATE SET version = record_mark.version + 1 WHERE record_mark.claimed_by IS NOT NULL
  RETURNING 1`;

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

/** $1 tenant, $2 connection, $3 object type, $4 only what changed at the platform since then, or null. */
export const MARK_KNOWN = `${upsertMarks(`
  SELECT tenant_id, connection_id, split_part(ref, ':', 1), split_part(ref, ':', 2), split_part(ref, ':', 3)
  FROM source_record
  WHERE tenant_id = $1 AND connection_id = $2 AND removed_at IS NULL AND split_part(ref, ':', 2) = $3
    AND ($4::timestamptz IS NULL OR updated_at >= $4) ORDER BY ref`)}`;

/** How many these are; the same parameters. */
export const COUNT_KNOWN = `
SELECT count(*)::int AS count FROM source_record
WHERE tenant_id = $1 AND connection_id = $2 AND removed_at IS NULL AND split_part(ref, ':', 2) = $3
  AND ($4::timestamptz IS NULL OR updated_at >= $4)`;

/** $1 counts `{t, s, a, d, r}`: tenant, source, accepted, duplicates, rejected to add; sorted. */
export const COUNT_INTAKE = addCounts("$1");

/** Of the origin with the number `g`. */
const TENANT = "($5::uuid[])[g]";
const CONNECTION = "($6::uuid[])[g]";
const SOURCE = "($7::text[])[g]";
const DELIVERY = "($8::uuid[])[d]";
const ALL_NEW = "(SELECT count(*) FROM added) = $9::int";

/**
 * The whole intake in one round trip. $1 deliveries `{g, d, s, n, k}`: origin, number of its id, start and length of
 * its body in $2, keys of its events, without duplicates; $3 the marks `{g, f, y, i}` (origin, platform, type, ids) and
 * $4 the counts for the case that all of them are new; $5, $6 and $7 tenant, connection and source of each origin and
 * $8 the deliveries' ids, all counted from 1: what thousands of events have in common is sent and read once; $9 how
 * many events they are. When some were stored before, `added` is fewer: then the transaction is not to be committed.
 */
export const INTAKE = `
WITH added AS (
  INSERT INTO inbox (tenant_id, source, event_key, delivery_id)
  SELECT ${TENANT}, ${SOURCE}, key, ${DELIVERY}
  FROM json_to_recordset($1::json) AS delivery (g int, d int, k json), json_array_elements_text(k) AS key
  ON CONFLICT (tenant_id, source, event_key) DO NOTHING
  RETURNING 1
), kept AS (
  INSERT INTO delivery (tenant_id, id, connection_id, source, body)
  SELECT ${TENANT}, ${DELIVERY}, ${CONNECTION}, ${SOURCE}, substring($2::bytea FROM s FOR n)
  FROM json_to_recordset($1::json) AS delivery (g int, d int, s int, n int)
  WHERE ${ALL_NEW}
), marked AS (${upsertMarks(`
  SELECT ${TENANT}, ${CONNECTION}, f, y, id
  FROM json_to_recordset($3::json) AS mark (g int, f text, y text, i json), json_array_elements_text(i) AS id
  WHERE ${ALL_NEW}`)}
), counted AS (${addCounts("$4", `WHERE ${ALL_NEW}`)}
)
SELECT (SELECT count(*) FROM added)::int AS added, (SELECT count(*) FROM marked)::int AS marked`;

/** $1 keys `{t, s, k}`: tenant, source, event key. Answers those that are stored. */
export const KNOWN_EVENTS = `
SELECT tenant_id AS tenant, source, event_key AS key
FROM json_to_recordset($1::json) AS event (t uuid, s text, k text)
JOIN inbox ON tenant_id = t AND source = s AND event_key = k`;

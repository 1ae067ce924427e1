import { MAX_WRITE_ATTEMPTS } from "../../services/ports.ts";
import { placeByKey } from "./by-key.ts";
import { lockInOrder } from "./lock-in-order.ts";
import { inPlace, isFree } from "./process-lease.ts";

const MAX_WAIT_S = 15 * 60;

/** Times alone are no reason to write. */
export const said = (column: string): string => `(${column} - 'bellwether_scored_at')`;

/**
 * SQL: what of the `desired` values may be written. `held` has the keys that somebody else changed: with null until a
 * person chooses, with a text as long as it is what we would write.
 */
export const writable = (desired: string, held: string): string => `
CASE WHEN ${held} IS NULL THEN ${desired} ELSE coalesce((
  SELECT jsonb_object_agg(wanted.key, wanted.value) FROM jsonb_each(${desired}) AS wanted
  WHERE NOT (${held} ? wanted.key AND (${held} -> wanted.key = 'null' OR ${held} -> wanted.key = wanted.value))
), '{}') END`;

/** SQL: whether something that may be written differs from what the platform has confirmed. */
export const differs = (desired: string, row: string): string => `
CASE WHEN ${row}.held IS NULL THEN ${said(desired)} IS DISTINCT FROM ${said(`${row}.confirmed`)}
  ELSE NOT coalesce(${row}.confirmed, '{}') @> ${said(`(${writable(desired, `${row}.held`)})`)} END`;

const DUE = `
  FROM outbox AS row
  WHERE row.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1)
    AND row.connection_id = $1 AND row.object_type = $2 AND row.is_pending AND row.next_at <= $4
    AND ${isFree("row")}`;

/**
 * $1 connection, $2 type, $3 limit, $4 now, $5 process, $6 the fewest that are worth claiming. They are counted first:
 * to lock them only in order to leave them would be a write for each row and look.
 */
export const CLAIM = `
WITH due AS (
  SELECT row.ctid ${DUE} AND (SELECT count(*) FROM (SELECT 1 ${DUE} LIMIT $6) AS enough) >= $6
  ORDER BY row.next_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE outbox AS row SET claimed_by = $5, claimed_at = now()
FROM due WHERE ${inPlace("row")} AND (SELECT count(*) FROM due) >= $6
RETURNING row.platform, row.object_type, row.object_id, ${writable("row.desired", "row.held")} AS desired,
  row.version, row.attempts, row.event_at`;

/** Claimed marks are the oldest ones; a long backlog need not be read to its end. */
const OLDEST = 300;

/**
 * $1 connection: whether accounts of its tenant are to be scored now, or records are being read. Marks that only wait
 * for company do not count: what follows from them comes later than anybody should wait.
 */
export const MORE_COMING = `
SELECT EXISTS (SELECT 1 FROM account_mark AS mark
    WHERE mark.tenant_id = own.tenant_id AND mark.due_at <= now())
  OR EXISTS (SELECT 1 FROM connection AS source, LATERAL (
      SELECT mark.claimed_by FROM record_mark AS mark
      WHERE mark.tenant_id = source.tenant_id AND mark.connection_id = source.id AND mark.due_at IS NOT NULL
      ORDER BY mark.due_at LIMIT ${OLDEST}) AS oldest
    WHERE source.tenant_id = own.tenant_id AND oldest.claimed_by IS NOT NULL) AS "isMoreComing"
FROM connection AS own WHERE own.id = $1`;

const DONE =
  "json_to_recordset($2::json) AS done (y text, i text, v bigint, o text, r text, w jsonb, t timestamptz)";
const isDone = (
  alias: string,
): string => `${alias}.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1)
  AND ${alias}.connection_id = $1 AND ${alias}.object_type = done.y AND ${alias}.object_id = done.i`;

/** $1 connection, $2 rows `{y, i}`: type, id; sorted. Before SETTLE. */
export const LOCK = lockInOrder(
  "json_to_recordset($2::json) AS done (y text, i text)",
  "outbox AS row",
  isDone("row"),
);

const IS_GIVEN_UP = `(done.v = row.version AND (done.o = 'refused'
  OR done.o = 'failed' AND row.attempts + 1 >= ${MAX_WRITE_ATTEMPTS}))`;
/** Values that were held back keep what was confirmed of them. */
const CONFIRMED = `
CASE WHEN row.held IS NULL THEN done.w ELSE done.w || coalesce((
  SELECT jsonb_object_agg(kept.key, kept.value) FROM jsonb_each(row.confirmed) AS kept WHERE row.held ? kept.key
    AND NOT done.w ? kept.key), '{}') END`;
/** What was left to somebody until our value changes is ours again once it was written. */
const HELD = `
CASE WHEN row.held IS NULL OR done.o <> 'confirmed' THEN row.held ELSE (
  SELECT jsonb_object_agg(still.key, still.value) FROM jsonb_each(row.held) AS still
  WHERE still.value = 'null' OR NOT done.w ? still.key) END`;

/**
 * $1 connection, $2 rows `{y, i, v, o, r, w, t}`: type, id, version that was written, outcome, reason, what was
 * written, when to try again; $3 now. Wanted anew meanwhile = stays pending. All of it goes into the log.
 */
export const SETTLE = `
WITH settled AS (UPDATE outbox AS row SET
  claimed_by = NULL, claimed_at = NULL,
  confirmed = CASE WHEN done.o = 'confirmed' THEN ${CONFIRMED} ELSE row.confirmed END,
  confirmed_at = CASE WHEN done.o = 'confirmed' THEN $3::timestamptz ELSE row.confirmed_at END,
  held = ${HELD},
  is_pending = CASE WHEN ${IS_GIVEN_UP} THEN false WHEN done.o IN ('failed', 'deferred') THEN true
    ELSE row.version <> done.v END,
  parked_at = CASE WHEN ${IS_GIVEN_UP} THEN $3::timestamptz END,
  attempts = CASE WHEN done.o = 'failed' OR ${IS_GIVEN_UP} THEN row.attempts + 1
    WHEN done.o = 'deferred' THEN greatest(row.attempts, 1) ELSE 0 END,
  next_at = CASE done.o
    WHEN 'failed' THEN $3::timestamptz + make_interval(secs => least(power(2, least(row.attempts + 1, 12)), ${MAX_WAIT_S}))
    WHEN 'deferred' THEN done.t ELSE $3::timestamptz END,
  last_error = done.r
FROM ${DONE} CROSS JOIN ${placeByKey("outbox", isDone("own"))} WHERE ${inPlace("row")}
RETURNING row.tenant_id, row.platform, row.account_id, done.*)
INSERT INTO write_log (tenant_id, at, platform, object_type, object_id, account_id, values, outcome, reason)
SELECT tenant_id, $3, platform, y, i, account_id, w, CASE o WHEN 'deferred' THEN 'failed' ELSE o END, r FROM settled`;

/** $1 connection, $2 keys. */
export const REWRITE = `
UPDATE outbox AS row SET confirmed = row.confirmed - $2::text[], held = nullif(row.held - $2::text[], '{}'),
  is_pending = row.parked_at IS NULL, version = row.version + 1
WHERE row.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) AND row.connection_id = $1
  AND row.confirmed ?| $2::text[]`;
export const FORGET_DRIFT = `
DELETE FROM drift WHERE tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) AND connection_id = $1
  AND key = ANY ($2::text[])`;

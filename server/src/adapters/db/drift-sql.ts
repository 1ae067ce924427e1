import { differs } from "./outbox-sql.ts";

/*
 * Everywhere: $1 tenant, $2 connection. Records `{y, i}`: type and id; drift `{y, i, k, o, t}`: with key, ours and
 * theirs.
 */

const OUTBOX = "row.tenant_id = $1 AND row.connection_id = $2";
const isSame = (left: string, right: string): string =>
  `${left}.object_type = ${right}.y AND ${left}.object_id = ${right}.i`;

/** Nothing is being written, and nothing may have arrived unheard of. */
const isSettledBefore = (readAt: string): string =>
  `row.claimed_by IS NULL AND row.attempts = 0 AND row.confirmed_at < ${readAt}`;

/** $3 records, $4 when they were read. */
export const SETTLED_VALUES = `
SELECT row.connection_id, row.platform, row.object_type, row.object_id, row.confirmed
FROM json_to_recordset($3::json) AS asked (y text, i text)
JOIN outbox AS row ON ${OUTBOX} AND ${isSame("row", "asked")} AND ${isSettledBefore("$4")}
WHERE row.confirmed IS NOT NULL`;

const FOUND = (parameter: string): string =>
  `json_to_recordset(${parameter}::json) AS found (y text, i text, k text, o text, t text)`;

/**
 * $3 drift found, $4 when it was read. A record that has taken in another one since our last write shows that one's
 * values where ours were empty: nobody chose them, and ours are due. Answers the records.
 */
export const TAKE_OVER = `
WITH inherited AS (
  SELECT found.y, found.i, jsonb_object_agg(found.k, found.t) AS values FROM ${FOUND("$3")}
  WHERE found.o = '' GROUP BY 1, 2
)
UPDATE outbox AS row SET confirmed = row.confirmed || inherited.values FROM inherited
WHERE ${OUTBOX} AND ${isSame("row", "inherited")} AND ${isSettledBefore("$4")}
  AND EXISTS (SELECT 1 FROM record_fate AS fate WHERE fate.tenant_id = $1 AND fate.kind = 'merged'
    AND fate.into_ref = row.platform || ':' || row.object_type || ':' || row.object_id
    AND fate.known_at > row.confirmed_at)
RETURNING row.connection_id, row.platform, row.object_type, row.object_id`;

/** $3 records that were looked at, $4 drift found: drift of before that is not found any more. */
const GONE = `
SELECT old.object_type, old.object_id, old.key FROM drift AS old
JOIN json_to_recordset($3::json) AS seen (y text, i text) ON ${isSame("old", "seen")}
WHERE old.tenant_id = $1 AND old.connection_id = $2 AND NOT EXISTS (
  SELECT 1 FROM ${FOUND("$4")} WHERE ${isSame("old", "found")} AND found.k = old.key)`;

export const RELEASE_GONE = `
WITH gone AS (SELECT object_type, object_id, array_agg(key) AS keys FROM (${GONE}) AS each GROUP BY 1, 2)
UPDATE outbox AS row SET held = nullif(row.held - gone.keys, '{}') FROM gone
WHERE ${OUTBOX} AND row.object_type = gone.object_type AND row.object_id = gone.object_id
RETURNING 1`;
export const DROP_SETTLED = `
DELETE FROM drift AS old USING (${GONE}) AS gone
WHERE old.tenant_id = $1 AND old.connection_id = $2 AND old.object_type = gone.object_type
  AND old.object_id = gone.object_id AND old.key = gone.key`;

/** $3 drift found, $4 when it was read, $5 now. What was written meanwhile is left out. */
export const KEEP_FOUND = `
INSERT INTO drift AS known (tenant_id, connection_id, object_type, object_id, key, ours, theirs, seen_at)
SELECT row.tenant_id, row.connection_id, found.y, found.i, found.k, found.o, found.t, $5
FROM ${FOUND("$3")}
JOIN outbox AS row ON ${OUTBOX} AND ${isSame("row", "found")} AND ${isSettledBefore("$4")}
  AND row.confirmed ->> found.k = found.o
ORDER BY found.y, found.i, found.k
ON CONFLICT (tenant_id, connection_id, object_type, object_id, key) DO UPDATE
  SET ours = excluded.ours, theirs = excluded.theirs,
  seen_at = CASE WHEN known.theirs = excluded.theirs THEN known.seen_at ELSE excluded.seen_at END
RETURNING key`;

/** $3 drift found. */
export const HOLD = `
WITH kept AS (
  SELECT found.y, found.i, jsonb_object_agg(found.k, NULL) AS keys FROM ${FOUND("$3")}
  JOIN drift ON drift.tenant_id = $1 AND drift.connection_id = $2 AND ${isSame("drift", "found")} AND drift.key = found.k
  GROUP BY 1, 2
)
UPDATE outbox AS row SET held = coalesce(row.held, '{}') || kept.keys FROM kept
WHERE ${OUTBOX} AND ${isSame("row", "kept")}`;

/** $3 records: whether there is something to write, after what is held back has changed. */
export const REPEND = `
UPDATE outbox AS row SET is_pending = ${differs("row.desired", "row")}
FROM json_to_recordset($3::json) AS seen (y text, i text)
WHERE ${OUTBOX} AND ${isSame("row", "seen")} AND row.claimed_by IS NULL AND row.attempts = 0`;

/** $1 tenant, $2 limit. */
export const LIST_DRIFT = `
SELECT drift.connection_id, row.platform, drift.object_type, drift.object_id, drift.key, drift.ours, drift.theirs,
  row.desired ->> drift.key AS wanted, drift.seen_at, account.name
FROM drift
JOIN outbox AS row ON row.tenant_id = drift.tenant_id AND row.connection_id = drift.connection_id
  AND row.object_type = drift.object_type AND row.object_id = drift.object_id
LEFT JOIN account ON account.tenant_id = row.tenant_id AND account.id = row.account_id
WHERE drift.tenant_id = $1 ORDER BY drift.seen_at DESC, drift.object_id, drift.key LIMIT $2`;

/** $1 tenant, $2 keys `{c, y, i, k}` or null for all; leaves `chosen`: per record its keys and what they show. */
const CHOSEN = `
WITH taken AS (
  DELETE FROM drift WHERE tenant_id = $1 AND ($2::json IS NULL OR EXISTS (
    SELECT 1 FROM json_to_recordset($2::json) AS asked (c uuid, y text, i text, k text)
    WHERE asked.c = drift.connection_id AND asked.y = drift.object_type AND asked.i = drift.object_id
      AND asked.k = drift.key))
  RETURNING connection_id, object_type, object_id, key, theirs
), chosen AS (
  SELECT connection_id, object_type, object_id, array_agg(key) AS keys, jsonb_object_agg(key, theirs) AS theirs,
    count(*)::int AS settled
  FROM taken GROUP BY 1, 2, 3
)`;
const OF_CHOSEN = `row.tenant_id = $1 AND row.connection_id = chosen.connection_id
  AND row.object_type = chosen.object_type AND row.object_id = chosen.object_id
RETURNING row.connection_id, chosen.settled`;

/** The platform shows theirs, so that ours differs and is due. */
export const RESTORE = `${CHOSEN}
UPDATE outbox AS row SET confirmed = row.confirmed || chosen.theirs, held = nullif(row.held - chosen.keys, '{}'),
  version = row.version + 1, is_pending = true, parked_at = NULL, attempts = 0, next_at = to_timestamp(0)
FROM chosen WHERE ${OF_CHOSEN}`;

/** Held back from now on only while it is what we want now. */
export const ACCEPT = `${CHOSEN}
UPDATE outbox AS row SET confirmed = row.confirmed || chosen.theirs,
  held = nullif((row.held - chosen.keys) || coalesce((SELECT jsonb_object_agg(wanted.key, wanted.value)
    FROM jsonb_each(row.desired) AS wanted WHERE wanted.key = ANY (chosen.keys)), '{}'), '{}')
FROM chosen WHERE ${OF_CHOSEN}`;

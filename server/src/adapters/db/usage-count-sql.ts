/** $1 name of the tenant's usage. One set of a tenant's deliveries is counted at a time, in the order in which they came. */
export const LOCK_USAGE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
export const usageName = (tenant: string): string => `usage of ${tenant}`;

/** $1 tenant, $2 deliveries at most, $3 bytes of their bodies at most; the first one always. */
export const DELIVERIES_TO_COUNT = `
SELECT id::text FROM (
  SELECT id, row_number() OVER sent AS place, sum(octet_length(body)) OVER sent AS bytes FROM (
    SELECT id, body FROM delivery
    WHERE tenant_id = $1 AND source = 'segment' AND counted_at IS NULL ORDER BY id LIMIT $2
  ) AS oldest WINDOW sent AS (ORDER BY id)
) AS sized WHERE place = 1 OR bytes <= $3 ORDER BY id`;

/** $1 tenant, $2 deliveries. Their events in order, without those that had come before. */
export const EVENTS_OF = `
SELECT event.value AS event FROM unnest($2::uuid[]) AS chosen (id)
JOIN delivery ON delivery.tenant_id = $1 AND delivery.id = chosen.id
CROSS JOIN LATERAL json_array_elements(convert_from(delivery.body, 'UTF8')::json)
  WITH ORDINALITY AS event (value, place)
JOIN inbox ON inbox.tenant_id = $1 AND inbox.source = 'segment'
  AND inbox.event_key = event.value->>'key' AND inbox.delivery_id = delivery.id
ORDER BY delivery.id, event.place`;

/** $1 tenant, $2 users. */
export const GROUPS_OF_USERS = `
SELECT user_key::text AS "user", group_id AS "group", group_at AS at FROM usage_user
WHERE tenant_id = $1 AND user_key = ANY($2::uuid[])`;

/** $1 tenant, $2 rows `{user, group, at}`; sorted. */
export const SAVE_USERS = `
INSERT INTO usage_user (tenant_id, user_key, group_id, group_at)
SELECT $1::uuid, "user", "group", at
FROM json_to_recordset($2::json) AS said ("user" uuid, "group" text, at timestamptz)
ON CONFLICT (tenant_id, user_key) DO UPDATE SET group_id = excluded.group_id, group_at = excluded.group_at
WHERE usage_user.group_at <= excluded.group_at`;

const addDays = (rows: string): string => `
INSERT INTO usage_day (tenant_id, group_id, day, user_key, events, logins) ${rows}
ON CONFLICT (tenant_id, group_id, day, user_key) DO UPDATE
SET events = usage_day.events + excluded.events, logins = usage_day.logins + excluded.logins`;
const addFeatures = (rows: string): string => `
INSERT INTO usage_feature_day (tenant_id, group_id, day, feature, uses) ${rows}
ON CONFLICT (tenant_id, group_id, day, feature) DO UPDATE SET uses = usage_feature_day.uses + excluded.uses`;
const addPending = (rows: string): string => `
INSERT INTO usage_pending (tenant_id, user_key, day, feature, events, logins) ${rows}
ON CONFLICT (tenant_id, user_key, day, feature) DO UPDATE
SET events = usage_pending.events + excluded.events, logins = usage_pending.logins + excluded.logins`;

/** $1 tenant, $2 rows as in `DayCount`. */
export const ADD_DAYS = addDays(`
SELECT $1::uuid, "group", day, "user", events, logins
FROM json_to_recordset($2::json) AS count ("group" text, day date, "user" uuid, events int, logins int)`);
/** $1 tenant, $2 rows as in `FeatureCount`. */
export const ADD_FEATURES = addFeatures(`
SELECT $1::uuid, "group", day, feature, uses
FROM json_to_recordset($2::json) AS count ("group" text, day date, feature text, uses int)`);
/** $1 tenant, $2 rows as in `PendingCount`. */
export const ADD_PENDING = addPending(`
SELECT $1::uuid, "user", day, feature, events, logins
FROM json_to_recordset($2::json) AS count ("user" uuid, day date, feature text, events int, logins int)`);

const MOVED = `json_to_recordset($2::json) AS moved ("from" uuid, "to" uuid, "group" text)`;
/** $1 tenant, $2 rows `{from, to, group}`; no `to` is a `from`. */
export const MOVE_PENDING = `
WITH taken AS (
  DELETE FROM usage_pending AS old USING ${MOVED} WHERE old.tenant_id = $1 AND old.user_key = moved."from"
  RETURNING moved."to", day, feature, events, logins
) ${addPending(`SELECT $1::uuid, "to", day, feature, sum(events), sum(logins) FROM taken GROUP BY "to", day, feature`)}`;
export const MOVE_DAYS = `
WITH taken AS (
  DELETE FROM usage_day AS old USING ${MOVED}
  WHERE old.tenant_id = $1 AND old.group_id = moved."group" AND old.user_key = moved."from"
  RETURNING old.group_id, day, moved."to", events, logins
) ${addDays(`SELECT $1::uuid, group_id, day, "to", sum(events), sum(logins) FROM taken GROUP BY group_id, day, "to"`)}`;

/** $1 tenant, $2 rows `{user, group}`: what waited for a user's group is counted for it. */
export const RELEASE_PENDING = `
WITH taken AS (
  DELETE FROM usage_pending AS old USING json_to_recordset($2::json) AS released ("user" uuid, "group" text)
  WHERE old.tenant_id = $1 AND old.user_key = released."user"
  RETURNING released."group", day, released."user", feature, events, logins
), days AS (${addDays(`
  SELECT $1::uuid, "group", day, "user", sum(events), sum(logins) FROM taken GROUP BY "group", day, "user"`)}
), features AS (${addFeatures(`
  SELECT $1::uuid, "group", day, feature, sum(events) FROM taken WHERE feature <> '' GROUP BY "group", day, feature`)}
)
SELECT DISTINCT "group" FROM taken`;

/**
 * $1 tenant, $2 rows `{g, s, t, n, d, x}`: group, seen at, traits at (null = no traits), name, domains, external id;
 * sorted. Their gauges become due; traits that say something new make the party be written and matched again.
 */
export const SAVE_GROUPS = `
INSERT INTO usage_group AS known
  (tenant_id, group_id, name, domains, external_id, traits_at, seen_at, due_at, is_new, is_unmatched)
SELECT $1::uuid, g, n, coalesce(d, '{}'), x, t, s, now(), true, true
FROM json_to_recordset($2::json)
  AS seen (g text, s timestamptz, t timestamptz, n text, d text[], x text)
ON CONFLICT (tenant_id, group_id) DO UPDATE SET
  (name, domains, external_id, traits_at, is_new, is_unmatched) = (SELECT
    CASE WHEN newer THEN coalesce(excluded.name, known.name) ELSE known.name END,
    CASE WHEN newer AND cardinality(excluded.domains) > 0 THEN excluded.domains ELSE known.domains END,
    CASE WHEN newer THEN coalesce(excluded.external_id, known.external_id) ELSE known.external_id END,
    greatest(known.traits_at, excluded.traits_at),
    known.is_new OR changed, known.is_unmatched OR changed
    FROM (SELECT excluded.traits_at >= coalesce(known.traits_at, '-infinity') AS newer) AS order_of_calls,
    LATERAL (SELECT coalesce(newer AND (
      coalesce(excluded.name, known.name) IS DISTINCT FROM known.name
      OR (cardinality(excluded.domains) > 0 AND excluded.domains IS DISTINCT FROM known.domains)
      OR coalesce(excluded.external_id, known.external_id) IS DISTINCT FROM known.external_id), false) AS changed
    ) AS traits),
  seen_at = greatest(known.seen_at, excluded.seen_at),
  due_at = coalesce(known.due_at, now())`;

/** $1 tenant, $2 groups whose counts changed. */
export const GROUPS_DUE = `
UPDATE usage_group SET due_at = coalesce(due_at, now()) WHERE tenant_id = $1 AND group_id = ANY($2::text[])`;

/** $1 tenant, $2 deliveries. */
export const NOTE_COUNTED = `
UPDATE delivery SET counted_at = now() WHERE tenant_id = $1 AND id = ANY($2::uuid[])`;
export const NOTE_RECEIVED = `
INSERT INTO usage_feed AS known (tenant_id, last_received_at)
SELECT $1::uuid, max(received_at) FROM delivery WHERE tenant_id = $1 AND id = ANY($2::uuid[])
ON CONFLICT (tenant_id) DO UPDATE
SET last_received_at = greatest(known.last_received_at, excluded.last_received_at)`;

/** $1 tenant, $2 now, $3 limit. */
export const CLAIM_DUE_GROUPS = `
SELECT group_id AS id, name, domains, external_id, seen_at, gauges, gauges_day::text AS day, rounds, is_new
FROM usage_group WHERE tenant_id = $1 AND due_at IS NOT NULL
  AND (rests_until IS NULL OR rests_until <= $2::timestamptz)
ORDER BY due_at, group_id LIMIT $3 FOR UPDATE SKIP LOCKED`;

/** $1 tenant, $2 groups, $3 the day before the window, $4 its last day. */
export const GAUGES_OF = `
SELECT chosen.id, users.*, features.*
FROM unnest($2::text[]) AS chosen (id),
LATERAL (SELECT count(DISTINCT user_key)::int AS "activeUsers", count(DISTINCT day)::int AS "activeDays",
    coalesce(sum(logins), 0)::int AS logins
  FROM usage_day WHERE tenant_id = $1 AND group_id = chosen.id AND day > $3::date AND day <= $4::date) AS users,
LATERAL (SELECT count(DISTINCT feature)::int AS "featuresActivated"
  FROM usage_feature_day WHERE tenant_id = $1 AND group_id = chosen.id AND day > $3::date AND day <= $4::date
) AS features`;

/** $1 tenant, $2 rows `{g, j, n, r}`: group, gauges, rounds on this day, rests until; $3 the day. */
export const SAVE_GAUGES = `
UPDATE usage_group AS known SET gauges = j, gauges_day = $3::date, rounds = n, rests_until = r,
  due_at = NULL, is_new = false
FROM json_to_recordset($2::json) AS told (g text, j jsonb, n int, r timestamptz)
WHERE known.tenant_id = $1 AND known.group_id = told.g`;

/** $1 tenant, $2 limit: groups whose party is written. */
export const UNMATCHED_GROUPS = `
SELECT group_id AS id FROM usage_group WHERE tenant_id = $1 AND is_unmatched AND NOT is_new
ORDER BY group_id LIMIT $2`;
/** $1 tenant, $2 groups. */
export const NOTE_MATCHED = `
UPDATE usage_group SET is_unmatched = false
WHERE tenant_id = $1 AND group_id = ANY($2::text[]) AND NOT is_new`;

/** $1 now. */
export const TENANTS_WITH_USAGE_WORK = `
SELECT DISTINCT tenant_id AS id FROM delivery WHERE source = 'segment' AND counted_at IS NULL
UNION
SELECT tenant_id FROM usage_group WHERE due_at IS NOT NULL
  AND (rests_until IS NULL OR rests_until <= $1::timestamptz)
UNION
SELECT tenant_id FROM usage_group WHERE is_unmatched AND NOT is_new`;

/** $1 today. A group that nobody used in its window has nothing to lose. */
export const MOVE_WINDOWS = `
UPDATE usage_group SET due_at = coalesce(due_at, now()), rests_until = NULL
WHERE gauges_day < $1::date AND gauges::text ~ '[1-9]'`;

/**
 * $1 received before, $2 deliveries at most. The bodies name the keys, so that no inbox row is looked for; a row that
 * another delivery brought stays.
 */
export const FORGET_EVENTS = `
WITH old AS (
  SELECT tenant_id, id, body FROM delivery
  WHERE source = 'segment' AND counted_at IS NOT NULL AND received_at < $1
  ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
), events AS (
  DELETE FROM inbox USING old CROSS JOIN LATERAL json_array_elements(convert_from(old.body, 'UTF8')::json) AS event
  WHERE inbox.tenant_id = old.tenant_id AND inbox.source = 'segment' AND inbox.event_key = event->>'key'
    AND inbox.delivery_id = old.id
)
DELETE FROM delivery USING old WHERE delivery.tenant_id = old.tenant_id AND delivery.id = old.id
RETURNING 1`;
/** $1 before that time or day, $2 rows at most. */
const forget = (table: string, key: string, condition: string): string => `
DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${table} WHERE ${condition} LIMIT $2) RETURNING 1`;
export const FORGET_REJECTED = forget("rejected_event", "tenant_id, event_key", "at < $1");
export const FORGET_DAYS = forget("usage_day", "tenant_id, group_id, day, user_key", "day < $1::date");
export const FORGET_FEATURES = forget(
  "usage_feature_day",
  "tenant_id, group_id, day, feature",
  "day < $1::date",
);
export const FORGET_PENDING = forget("usage_pending", "tenant_id, user_key, day, feature", "day < $1::date");

/** $1 tenant, $2 rows `{k, r, b}`: key, reason, body; sorted; $3 now, $4 source. Answers the new ones. */
export const SAVE_REJECTED = `
INSERT INTO rejected_event (tenant_id, event_key, source, at, reason, body)
SELECT $1::uuid, k, $4, $3::timestamptz, r, b FROM json_to_recordset($2::json) AS event (k text, r text, b text)
ON CONFLICT DO NOTHING RETURNING event_key`;

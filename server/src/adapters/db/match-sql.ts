import { isFree } from "./process-lease.ts";

/** $1 name of the tenant's matches: the rules link side by side, a person's decision waits for them and they for it. */
export const LOCK_FOR_RULES = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))";
export const LOCK_FOR_DECISION = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
export const matchesName = (tenant: string): string => `matches of ${tenant}`;

/** $1 tenant, $2 refs, $3 accounts: these, those of the refs, what they were merged into and what was merged into them. */
export const SCENE_ACCOUNTS = `
WITH named AS (
  SELECT unnest($3::uuid[]) AS id
  UNION SELECT account_id FROM party_link WHERE tenant_id = $1 AND ref = ANY($2::text[])
), near AS (
  SELECT id FROM named
  UNION SELECT account.merged_into FROM named JOIN account ON account.tenant_id = $1 AND account.id = named.id
  WHERE account.merged_into IS NOT NULL
)
SELECT account.id, account.name, account.merged_into FROM near
JOIN account ON account.tenant_id = $1 AND account.id = near.id
UNION
SELECT account.id, account.name, account.merged_into FROM near
JOIN account ON account.tenant_id = $1 AND account.merged_into = near.id`;

/** $1 tenant, $2 accounts. */
export const SCENE_LINKS = `
SELECT ref, account_id, rule, linked_at, linked_by FROM party_link
WHERE tenant_id = $1 AND account_id = ANY($2::uuid[])`;

/** $1 tenant, $2 refs. */
export const SCENE_PARTIES = "SELECT ref, name FROM party WHERE tenant_id = $1 AND ref = ANY($2::text[])";
export const SCENE_SUGGESTIONS = `
SELECT ref, account_id, rule, reason FROM match_suggestion WHERE tenant_id = $1 AND ref = ANY($2::text[])`;
export const SCENE_REJECTIONS = `
SELECT ref, account_id, rejected_at, rejected_by FROM match_rejection
WHERE tenant_id = $1 AND ref = ANY($2::text[])`;

const ACTION_COLUMNS = `action.id, action.position, action.at, action.actor, action.by_name, action.asked,
  action.before, action.after, taken_back.id AS undone_by
FROM match_action AS action
LEFT JOIN match_action AS taken_back ON taken_back.tenant_id = action.tenant_id AND taken_back.undoes = action.id`;

/** $1 tenant, $2 ids. */
export const FIND_ACTIONS = `
SELECT ${ACTION_COLUMNS} WHERE action.tenant_id = $1 AND action.id = ANY($2::uuid[])`;
/** $1 tenant, $2 position of the last one or null, $3 limit. */
export const LIST_ACTIONS = `
SELECT ${ACTION_COLUMNS} WHERE action.tenant_id = $1 AND ($2::bigint IS NULL OR action.position < $2::bigint)
ORDER BY action.position DESC LIMIT $3`;

/**
 * $1 tenant, $2 accounts, sorted: marks them, and answers whether one is being scored. While the marks are locked here
 * nobody begins to.
 */
export const MARK_TOUCHED = `
INSERT INTO account_mark (tenant_id, account_id) SELECT $1::uuid, id FROM unnest($2::uuid[]) AS given (id) ORDER BY id
ON CONFLICT (tenant_id, account_id) DO UPDATE SET version = account_mark.version + 1
RETURNING NOT ${isFree("account_mark")} AS is_held`;

/** $1 tenant, $2 accounts `{i, n, c, m}`: id, name, created at, merged into; sorted. A known one keeps its name. */
export const POINT_ACCOUNTS = `
INSERT INTO account (tenant_id, id, name, created_at, merged_into)
SELECT $1::uuid, i, n, c, m
FROM json_to_recordset($2::json) AS given (i uuid, n text, c timestamptz, m uuid)
ON CONFLICT (tenant_id, id) DO UPDATE SET merged_into = excluded.merged_into`;

/** $1 tenant, $2 links `{k, a, r, t, b}`: ref, account, rule, at, by; sorted. */
export const SET_LINKS = `
INSERT INTO party_link (tenant_id, ref, account_id, rule, linked_at, linked_by)
SELECT $1::uuid, k, a, r, t, b
FROM json_to_recordset($2::json) AS given (k text, a uuid, r text, t timestamptz, b text)
ON CONFLICT (tenant_id, ref) DO UPDATE SET account_id = excluded.account_id, rule = excluded.rule,
  linked_at = excluded.linked_at, linked_by = excluded.linked_by`;

/** $1 tenant, $2 refs. */
export const UNSET_LINKS = "DELETE FROM party_link WHERE tenant_id = $1 AND ref = ANY($2::text[])";
export const KNOW_WHO_WAITS = `
UPDATE party SET awaits_account = is_customer AND NOT EXISTS (
  SELECT 1 FROM party_link AS link WHERE link.tenant_id = party.tenant_id AND link.ref = party.ref)
WHERE tenant_id = $1 AND ref = ANY($2::text[])`;

const PAIRS = "json_to_recordset($2::json) AS given (k text, a uuid)";
/** $1 tenant, $2 pairs `{k, a}`: ref, account. */
export const UNSET_SUGGESTIONS = `
DELETE FROM match_suggestion AS known USING ${PAIRS}
WHERE known.tenant_id = $1 AND known.ref = given.k AND known.account_id = given.a`;
export const UNSET_REJECTIONS = `
DELETE FROM match_rejection AS known USING ${PAIRS}
WHERE known.tenant_id = $1 AND known.ref = given.k AND known.account_id = given.a`;

/** $1 tenant, $2 suggestions `{k, a, r, w}`: ref, account, rule, reason. */
export const SET_SUGGESTIONS = `
INSERT INTO match_suggestion (tenant_id, ref, account_id, rule, reason)
SELECT $1::uuid, k, a, r, w FROM json_to_recordset($2::json) AS given (k text, a uuid, r text, w text)
ON CONFLICT DO NOTHING`;

/** $1 tenant, $2 rejections `{k, a, t, b}`: ref, account, at, by. */
export const SET_REJECTIONS = `
INSERT INTO match_rejection (tenant_id, ref, account_id, rejected_at, rejected_by)
SELECT $1::uuid, k, a, t, b FROM json_to_recordset($2::json) AS given (k text, a uuid, t timestamptz, b text)
ON CONFLICT DO NOTHING`;

/** $1 tenant, $2 actions `{i, k, t, w, b, q, o, n, u}`: id, kind, at, actor, name, asked, before, after, undoes. */
export const SAVE_ACTIONS = `
INSERT INTO match_action (tenant_id, id, kind, at, actor, by_name, asked, before, after, undoes)
SELECT $1::uuid, i, k, t, w, b, q, o, n, u
FROM json_to_recordset($2::json) AS given (p int, i uuid, k text, t timestamptz, w text, b text, q jsonb, o jsonb,
  n jsonb, u uuid)
ORDER BY p`;

const TOUCHED = "json_to_recordset($2::json) AS touched (p int, x uuid, a uuid)";
const HEALTH =
  "scored_at, fingerprint, packed, packed_inputs, lost_at, override_id, result, inputs, memories";

/** $1 tenant, $2 accounts touched by actions `{p, x, a}`: order, action, account. */
export const KEEP_HEALTH = `
INSERT INTO match_action_health (tenant_id, action_id, account_id, ${HEALTH})
SELECT $1::uuid, touched.x, touched.a, ${HEALTH} FROM ${TOUCHED}
JOIN health_current AS current ON current.tenant_id = $1::uuid AND current.account_id = touched.a`;

/** As above, of actions that are undone: results from between are no part of the history. Before RESTORE_HEALTH. */
export const VOID_SNAPSHOTS = `
UPDATE health_snapshot AS past SET voided_by = touched.x FROM ${TOUCHED}
JOIN match_action AS original ON original.tenant_id = $1::uuid AND original.id = touched.x
LEFT JOIN match_action_health AS kept
  ON kept.tenant_id = $1::uuid AND kept.action_id = touched.x AND kept.account_id = touched.a
WHERE past.tenant_id = $1::uuid AND past.account_id = touched.a AND past.at >= original.at
  AND past.at IS DISTINCT FROM kept.scored_at AND past.voided_by IS NULL`;

/** As above. Of several of one account the last: actions are undone from the newest on. */
export const RESTORE_HEALTH = [
  `DELETE FROM health_current AS current USING ${TOUCHED}
   WHERE current.tenant_id = $1::uuid AND current.account_id = touched.a`,
  `INSERT INTO health_current (tenant_id, account_id, ${HEALTH})
   SELECT DISTINCT ON (touched.a) $1::uuid, touched.a, ${HEALTH} FROM ${TOUCHED}
   JOIN match_action_health AS kept
     ON kept.tenant_id = $1::uuid AND kept.action_id = touched.x AND kept.account_id = touched.a
   ORDER BY touched.a, touched.p DESC`,
] as const;

/** $1 tenant, $2 records `{k, f, y, i, a}`: ref, platform, type, id, account or null: the records, and open tickets of theirs. */
const ROWS_OF = `
SELECT connection.id AS connection_id, given.y AS object_type, given.i AS object_id, given.a
FROM json_to_recordset($2::json) AS given (k text, f text, y text, i text, a uuid)
JOIN connection ON connection.tenant_id = $1::uuid AND connection.platform = given.f
UNION
SELECT connection.id, 'ticket', split_part(ticket.ref, ':', 3), given.a
FROM json_to_recordset($2::json) AS given (k text, f text, y text, i text, a uuid)
JOIN connection ON connection.tenant_id = $1::uuid AND connection.platform = given.f
JOIN record_link AS ticket ON ticket.tenant_id = $1::uuid AND ticket.target_ref = given.k AND ticket.is_open_ticket`;
const IS_ROW = `row.tenant_id = $1::uuid AND row.connection_id = moved.connection_id
  AND row.object_type = moved.object_type AND row.object_id = moved.object_id`;

/** Their new account's values follow with its scoring. */
export const HAND_OVER = `
UPDATE outbox AS row SET account_id = moved.a FROM (${ROWS_OF}) AS moved WHERE ${IS_ROW} AND moved.a IS NOT NULL`;

/** Records without an account show nothing any more. Answers their connections. */
export const CLEAR_RECORDS = `
UPDATE outbox AS row SET version = row.version + 1, is_pending = true,
  desired = (SELECT coalesce(jsonb_object_agg(key, ''), '{}') FROM jsonb_object_keys(row.desired) AS key)
FROM (${ROWS_OF}) AS moved WHERE ${IS_ROW} AND moved.a IS NULL RETURNING row.connection_id`;

import { byKey, placeByKey } from "./by-key.ts";
import { lockInOrder } from "./lock-in-order.ts";
import { differs, said } from "./outbox-sql.ts";
import { inPlace, isFree } from "./process-lease.ts";

/** $1 tenant, $2 limit, $3 process. */
export const CLAIM_ACCOUNTS = `
WITH due AS (
  SELECT mark.ctid FROM account_mark AS mark
  WHERE mark.tenant_id = $1 AND mark.due_at <= now() AND ${isFree("mark")}
  ORDER BY mark.due_at, mark.account_id LIMIT $2 FOR UPDATE SKIP LOCKED
)
UPDATE account_mark AS mark SET claimed_by = $3, claimed_at = now() FROM due WHERE ${inPlace("mark")}
RETURNING mark.tenant_id, mark.account_id, mark.version, mark.event_at`;

const CLAIMS = "json_to_recordset($1::json) AS claim (t uuid, a uuid, v bigint)";
const claimed = (alias: string): string => `${alias}.tenant_id = claim.t AND ${alias}.account_id = claim.a`;
const LOCKED = `${CLAIMS} CROSS JOIN ${placeByKey("account_mark", claimed("own"))}`;

/** $1 claims `{t, a, v}`, sorted: before they are settled or given back, in one transaction. */
export const LOCK_ACCOUNTS = lockInOrder(CLAIMS, "account_mark AS mark", claimed("mark"));

/** $1 claims `{t, a, v}`, $2 when they are due again. */
export const RELEASE_ACCOUNTS = `
UPDATE account_mark AS mark SET claimed_by = NULL, claimed_at = NULL, due_at = $2
FROM ${LOCKED} WHERE ${inPlace("mark")}`;

/** $1 claims `{t, a, v}`. */
export const SETTLE_ACCOUNTS = `
DELETE FROM account_mark AS mark USING ${LOCKED} WHERE ${inPlace("mark")} AND mark.version = claim.v
RETURNING mark.account_id`;

/**
 * $1 claims `{t, a, v}`: an account that was marked again meanwhile stays marked, for events since the claim, and can
 * be claimed.
 */
export const FREE_ACCOUNTS = `
UPDATE account_mark AS mark SET claimed_by = NULL, claimed_at = NULL,
  event_at = CASE WHEN mark.event_at IS NOT NULL THEN greatest(mark.event_at, mark.claimed_at) END
FROM ${LOCKED} WHERE ${inPlace("mark")} AND mark.version <> claim.v`;

export const MARK_ALL_ACCOUNTS = `
INSERT INTO account_mark (tenant_id, account_id)
SELECT tenant_id, id FROM account WHERE tenant_id = $1 ORDER BY id
ON CONFLICT (tenant_id, account_id) DO UPDATE SET version = account_mark.version + 1
RETURNING account_id`;

export const TENANTS_WITH_MARKS = `
SELECT DISTINCT mark.tenant_id FROM account_mark AS mark WHERE mark.due_at <= now() AND ${isFree("mark")}`;

const INPUT = `json_to_recordset($2::json) AS input (a uuid, at timestamptz, f text, rs int, rn int, qs int, qn int, m json,
  s double precision, c double precision, b text, k boolean, l timestamptz, p double precision, v text, o text)`;

/** What of a result stands beside it; see `beside`. */
const BESIDE = "health_score, calculated_score, band, is_at_risk, lost_at, churn_probability, churn_model";
const ITS_BESIDE = "input.s, input.c, input.b, input.k, input.l, input.p, input.v";

/** Bytes of a row in $3. */
const RESULT = "substring($3::bytea FROM input.rs FOR input.rn)";
const INPUTS = "substring($3::bytea FROM input.qs FOR input.qn)";

/**
 * $1 tenant, $2 results `{a, at, f, rs, rn, qs, qn, m, …}`: account, time, fingerprint, start and length of the packed
 * result and of the packed inputs in $3, counted from 1, memories, what stands beside. A calculation older than the
 * stored one (of a process that stood still meanwhile) is left out.
 * Memories that are not given stay as they are. Answers the accounts whose current result this is now.
 */
export const SAVE_RESULTS = `
WITH input AS MATERIALIZED (SELECT *, ${RESULT} AS packed, ${INPUTS} AS packed_inputs FROM ${INPUT}),
changed AS (
  INSERT INTO health_snapshot (tenant_id, account_id, at, is_reconstructed, packed, packed_inputs, ${BESIDE})
  SELECT $1::uuid, input.a, input.at, false, input.packed, input.packed_inputs, ${ITS_BESIDE} FROM input
  LEFT JOIN ${byKey("health_current", "own.tenant_id = $1::uuid AND own.account_id = input.a")} AS current ON true
  WHERE current.fingerprint IS DISTINCT FROM input.f AND (current.scored_at IS NULL OR current.scored_at <= input.at)
  ON CONFLICT DO NOTHING
)
INSERT INTO health_current AS known
  (tenant_id, account_id, scored_at, fingerprint, packed, packed_inputs, lost_at, override_id, memories)
SELECT $1::uuid, input.a, input.at, input.f, input.packed, input.packed_inputs, input.l, input.o, input.m
FROM input ORDER BY input.a
ON CONFLICT (tenant_id, account_id) DO UPDATE SET
  scored_at = excluded.scored_at, fingerprint = excluded.fingerprint,
  packed = excluded.packed, packed_inputs = excluded.packed_inputs, result = NULL, inputs = NULL,
  lost_at = excluded.lost_at, override_id = excluded.override_id, memories = coalesce(excluded.memories, known.memories)
WHERE known.scored_at <= excluded.scored_at
RETURNING account_id`;

/** $1 tenant, $2 results as above, $3. A repeated run adds nothing: an account with reconstructed points keeps those. */
export const SAVE_RECONSTRUCTED = `
INSERT INTO health_snapshot (tenant_id, account_id, at, is_reconstructed, packed, ${BESIDE})
SELECT $1::uuid, input.a, input.at, true, ${RESULT}, ${ITS_BESIDE} FROM ${INPUT}
WHERE NOT EXISTS (SELECT 1 FROM health_snapshot AS past
  WHERE past.tenant_id = $1::uuid AND past.account_id = input.a AND past.is_reconstructed)
ON CONFLICT DO NOTHING`;

/**
 * Due at once by any clock, as claims ask by the caller's and not the database's; and in the order in which they were
 * wanted.
 */
const AT_ONCE = "now() - interval '50 years'";

/**
 * What platforms should show. Pending is what differs from the confirmed values, so that a value that went there
 * and back again before it was written is not written at all; unless a write of it failed or is under way, because
 * its answer may have been lost or may never come: whoever claimed the row may be dead. A row that waits keeps its
 * place, also after a failure; one that was given up is tried again.
 */
const wantIn = (rows: string): string => `
INSERT INTO outbox AS row (tenant_id, connection_id, object_type, object_id, platform, account_id, desired, is_pending, next_at, event_at)
${rows}
ON CONFLICT (tenant_id, connection_id, object_type, object_id) DO UPDATE SET
  account_id = excluded.account_id, desired = excluded.desired, version = row.version + 1,
  is_pending = row.attempts > 0 OR row.claimed_by IS NOT NULL OR ${differs("excluded.desired", "row")},
  attempts = CASE WHEN row.parked_at IS NULL THEN row.attempts ELSE 0 END, parked_at = NULL,
  next_at = CASE WHEN (row.attempts > 0 OR row.is_pending) AND row.parked_at IS NULL THEN row.next_at
    ELSE excluded.next_at END,
  event_at = CASE WHEN row.is_pending AND row.claimed_by IS NULL THEN least(row.event_at, excluded.event_at)
    ELSE excluded.event_at END
WHERE ${said("row.desired")} IS DISTINCT FROM ${said("excluded.desired")}
RETURNING row.connection_id, row.is_pending`;

/** $1 tenant, $2 rows `{c, y, i, p, a, d, e}`: connection, type, id, platform, account, desired, time of the event. */
export const WANT_ON_RECORDS = wantIn(`
SELECT $1::uuid, want.c, want.y, want.i, want.p, want.a, want.d, true, ${AT_ONCE}, want.e
FROM json_to_recordset($2::json) AS want (c uuid, y text, i text, p text, a uuid, d jsonb, e timestamptz)
ORDER BY want.c, want.y, want.i`);

/**
 * $1 tenant, $2 bands `{c, a, v, e}`: connection, account, value, time of the event. Every open ticket of the
 * account's organizations; tickets that never had a value get no empty one.
 */
export const WANT_ON_TICKETS = wantIn(`
SELECT DISTINCT ON (ticket.ref) $1::uuid, want.c, 'ticket', split_part(ticket.ref, ':', 3), 'zendesk', want.a,
  jsonb_build_object('bellwether_health_band', want.v), true, ${AT_ONCE}, want.e
FROM json_to_recordset($2::json) AS want (c uuid, a uuid, v text, e timestamptz)
JOIN party_link AS link ON link.tenant_id = $1::uuid AND link.account_id = want.a AND link.removed_at IS NULL
JOIN record_link AS ticket ON ticket.tenant_id = link.tenant_id AND ticket.target_ref = link.ref AND ticket.is_open_ticket
WHERE want.v <> '' OR EXISTS (SELECT 1 FROM outbox AS known WHERE known.tenant_id = $1::uuid
  AND known.connection_id = want.c AND known.object_type = 'ticket' AND known.object_id = split_part(ticket.ref, ':', 3))
ORDER BY ticket.ref, want.a`);

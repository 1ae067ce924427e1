import { type ConnectionId, type Platform, recordRef } from "@bellwether/shared";
import { z } from "zod";
import {
  type DeadLetter,
  type DeadLetterKey,
  type DeadLetterStore,
  MAX_READ_REFUSALS,
} from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { claimParameter } from "./ledger-commit.ts";
import { LOCK_RECORDS } from "./ledger-sql.ts";
import type { ProcessLease } from "./process-lease.ts";
import type { Database } from "./sql.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

const IS_PARKED = "row.parked_at IS NOT NULL";
const IS_GIVEN_UP = `mark.refusals >= ${MAX_READ_REFUSALS}`;

/** $1 tenant, $2 limit. */
const LIST = `
(SELECT 'write' AS kind, row.connection_id, row.platform, row.object_type, row.object_id, account.name,
  row.desired AS values, row.attempts, row.last_error, row.parked_at AS since
FROM outbox AS row LEFT JOIN account ON account.tenant_id = row.tenant_id AND account.id = row.account_id
WHERE row.tenant_id = $1 AND ${IS_PARKED} ORDER BY row.parked_at DESC, row.object_id LIMIT $2)
UNION ALL
(SELECT 'read', mark.connection_id, mark.platform, mark.object_type, mark.object_id, account.name,
  NULL, mark.refusals, mark.last_error, NULL
FROM record_mark AS mark
LEFT JOIN party_link AS link ON link.tenant_id = mark.tenant_id
  AND link.ref = mark.platform || ':' || mark.object_type || ':' || mark.object_id
LEFT JOIN account ON account.tenant_id = mark.tenant_id AND account.id = link.account_id
WHERE mark.tenant_id = $1 AND ${IS_GIVEN_UP} ORDER BY mark.object_type, mark.object_id LIMIT $2)
LIMIT $2`;

/** $1 tenant, $2 keys `{k, c, y, i}` or null for all. */
const isAsked = (
  alias: string,
  kind: DeadLetter["kind"],
): string => `${alias}.tenant_id = $1 AND ($2::json IS NULL
  OR EXISTS (SELECT 1 FROM json_to_recordset($2::json) AS asked (k text, c uuid, y text, i text)
    WHERE asked.k = '${kind}' AND asked.c = ${alias}.connection_id AND asked.y = ${alias}.object_type
      AND asked.i = ${alias}.object_id))`;

/** The failures so far are forgotten, but not that a write may have arrived whose answer was lost. */
const REPLAY_WRITES = `
UPDATE outbox AS row SET is_pending = true, parked_at = NULL, attempts = 1, next_at = to_timestamp(0),
  version = row.version + 1
WHERE ${isAsked("row", "write")} AND ${IS_PARKED} RETURNING row.connection_id`;
const REPLAY_READS = `
UPDATE record_mark AS mark SET refusals = 0, due_at = now()
WHERE ${isAsked("mark", "read")} AND ${IS_GIVEN_UP} RETURNING mark.connection_id`;
const DISCARD_WRITES = `
UPDATE outbox AS row SET parked_at = NULL WHERE ${isAsked("row", "write")} AND ${IS_PARKED} RETURNING 1`;
const DISCARD_READS = `
DELETE FROM record_mark AS mark WHERE ${isAsked("mark", "read")} AND ${IS_GIVEN_UP} RETURNING 1`;

/** $1 tenant, $2 connection, $3 claims `{y, i, v}`, $4 reason, $5 when to try again. */
const REFUSE = `
UPDATE record_mark AS mark SET claimed_by = NULL, claimed_at = NULL, version = mark.version + 1,
  refusals = mark.refusals + 1, last_error = $4,
  due_at = CASE WHEN mark.refusals + 1 >= ${MAX_READ_REFUSALS} THEN $5::timestamptz + interval '1 day'
    ELSE $5::timestamptz + make_interval(secs => 15 * power(2, mark.refusals)) END
FROM json_to_recordset($3::json) AS claim (y text, i text, v bigint)
WHERE mark.tenant_id = $1 AND mark.connection_id = $2 AND mark.object_type = claim.y AND mark.object_id = claim.i`;

const COUNTS = `
SELECT row.platform, 'write' AS kind, count(*)::int AS count FROM outbox AS row WHERE ${IS_PARKED} GROUP BY row.platform
UNION ALL
SELECT mark.platform, 'read', count(*)::int FROM record_mark AS mark
WHERE mark.refusals > 0 AND ${IS_GIVEN_UP} GROUP BY mark.platform`;

interface Row {
  kind: DeadLetter["kind"];
  connection_id: ConnectionId;
  platform: string;
  object_type: string;
  object_id: string;
  name: string | null;
  values: unknown;
  attempts: number;
  last_error: string | null;
  since: Date | null;
}

const toDeadLetter = (row: Row): DeadLetter => ({
  kind: row.kind,
  connectionId: row.connection_id,
  ref: recordRef.parse({ platform: row.platform, objectType: row.object_type, id: row.object_id }),
  accountName: row.name,
  values: z.record(z.string(), z.string()).nullable().parse(row.values),
  attempts: row.attempts,
  reason: row.last_error ?? "no reason was given",
  since: row.since,
});

const keysParameter = (keys: readonly DeadLetterKey[] | null): string | null =>
  keys &&
  jsonParameter(
    keys.map((key) => ({ k: key.kind, c: key.connectionId, y: key.objectType, i: key.objectId })),
  );

export function createDeadLetterStore(
  database: Database,
  lease: ProcessLease,
  wakeUps: WakeUps,
): DeadLetterStore {
  return {
    list: async (tenant, limit) => (await database.query<Row>(LIST, [tenant, limit])).map(toDeadLetter),
    replay: (tenant, keys) =>
      database.transaction(async (sql) => {
        const asked = [tenant, keysParameter(keys)];
        const writes = await sql.query<Pick<Row, "connection_id">>(REPLAY_WRITES, asked);
        const reads = await sql.query<Pick<Row, "connection_id">>(REPLAY_READS, asked);
        await wakeUps.send(sql, [...wakeUpsOf("write-back", writes), ...wakeUpsOf("refresh-records", reads)]);
        return writes.length + reads.length;
      }),
    discard: (tenant, keys) =>
      database.transaction(async (sql) => {
        const asked = [tenant, keysParameter(keys)];
        return (
          (await sql.query(DISCARD_WRITES, asked)).length + (await sql.query(DISCARD_READS, asked)).length
        );
      }),
    refuseRecords: async (tenant, connection, claims, { reason, retryAt }) => {
      const claimed = [tenant, connection, claimParameter(claims)];
      await lease.settling(() =>
        database.transaction(async (sql) => {
          await sql.query(LOCK_RECORDS, claimed);
          await sql.query(REFUSE, [...claimed, reason, retryAt]);
        }),
      );
    },
    counts: () => database.query<{ platform: Platform; kind: DeadLetter["kind"]; count: number }>(COUNTS),
  };
}

const wakeUpsOf = (
  name: "write-back" | "refresh-records",
  rows: readonly Pick<Row, "connection_id">[],
): WakeUp[] =>
  [...new Set(rows.map((row) => row.connection_id))].map((connectionId) => ({
    name,
    payload: { connectionId },
  }));

import { type ConnectionId, recordRef, type TenantId } from "@bellwether/shared";
import { z } from "zod";
import type { OutboxRow, OutboxStore, WriteBackLogEntry, WriteOutcome } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { isFree, type ProcessLease } from "./process-lease.ts";
import type { Database, Sql } from "./sql.ts";

const MAX_WAIT_S = 15 * 60;
/** What was written lately is kept for the admin; the platforms keep the rest. */
const LOG_DAYS = 30;

const values = z.record(z.string(), z.string());
interface ClaimRow {
  platform: string;
  object_type: string;
  object_id: string;
  desired: unknown;
  version: number;
  attempts: number;
}

const CLAIM = `
WITH due AS (
  SELECT row.tenant_id, row.connection_id, row.object_type, row.object_id
  FROM outbox AS row
  WHERE row.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1)
    AND row.connection_id = $1 AND row.object_type = $2 AND row.is_pending AND row.next_at <= $4
    AND ${isFree("row")}
  ORDER BY row.next_at, row.object_id LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE outbox AS row SET claimed_by = $5, claimed_at = now()
FROM due WHERE row.tenant_id = due.tenant_id AND row.connection_id = due.connection_id
  AND row.object_type = due.object_type AND row.object_id = due.object_id
RETURNING row.platform, row.object_type, row.object_id, row.desired, row.version, row.attempts`;

/** `o`: outcome, `v`: the version that was written, `w`: what was written. Wanted anew meanwhile = stays pending. */
const SETTLE = `
UPDATE outbox AS row SET
  claimed_by = NULL, claimed_at = NULL,
  confirmed = CASE WHEN done.o = 'confirmed' THEN done.w ELSE row.confirmed END,
  is_pending = CASE WHEN done.o = 'failed' THEN true ELSE row.version <> done.v END,
  attempts = CASE WHEN done.o = 'failed' THEN row.attempts + 1 ELSE 0 END,
  next_at = CASE WHEN done.o = 'failed'
    THEN $3::timestamptz + make_interval(secs => least(power(2, least(row.attempts + 1, 12)), ${MAX_WAIT_S}))
    ELSE $3::timestamptz END,
  last_error = done.r
FROM json_to_recordset($2::json) AS done (y text, i text, v bigint, o text, r text, w jsonb)
WHERE row.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1)
  AND row.connection_id = $1 AND row.object_type = done.y AND row.object_id = done.i
RETURNING row.tenant_id, row.account_id, row.object_type, row.object_id`;

const LOG = `
INSERT INTO write_log (tenant_id, at, platform, object_type, object_id, account_id, values, outcome, reason)
SELECT row.tenant_id, $3, row.platform, done.y, done.i, row.account_id, done.w, done.o, done.r
FROM json_to_recordset($2::json) AS done (y text, i text, v bigint, o text, r text, w jsonb)
JOIN outbox AS row ON row.tenant_id = (SELECT tenant_id FROM connection WHERE id = $1)
  AND row.connection_id = $1 AND row.object_type = done.y AND row.object_id = done.i`;

export function createOutboxStore(database: Database, lease: ProcessLease): OutboxStore {
  return {
    claim: async (connection, objectType, limit, now) => {
      const holder = await lease.holder();
      const rows = await database.query<ClaimRow>(CLAIM, [connection, objectType, limit, now, holder]);
      return rows.map(toOutboxRow);
    },
    settle: async (connection, settled, at) => {
      if (settled.length === 0) return;
      const done = jsonParameter(settled.map(toDone));
      await lease.settling(() =>
        database.transaction(async (sql) => {
          await sql.query(LOG, [connection, done, at]);
          await sql.query(SETTLE, [connection, done, at]);
          await trimLog(sql, connection, at);
        }),
      );
    },
    connectionsWithPending: async (now) => {
      const rows = await database.query<{ connection_id: ConnectionId }>(
        `SELECT DISTINCT row.connection_id FROM outbox AS row
         JOIN connection ON connection.id = row.connection_id AND connection.status = 'active'
         WHERE row.is_pending AND row.next_at <= $1 AND ${isFree("row")}`,
        [now],
      );
      return rows.map((row) => row.connection_id);
    },
    recent: (tenant, limit) => recent(database, tenant, limit),
  };
}

const toOutboxRow = (row: ClaimRow): OutboxRow => ({
  ref: recordRef.parse({ platform: row.platform, objectType: row.object_type, id: row.object_id }),
  values: values.parse(row.desired),
  version: row.version,
  attempts: row.attempts,
});

const toDone = ({ row, outcome }: { row: OutboxRow; outcome: WriteOutcome }): object => ({
  y: row.ref.objectType,
  i: row.ref.id,
  v: row.version,
  o: outcome.kind,
  r: outcome.kind === "confirmed" ? null : outcome.reason,
  w: row.values,
});

const trimLog = (sql: Sql, connection: ConnectionId, at: Date): Promise<unknown> =>
  sql.query(
    `DELETE FROM write_log WHERE (tenant_id, id) IN (
       SELECT tenant_id, id FROM write_log
       WHERE tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) ORDER BY id LIMIT 1000)
     AND at < $2::timestamptz - interval '${LOG_DAYS} days'`,
    [connection, at],
  );

interface LogRow {
  at: Date;
  platform: string;
  object_type: string;
  object_id: string;
  name: string | null;
  values: unknown;
  outcome: WriteBackLogEntry["outcome"];
  reason: string | null;
}

async function recent(database: Database, tenant: TenantId, limit: number): Promise<WriteBackLogEntry[]> {
  const rows = await database.query<LogRow>(
    `SELECT log.at, log.platform, log.object_type, log.object_id, account.name, log.values, log.outcome, log.reason
     FROM write_log AS log
     LEFT JOIN account ON account.tenant_id = log.tenant_id AND account.id = log.account_id
     WHERE log.tenant_id = $1 ORDER BY log.id DESC LIMIT $2`,
    [tenant, limit],
  );
  return rows.map((row) => ({
    at: row.at,
    ref: recordRef.parse({ platform: row.platform, objectType: row.object_type, id: row.object_id }),
    accountName: row.name,
    values: values.parse(row.values),
    outcome: row.outcome,
    reason: row.reason,
  }));
}

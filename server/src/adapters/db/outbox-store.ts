import { type ConnectionId, recordRef, type TenantId } from "@bellwether/shared";
import { z } from "zod";
import type { OutboxRow, OutboxStore, WriteBackLogEntry, WriteOutcome } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import { byTypeAndId } from "./lock-in-order.ts";
import { CLAIM, FORGET_DRIFT, LOCK, MORE_COMING, REWRITE, SETTLE } from "./outbox-sql.ts";
import { isFree, type ProcessLease } from "./process-lease.ts";
import type { Database, Sql } from "./sql.ts";

/** What was written lately is kept for the admin; the platforms keep the rest. */
const LOG_DAYS = 30;
/**
 * After so many settlings of a connection, the first among them, a process takes entries away that are too old: twice as
 * many as full calls add meanwhile, so that the log cannot outgrow it.
 */
const TRIM_EVERY = 50;
const TRIM_ROWS = TRIM_EVERY * 100 * 2;

const values = z.record(z.string(), z.string());
interface ClaimRow {
  platform: string;
  object_type: string;
  object_id: string;
  desired: unknown;
  version: number;
  attempts: number;
  event_at: Date | null;
}

export function createOutboxStore(database: Database, lease: ProcessLease): OutboxStore {
  const settlings = new Map<ConnectionId, number>();
  const isTrimDue = (connection: ConnectionId): boolean => {
    const before = settlings.get(connection) ?? 0;
    settlings.set(connection, before + 1);
    return before % TRIM_EVERY === 0;
  };
  return {
    claim: async (connection, objectType, limit, now, least = 1) => {
      const values = [connection, objectType, limit, now, await lease.holder(), least];
      return (await database.query<ClaimRow>(CLAIM, values)).map(toOutboxRow);
    },
    isMoreComing: async (connection) => {
      const [row] = await database.query<{ isMoreComing: boolean }>(MORE_COMING, [connection]);
      return row?.isMoreComing ?? false;
    },
    settle: async (connection, settled, at) => {
      if (settled.length === 0) return;
      const done = settled.map(toDone).sort(byTypeAndId);
      const keys = jsonParameter(done.map(({ y, i }) => ({ y, i })));
      const rows = jsonParameter(done);
      await lease.settling(() =>
        database.transaction(async (sql) => {
          await sql.query(LOCK, [connection, keys]);
          await sql.query(SETTLE, [connection, rows, at]);
          if (isTrimDue(connection)) await trimLog(sql, connection, at);
        }),
      );
    },
    rewrite: async (connection, keys) => {
      if (keys.length === 0) return;
      await database.transaction(async (sql) => {
        await sql.query(REWRITE, [connection, [...keys]]);
        await sql.query(FORGET_DRIFT, [connection, [...keys]]);
      });
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
  ...(row.event_at && { eventAt: row.event_at }),
});

const toDone = ({ row, outcome }: { row: OutboxRow; outcome: WriteOutcome }) => ({
  y: row.ref.objectType,
  i: row.ref.id,
  v: row.version,
  o: outcome.kind,
  r: outcome.kind === "confirmed" ? null : outcome.reason,
  w: row.values,
  ...(outcome.kind === "deferred" && { t: outcome.retryAt }),
});

const trimLog = (sql: Sql, connection: ConnectionId, at: Date): Promise<unknown> =>
  sql.query(
    `DELETE FROM write_log WHERE (tenant_id, id) IN (
       SELECT tenant_id, id FROM write_log
       WHERE tenant_id = (SELECT tenant_id FROM connection WHERE id = $1) ORDER BY id LIMIT $3)
     AND at < $2::timestamptz - interval '${LOG_DAYS} days'`,
    [connection, at, TRIM_ROWS],
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

import {
  type AccountId,
  type ConnectionId,
  type ObjectType,
  refKey,
  type SourceRecord,
  type TenantId,
} from "@bellwether/shared";
import type { BackfillProgress, ClaimedRecord, Clock, LedgerStore } from "../../services/ports.ts";
import { COUNT_KNOWN, MARK_KNOWN, MARK_RECORDS } from "./event-sql.ts";
import { jsonParameter } from "./json-parameter.ts";
import { claimParameter, commitLedger, StoredElsewhere } from "./ledger-commit.ts";
import {
  ACCOUNT_OF,
  CLAIM_RECORDS,
  CONNECTIONS_WITH_MARKS,
  KNOWN_RECORDS,
  LOCK_RECORDS,
  RELEASE_RECORDS,
  WAITING_RECORDS,
} from "./ledger-sql.ts";
import type { ProcessLease } from "./process-lease.ts";
import { refOf } from "./record-key.ts";
import type { Database } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

interface LedgerDeps {
  lease: ProcessLease;
  wakeUps: WakeUps;
  clock: Clock;
}

export function createLedgerStore(database: Database, { lease, wakeUps, clock }: LedgerDeps): LedgerStore {
  return {
    claimRecords: async (connection, limit, least = 1) => {
      const holder = await lease.holder();
      const rows = await database.query<MarkRow>(CLAIM_RECORDS, [connection, limit, holder, least]);
      return rows.map(toClaim);
    },
    waitingRecords: async (connection, limit) => {
      const [row] = await database.query<{ records: number; oldestMs: number }>(WAITING_RECORDS, [
        connection,
        limit,
      ]);
      return row ?? { records: 0, oldestMs: 0 };
    },
    releaseRecords: (tenant, connectionId, claims, retryAt) =>
      lease.settling(() =>
        database.transaction(async (sql) => {
          const claimed = [tenant, connectionId, claimParameter(claims)];
          await sql.query(LOCK_RECORDS, claimed);
          await sql.query(RELEASE_RECORDS, [...claimed, retryAt]);
          // what is due at once comes back with the job that failed; more wake-ups would only make it run hot
          if (retryAt > clock.now())
            await wakeUps.send(sql, [{ name: "refresh-records", payload: { connectionId }, at: retryAt }]);
        }),
      ),
    knownRecords: async (tenant, refs) => {
      const rows = await database.query<{ ref: string; record: SourceRecord }>(KNOWN_RECORDS, [
        tenant,
        [...new Set(refs.map(refKey))],
      ]);
      return new Map(rows.map((row) => [row.ref, row.record]));
    },
    commit: (change) =>
      lease.settling(() =>
        database
          .transaction((sql) => commitLedger(sql, wakeUps, change))
          .catch((error: unknown) => {
            if (error instanceof StoredElsewhere) return null;
            throw error;
          }),
      ),
    markRecords: async (tenant, connectionId, refs) => {
      if (refs.length === 0) return;
      const keyed = new Map(refs.map((ref) => [refKey(ref), ref]));
      const marks = [...keyed]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, ref]) => ({ t: tenant, c: connectionId, f: ref.platform, y: ref.objectType, i: ref.id }));
      await database.transaction(async (sql) => {
        await sql.query(MARK_RECORDS, [jsonParameter(marks)]);
        await wakeUps.send(sql, [{ name: "refresh-records", payload: { connectionId } }]);
      });
    },
    markKnown: (tenant, connectionId, objectType, changedSince) =>
      database.transaction(async (sql) => {
        const parameters = [tenant, connectionId, objectType, changedSince];
        const [row] = await sql.query<{ count: number }>(COUNT_KNOWN, parameters);
        if (row === undefined || row.count === 0) return 0;
        await sql.query(MARK_KNOWN, parameters);
        await wakeUps.send(sql, [{ name: "refresh-records", payload: { connectionId } }]);
        return row.count;
      }),
    progress: (connection) => progress(database, connection),
    connectionsWithMarks: async () =>
      (await database.query<{ id: ConnectionId }>(CONNECTIONS_WITH_MARKS)).map((row) => row.id),
    accountOf: async (tenant: TenantId, ref) => {
      const [row] = await database.query<{ account_id: AccountId }>(ACCOUNT_OF, [tenant, refKey(ref)]);
      return row?.account_id ?? null;
    },
  };
}

interface MarkRow {
  platform: string;
  object_type: string;
  object_id: string;
  version: number;
}

const toClaim = (row: MarkRow): ClaimedRecord => ({
  ref: refOf(`${row.platform}:${row.object_type}:${row.object_id}`),
  version: row.version,
});

async function progress(database: Database, connectionId: ConnectionId): Promise<BackfillProgress[]> {
  const rows = await database.orm((prisma) =>
    prisma.backfillProgress.findMany({ where: { connectionId }, orderBy: { startedAt: "asc" } }),
  );
  return rows.map(({ tenantId: _, ...row }) => ({
    ...row,
    connectionId,
    objectType: row.objectType as ObjectType, // written by `commit` and by nothing else
  }));
}

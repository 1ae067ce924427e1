import { refKey } from "@bellwether/shared";
import type { FateStore, StoredBody, Succession } from "../../services/ports.ts";
import { carryOutSuccessions } from "./carry-out-successions.ts";
import {
  BODIES_NAMING,
  EMPTY_REJECTED,
  ERASED,
  KNOWN_CHILDREN,
  OPEN_SUCCESSIONS,
  REMOVED_AT,
  REPLACE_BODY,
  SETTLE_FATES,
} from "./fate-sql.ts";
import { DROP_CARDS } from "./ready-card-sql.ts";
import { refOf } from "./record-key.ts";
import type { Database } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createFateStore(database: Database, wakeUps: WakeUps): FateStore {
  return {
    erased: async (tenant, refs) => {
      if (refs.length === 0) return new Set();
      const rows = await database.query<{ ref: string }>(ERASED, [tenant, refs.map(refKey)]);
      return new Set(rows.map((row) => row.ref));
    },
    removedAt: async (tenant, refs) => {
      if (refs.length === 0) return new Map();
      const rows = await database.query<{ ref: string; removed_at: Date }>(REMOVED_AT, [
        tenant,
        refs.map(refKey),
      ]);
      return new Map(rows.map((row) => [row.ref, row.removed_at]));
    },
    childrenOf: async (tenant, refs) => {
      if (refs.length === 0) return [];
      const rows = await database.query<{ ref: string }>(KNOWN_CHILDREN, [tenant, refs.map(refKey)]);
      return rows.map((row) => refOf(row.ref));
    },
    openSuccessions: async (tenant, connection, limit) => {
      const rows = await database.query<{ kind: Succession["kind"]; ref: string; into_ref: string }>(
        OPEN_SUCCESSIONS,
        [tenant, connection, limit],
      );
      return rows.map(({ kind, ref, into_ref }) => ({ kind, ref: refOf(ref), into: refOf(into_ref) }));
    },
    carryOut: (tenant, successions) =>
      database.transaction((sql) => carryOutSuccessions(sql, wakeUps, tenant, successions)),
    bodiesNaming: async (tenant, connection, ids, after, limit) => {
      const rows = await database.query<{ deliveryId: string; body: Uint8Array }>(BODIES_NAMING, [
        tenant,
        connection,
        ids,
        after,
        limit,
      ]);
      return rows.map((row): StoredBody => ({ ...row, body: Buffer.from(row.body) }));
    },
    replaceBodies: (tenant, bodies) =>
      database.transaction(async (sql) => {
        for (const { deliveryId, body } of bodies) await sql.query(REPLACE_BODY, [tenant, deliveryId, body]);
      }),
    emptyRejected: async (tenant, ids, addresses) => {
      const lower = addresses.map((address) => address.toLowerCase());
      return (await database.query(EMPTY_REJECTED, [tenant, ids, lower])).length;
    },
    settle: async (tenant, fates, at) => {
      for (const [kind, settled] of Map.groupBy(fates, (fate) => fate.kind)) {
        const refs = settled.map(({ ref }) => refKey(ref));
        // whichever of them the content stood in
        if (kind === "erased") await database.query(DROP_CARDS, [tenant]);
        await database.query(SETTLE_FATES, [tenant, kind, refs, at]);
      }
    },
  };
}

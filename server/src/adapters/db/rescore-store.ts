import type { AccountId, Holding, TenantId } from "@bellwether/shared";
import type { RescoreRange, RescoreStore } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { ProcessLease } from "./process-lease.ts";
import {
  CLAIM_RANGE,
  CUT_RANGES,
  DROP_OTHER_DAYS,
  HOLD_RANGE,
  LOCK_DAY,
  LOOK_AT_PAGE,
  RELEASE_RANGE,
  SETTLE_PAGE,
  TENANTS_TO_RESCORE,
} from "./rescore-sql.ts";
import type { Database, Sql } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createRescoreStore(database: Database, lease: ProcessLease, wakeUps: WakeUps): RescoreStore {
  return {
    begin: (tenant, day, size) =>
      database.transaction(async (sql) => {
        await sql.query(LOCK_DAY, [`rescoring of ${tenant}`]);
        await sql.query(DROP_OTHER_DAYS, [tenant, day]);
        await sql.query(CUT_RANGES, [tenant, day, size]);
      }),
    claim: async (tenant) => {
      const holder = await lease.holder();
      const [found] = await database.query<Omit<RescoreRange, "tenantId" | "holder">>(CLAIM_RANGE, [
        tenant,
        holder,
      ]);
      return found === undefined ? null : { tenantId: tenant, ...found, holder };
    },
    look: (range, limit, { now, holdings }) =>
      lease.settling(() =>
        database.transaction(async (sql) => {
          const held = await sql.query(HOLD_RANGE, [...keyOf(range), range.holder]);
          if (held.length === 0) return null;
          const { looked, last, due } = await lookAtPage(sql, range, limit, now, holdings);
          const isLast = looked < limit;
          await sql.query(SETTLE_PAGE, [...keyOf(range), last, isLast]);
          if (due > 0)
            await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId: range.tenantId } }]);
          return isLast ? null : { ...range, after: last };
        }),
      ),
    release: async (range) => {
      await lease.settling(() => database.query(RELEASE_RANGE, [...keyOf(range), range.holder]));
    },
    unfinished: async () =>
      (await database.query<{ tenant_id: TenantId }>(TENANTS_TO_RESCORE)).map((row) => row.tenant_id),
  };
}

interface Looked {
  looked: number;
  last: AccountId | null;
  due: number;
}

async function lookAtPage(
  sql: Sql,
  { tenantId, after, upTo }: RescoreRange,
  limit: number,
  now: Date,
  holdings: readonly Holding[],
): Promise<Looked> {
  const given = holdings.map(({ under: u, kind: k, stale: s, staleBefore: b, movedFrom: m }) => ({
    u,
    k,
    s,
    b,
    m,
  }));
  const values = [tenantId, after ?? FIRST, upTo ?? LAST, limit, now, now.getTime(), jsonParameter(given)];
  const [row] = await sql.query<Looked>(LOOK_AT_PAGE, values);
  if (row === undefined) throw new Error("a count answers one row");
  return row;
}

const FIRST = "00000000-0000-0000-0000-000000000000";
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const keyOf = ({ tenantId, day, number }: RescoreRange): [TenantId, string, number] => [
  tenantId,
  day,
  number,
];

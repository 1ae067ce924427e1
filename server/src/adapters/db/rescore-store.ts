import type { AccountId, Outlook, TenantId } from "@bellwether/shared";
import type { RescoreRange, RescoreStore } from "../../services/ports.ts";
import type { ProcessLease } from "./process-lease.ts";
import {
  ADD_MISSING,
  CLAIM_RANGE,
  CUT_RANGES,
  DROP_MERGED,
  DROP_OTHER_DAYS,
  LOCK_DAY,
  MARK_DUE,
  RELEASE_RANGE,
  RESCORE_PAGE,
  SETTLE_PAGE,
  TENANTS_TO_RESCORE,
} from "./rescore-sql.ts";
import type { Database } from "./sql.ts";
import type { WakeUps } from "./wake-ups.ts";

export function createRescoreStore(database: Database, lease: ProcessLease, wakeUps: WakeUps): RescoreStore {
  return {
    begin: (tenant, day, size) =>
      database.transaction(async (sql) => {
        await sql.query(LOCK_DAY, [`rescoring of ${tenant}`]);
        await sql.query(DROP_OTHER_DAYS, [tenant, day]);
        await sql.query(DROP_MERGED, [tenant]);
        await sql.query(ADD_MISSING, [tenant]);
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
    page: async (range, limit, now) => {
      const rows = await database.query<{ accounts: string }>(RESCORE_PAGE, [
        range.tenantId,
        range.after ?? FIRST,
        range.upTo ?? LAST,
        limit,
        now,
      ]);
      // written by this store from rows of its own
      const accounts = rows.flatMap((row): [AccountId, Outlook | null][] => JSON.parse(row.accounts));
      return { accounts, isLast: accounts.length < limit };
    },
    settle: (range, { accounts, isLast }, due) =>
      lease.settling(() =>
        database.transaction(async (sql) => {
          const last = accounts.at(-1)?.[0] ?? null;
          const settled = await sql.query(SETTLE_PAGE, [...keyOf(range), range.holder, last, isLast]);
          if (settled.length === 0) return null;
          if (due.length > 0) {
            await sql.query(MARK_DUE, [range.tenantId, [...due]]);
            await wakeUps.send(sql, [{ name: "score-accounts", payload: { tenantId: range.tenantId } }]);
          }
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

const FIRST = "00000000-0000-0000-0000-000000000000";
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

const keyOf = ({ tenantId, day, number }: RescoreRange): [TenantId, string, number] => [
  tenantId,
  day,
  number,
];

import {
  type ConnectionId,
  DAY_MS,
  type GroupGauges,
  gaugeObservations,
  type RecordRef,
  refKey,
  type SourceRecord,
  type TenantId,
  USAGE_WINDOW_DAYS,
} from "@bellwether/shared";
import { jsonParameter } from "./json-parameter.ts";
import { commitLedger } from "./ledger-commit.ts";
import type { Database } from "./sql.ts";
import { CLAIM_DUE_GROUPS, GAUGES_OF, SAVE_GAUGES } from "./usage-gauge-sql.ts";
import type { WakeUps } from "./wake-ups.ts";

const MAX_GROUPS = 100;

interface DueGroup {
  id: string;
  name: string | null;
  domains: string[];
  external_id: string | null;
  seen_at: Date;
  gauges: GroupGauges | null;
  day: string | null;
  rounds: number;
  is_new: boolean;
}

export const groupRef = (id: string): RecordRef => ({ platform: "segment", objectType: "group", id });

/** See `UsageStore.tellGauges`. What the ledger is told and the note that it was told are one transaction. */
export const tellGauges = (
  database: Database,
  wakeUps: WakeUps,
  { tenant, now, rests }: { tenant: TenantId; now: Date; rests: (rounds: number) => number },
): Promise<number> =>
  database.transaction(async (sql) => {
    const groups = await sql.query<DueGroup>(CLAIM_DUE_GROUPS, [tenant, now, MAX_GROUPS]);
    if (groups.length === 0) return 0;
    const day = dayOf(now);
    const firstOutside = dayOf(new Date(now.getTime() - USAGE_WINDOW_DAYS * DAY_MS));
    const ids = groups.map((group) => group.id);
    const rows = await sql.query<GroupGauges & { id: string }>(GAUGES_OF, [tenant, ids, firstOutside, day]);
    const gauges = new Map(rows.map((row) => [row.id, gaugesOf(row)]));
    const told = groups.flatMap((group) => {
      const counted = gauges.get(group.id);
      const rounds = group.day === day ? group.rounds + 1 : 1;
      return counted === undefined ? [] : [{ group, counted, rounds }];
    });
    await commitLedger(sql, wakeUps, {
      tenantId: tenant,
      // usage groups are of no connection; the tenant's id stands where one would
      connectionId: tenant as string as ConnectionId,
      records: groups.filter((group) => group.is_new).map((group) => recordOf(group, now)),
      removed: [],
      observations: told.flatMap(({ group, counted }) =>
        gaugeObservations(refKey(groupRef(group.id)), group.gauges, counted, now.toISOString()),
      ),
      claims: [],
      progress: null,
    });
    await sql.query(SAVE_GAUGES, [
      tenant,
      jsonParameter(
        told.map(({ group, counted, rounds }) => ({
          g: group.id,
          j: counted,
          n: rounds,
          r: new Date(now.getTime() + rests(rounds)),
        })),
      ),
      day,
    ]);
    return groups.length;
  });

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const gaugesOf = (row: GroupGauges): GroupGauges => ({
  activeUsers: row.activeUsers,
  activeDays: row.activeDays,
  logins: row.logins,
  featuresActivated: row.featuresActivated,
});

/** Without traits the id that the product gave the group may be the one that the CRM knows, too. */
const recordOf = (group: DueGroup, now: Date): SourceRecord => ({
  ref: groupRef(group.id),
  createdAt: group.seen_at.toISOString(),
  updatedAt: now.toISOString(),
  links: [],
  fields: {
    kind: "group",
    name: group.name,
    domains: group.domains,
    externalId: group.external_id ?? group.id,
  },
});

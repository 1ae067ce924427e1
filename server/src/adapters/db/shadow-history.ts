import type { DayStanding, ShadowHistory } from "../../services/ports.ts";
import type { Database } from "./sql.ts";

/** $1 tenant, $2 accounts, $3 since. A snapshot is stored where the result changed, and says how it stood from then on. */
const ACTIVE_DAYS = `
SELECT DISTINCT ON (account_id, (at AT TIME ZONE 'UTC')::date)
  account_id AS "accountId", at, band, is_at_risk AS "isAtRisk"
FROM health_snapshot AS past
WHERE tenant_id = $1 AND account_id = ANY($2::uuid[]) AND voided_by IS NULL AND at >= coalesce(
  (SELECT max(before.at) FROM health_snapshot AS before
   WHERE before.tenant_id = $1 AND before.account_id = past.account_id AND before.at <= $3
     AND before.voided_by IS NULL), $3)
ORDER BY account_id, (at AT TIME ZONE 'UTC')::date, at DESC`;

/** $1 tenant, $2 version, $3 accounts, $4 since. */
const SHADOW_DAYS = `
SELECT account_id AS "accountId", at, band, is_at_risk AS "isAtRisk" FROM shadow_score
WHERE tenant_id = $1 AND version = $2 AND account_id = ANY($3::uuid[]) AND at >= $4
ORDER BY account_id, day`;

export const createShadowHistory = (database: Database): ShadowHistory => ({
  days: async (tenant, version, accounts, since) => ({
    active: await database.query<DayStanding>(ACTIVE_DAYS, [tenant, [...accounts], since]),
    shadow: await database.query<DayStanding>(SHADOW_DAYS, [tenant, version, [...accounts], since]),
  }),
});

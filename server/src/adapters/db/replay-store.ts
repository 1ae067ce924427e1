import type { Observation } from "@bellwether/shared";
import type { ReplayStore } from "../../services/ports.ts";
import { OBSERVATIONS_UP_TO } from "./score-inputs-sql.ts";
import type { Database } from "./sql.ts";
import { type InputColumns, inputsIn, knownResultIn, type ResultColumns } from "./stored-result.ts";

/**
 * $1 tenant, $2 account, $3 at. A result that changed is a snapshot; one that was only calculated again is nothing
 * but current. Of two of one moment the current one is what was shown.
 */
const NEWEST_CALCULATION = `
SELECT at, packed, packed_inputs, result, inputs, is_reconstructed FROM (
  (SELECT at, packed, packed_inputs, result, inputs, is_reconstructed, false AS is_current FROM health_snapshot
   WHERE tenant_id = $1 AND account_id = $2 AND at <= $3 ORDER BY at DESC LIMIT 1)
  UNION ALL
  SELECT scored_at, packed, packed_inputs, result, inputs, false, true FROM health_current
  WHERE tenant_id = $1 AND account_id = $2 AND scored_at <= $3
) AS calculation ORDER BY at DESC, is_current DESC LIMIT 1`;

const FIRST_CALCULATION = `
SELECT min(at) AS at FROM (
  SELECT at FROM health_snapshot WHERE tenant_id = $1 AND account_id = $2
  UNION ALL
  SELECT scored_at FROM health_current WHERE tenant_id = $1 AND account_id = $2
) AS calculation`;

const ACCOUNT = `
SELECT account.name, account.created_at, array(
  SELECT link.ref FROM party_link AS link
  WHERE link.tenant_id = account.tenant_id AND link.account_id = account.id) AS subjects
FROM account WHERE account.tenant_id = $1 AND account.id = $2`;

interface CalculationRow extends ResultColumns, InputColumns {
  at: Date;
  is_reconstructed: boolean;
}

export const createReplayStore = (database: Database): ReplayStore => ({
  calculation: async (tenant, account, at) => {
    const [row] = await database.query<CalculationRow>(NEWEST_CALCULATION, [tenant, account, at]);
    if (row === undefined) return null;
    return {
      calculatedAt: row.at,
      result: knownResultIn(row),
      inputs: inputsIn(row),
      isReconstructed: row.is_reconstructed,
    };
  },
  firstCalculatedAt: async (tenant, account) => {
    const [row] = await database.query<{ at: Date | null }>(FIRST_CALCULATION, [tenant, account]);
    return row?.at ?? null;
  },
  account: async (tenant, account) => {
    const [row] = await database.query<{ name: string; created_at: Date; subjects: string[] }>(ACCOUNT, [
      tenant,
      account,
    ]);
    return row ? { name: row.name, createdAt: row.created_at, subjects: row.subjects.toSorted() } : null;
  },
  observations: (tenant, subjects, position) =>
    database.query<Observation>(OBSERVATIONS_UP_TO, [tenant, [...subjects], position]),
});

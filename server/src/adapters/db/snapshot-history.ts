import { type HealthResult, LATER_FROM_DAYS, LATER_TO_DAYS, type Waypoint } from "@bellwether/shared";
import type { SnapshotHistory } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database } from "./sql.ts";
import { knownResultIn, type ResultColumns } from "./stored-result.ts";

/** More steps than these nobody can tell apart; some years of daily changes. */
const MOST = 2_000;

/** $1 tenant, $2 account, $3 after, $4 until. */
const BETWEEN = `
SELECT at, packed, result FROM (
  SELECT at, packed, result FROM health_snapshot
  WHERE tenant_id = $1 AND account_id = $2 AND at > $3 AND at <= $4 AND voided_by IS NULL
  ORDER BY at DESC LIMIT ${MOST}) AS newest
ORDER BY at`;

/** What stood at an instant. */
const standing = (at: string): string => `
  SELECT past.calculated_score AS score FROM health_snapshot AS past
  WHERE past.tenant_id = $1::uuid AND past.account_id = moment.a AND past.at <= ${at}
    AND past.voided_by IS NULL
  ORDER BY past.at DESC LIMIT 1`;

/** $1 tenant, $2 moments `{i, a, t}`: id, account, time. */
const AROUND = `
SELECT moment.i AS id, (${standing("moment.t")}) AS score_then,
  (SELECT avg(later.score) FROM generate_series(${LATER_FROM_DAYS}, ${LATER_TO_DAYS}, 10) AS day
   CROSS JOIN LATERAL (${standing("moment.t + make_interval(days => day)")}) AS later) AS score_later
FROM json_to_recordset($2::json) AS moment (i text, a uuid, t timestamptz)`;

/** `null` = there was no score. */
const pointsOf = ({ calculatedScore, contributions }: HealthResult): Waypoint["points"] =>
  calculatedScore === null ? null : new Map(contributions.map(({ measure, points }) => [measure, points]));

interface AroundRow {
  id: string;
  score_then: number | null;
  score_later: number | null;
}

export const createSnapshotHistory = (database: Database): SnapshotHistory => ({
  between: async (tenant, account, after, until) => {
    const values = [tenant, account, after, until];
    const rows = await database.query<ResultColumns & { at: Date }>(BETWEEN, values);
    return rows.map((row): Waypoint => ({ at: row.at.toISOString(), points: pointsOf(knownResultIn(row)) }));
  },
  around: async (tenant, moments) => {
    const given = jsonParameter(moments.map(({ id, accountId, at }) => ({ i: id, a: accountId, t: at })));
    const rows = await database.query<AroundRow>(AROUND, [tenant, given]);
    return new Map(rows.map((row) => [row.id, { scoreThen: row.score_then, scoreLater: row.score_later }]));
  },
});

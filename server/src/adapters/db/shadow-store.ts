import type { ShadowScore, ShadowStore } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database } from "./sql.ts";

const COLUMNS = `account_id AS "accountId", version, at, health_score AS "healthScore", band, is_at_risk AS "isAtRisk", memory`;

/** $1 tenant, $2 version, $3 accounts. */
const LATEST = `
SELECT DISTINCT ON (account_id) ${COLUMNS} FROM shadow_score
WHERE tenant_id = $1 AND version = $2 AND account_id = ANY($3::uuid[]) ORDER BY account_id, day DESC`;

/** $1 tenant, $2 version, $3 the last account of the page before, $4 limit. */
const PAGE = `
SELECT DISTINCT ON (account_id) ${COLUMNS} FROM shadow_score
WHERE tenant_id = $1 AND version = $2 AND ($3::uuid IS NULL OR account_id > $3::uuid)
ORDER BY account_id, day DESC LIMIT $4`;

/**
 * $1 tenant, $2 scores `{a, v, at, s, b, r, m}`: account, version, time, score, band, at risk, memory. Of two scores of
 * a day the later one stays, in whatever order they come.
 */
const SAVE = `
INSERT INTO shadow_score AS known (tenant_id, version, account_id, day, at, health_score, band, is_at_risk, memory)
SELECT DISTINCT ON (v, a, day) $1::uuid, v, a, (at AT TIME ZONE 'UTC')::date AS day, at, s, b, r, m
FROM json_to_recordset($2::json)
  AS score (a uuid, v text, at timestamptz, s double precision, b text, r boolean, m json)
ORDER BY v, a, day, at DESC
ON CONFLICT (tenant_id, version, account_id, day) DO UPDATE SET
  at = excluded.at, health_score = excluded.health_score, band = excluded.band,
  is_at_risk = excluded.is_at_risk, memory = excluded.memory
WHERE known.at <= excluded.at`;

/**
 * $1 tenant, $2 accounts touched by actions on matches that are undone `{x, a}`: action, account. Shadow scores from
 * between are those of a company that there never was. Nothing stands on them but the comparison, so they go.
 */
export const FORGET_SHADOWS = `
DELETE FROM shadow_score AS past USING json_to_recordset($2::json) AS touched (x uuid, a uuid)
JOIN match_action AS original ON original.tenant_id = $1::uuid AND original.id = touched.x
WHERE past.tenant_id = $1::uuid AND past.account_id = touched.a AND past.at >= original.at`;

export const createShadowStore = (database: Database): ShadowStore => ({
  latest: async (tenant, version, accounts) => {
    const rows = await database.query<ShadowScore>(LATEST, [tenant, version, [...accounts]]);
    return new Map(rows.map((row) => [row.accountId, row]));
  },
  save: async (tenant, scores) => {
    if (scores.length === 0) return;
    await database.query(SAVE, [tenant, jsonParameter(scores.map(toRow))]);
  },
  list: (tenant, version, { after, limit }) =>
    database.query<ShadowScore>(PAGE, [tenant, version, after, limit]),
});

const toRow = (score: ShadowScore): object => ({
  a: score.accountId,
  v: score.version,
  at: score.at,
  s: score.healthScore,
  b: score.band,
  r: score.isAtRisk,
  m: score.memory,
});

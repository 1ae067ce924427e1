import type { ScoreStore, StoredHealth } from "../../services/ports.ts";
import type { Database } from "./sql.ts";
import { knownResultIn, type ResultColumns } from "./stored-result.ts";

interface SnapshotRow extends ResultColumns {
  is_reconstructed: boolean;
}

const toStored = (row: SnapshotRow): StoredHealth => ({
  result: knownResultIn(row),
  isReconstructed: row.is_reconstructed,
});

/** The reading half of the score store. */
export const readHistory = (database: Database): Pick<ScoreStore, "latest" | "trend" | "history" | "at"> => ({
  latest: async (tenant, account) => {
    const [row] = await database.query<ResultColumns>(
      "SELECT packed, result FROM health_current WHERE tenant_id = $1 AND account_id = $2",
      [tenant, account],
    );
    return row ? toStored({ ...row, is_reconstructed: false }) : null;
  },
  trend: async (tenant, account, since) => {
    const rows = await database.query<{ at: Date; health_score: number | null; is_reconstructed: boolean }>(
      `SELECT DISTINCT ON ((at AT TIME ZONE 'UTC')::date) at, health_score, is_reconstructed FROM health_snapshot
       WHERE tenant_id = $1 AND account_id = $2 AND at >= $3 AND voided_by IS NULL
       ORDER BY (at AT TIME ZONE 'UTC')::date, at DESC`,
      [tenant, account, since],
    );
    return rows.map((row) => ({
      at: row.at,
      healthScore: row.health_score,
      isReconstructed: row.is_reconstructed,
    }));
  },
  history: async (tenant, account, since) => {
    const rows = await database.query<SnapshotRow>(
      `SELECT packed, result, is_reconstructed FROM (
         SELECT DISTINCT ON ((at AT TIME ZONE 'UTC')::date) at, packed, result, is_reconstructed
         FROM health_snapshot
         WHERE tenant_id = $1 AND account_id = $2 AND at >= $3 AND lost_at IS NULL AND voided_by IS NULL
         ORDER BY (at AT TIME ZONE 'UTC')::date, at DESC) AS daily
       ORDER BY at`,
      [tenant, account, since],
    );
    return rows.map(toStored);
  },
  at: async (tenant, account, at) => {
    const [row] = await database.query<SnapshotRow>(
      `SELECT packed, result, is_reconstructed FROM health_snapshot
       WHERE tenant_id = $1 AND account_id = $2 AND at <= $3 AND voided_by IS NULL
       ORDER BY at DESC LIMIT 1`,
      [tenant, account, at],
    );
    return row ? toStored(row) : null;
  },
});

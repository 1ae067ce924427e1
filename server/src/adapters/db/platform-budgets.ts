import type { ConnectionId } from "@bellwether/shared";
import type { PlatformBudgets } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database } from "./sql.ts";

const NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::float8";

/** Takes the row's lock, making the row where there is none. $1 tenant, $2 connection, $3 name. */
const LOCK = `
INSERT INTO platform_budget (tenant_id, connection_id, name, changed_at) VALUES ($1, $2, $3, clock_timestamp())
ON CONFLICT (tenant_id, connection_id, name) DO UPDATE SET changed_at = excluded.changed_at
RETURNING state, ${NOW_MS} AS now_ms`;
const STORE = `
UPDATE platform_budget SET state = $4::json WHERE tenant_id = $1 AND connection_id = $2 AND name = $3`;
/** $1 name, $2 tenant, $3 connection, both null for all. */
const STATES = `
SELECT connection_id, state FROM platform_budget
WHERE name = $1 AND ($2::uuid IS NULL OR (tenant_id = $2 AND connection_id = $3))`;

export const createPlatformBudgets = (database: Database): PlatformBudgets => ({
  change: ({ tenantId, id }, name, update) =>
    database.transaction(async (sql) => {
      const [row] = await sql.query<{ state: unknown; now_ms: number }>(LOCK, [tenantId, id, name], {
        isPrepared: true,
      });
      const { state, answer } = update(row?.state ?? null, row?.now_ms ?? 0);
      await sql.query(STORE, [tenantId, id, name, jsonParameter(state)], { isPrepared: true });
      return answer;
    }),
  states: async (name, scope) => {
    const rows = await database.query<{ connection_id: ConnectionId; state: unknown }>(STATES, [
      name,
      scope?.tenantId ?? null,
      scope?.id ?? null,
    ]);
    const [time] = await database.query<{ now_ms: number }>(`SELECT ${NOW_MS} AS now_ms`);
    return {
      nowMs: time?.now_ms ?? 0,
      states: new Map(rows.map((row) => [row.connection_id, row.state])),
    };
  },
});

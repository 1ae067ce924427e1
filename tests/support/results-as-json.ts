import type { TenantId } from "@bellwether/shared";
import { unpack } from "../../server/src/adapters/db/packed/unpack.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";

type Json = Record<string, unknown>;
interface Row {
  account_id: string;
  at: Date;
  packed: Uint8Array;
  packed_inputs: Uint8Array | null;
}

/** Times by which a table's rows of one account are told apart. */
const TABLES = { health_current: "scored_at", health_snapshot: "at" } as const;

/**
 * Turns a tenant's results into what they were before they were packed: JSON, with what a test does to them.
 * @param alter the result as it is stored then
 */
export async function resultsAsJson(
  database: Database,
  tenant: TenantId,
  alter: (result: Json) => Json,
  tables: readonly (keyof typeof TABLES)[] = ["health_current", "health_snapshot"],
): Promise<void> {
  for (const table of tables) {
    const rows = await database.query<Row>(
      `SELECT account_id, ${TABLES[table]} AS at, packed, packed_inputs FROM ${table} WHERE tenant_id = $1`,
      [tenant],
    );
    for (const { account_id, at, packed, packed_inputs } of rows)
      await database.query(
        `UPDATE ${table} SET packed = NULL, packed_inputs = NULL, result = $4, inputs = $5
         WHERE tenant_id = $1 AND account_id = $2 AND ${TABLES[table]} = $3`,
        [
          tenant,
          account_id,
          at,
          JSON.stringify(alter(unpack(packed) as Json)),
          packed_inputs && JSON.stringify(unpack(packed_inputs)),
        ],
      );
  }
}

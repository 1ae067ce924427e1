import { randomUUID } from "node:crypto";
import type { TenantId } from "@bellwether/shared";
import { createEventStore } from "../../../server/src/adapters/db/event-store.ts";
import type { Database } from "../../../server/src/adapters/db/sql.ts";
import { newConnectionId, newTenant } from "../../support/database.ts";
import { ref } from "../../support/stores.ts";

/** Rows of a company that has nothing to do with the fault. */
export interface OtherTenant {
  id: TenantId;
  /** Its rows, table by table, right after they were made. */
  rows: string;
}

/** Events, marks and values of a company that is not connected, so that nobody works on them. */
export async function addOtherTenant(database: Database): Promise<OtherTenant> {
  const [tenantId, connectionId] = [newTenant(), newConnectionId()];
  const events = createEventStore(database, {
    wakeUps: { send: async () => undefined },
    newId: randomUUID,
  });
  await events.append({
    tenantId,
    connectionId,
    source: "hubspot",
    body: Buffer.from('[{"eventId":1}]'),
    events: [{ key: "another company's event", refs: [ref("company", "1")] }],
  });
  await database.query(
    `INSERT INTO outbox (tenant_id, connection_id, object_type, object_id, platform, account_id, desired, is_pending, next_at)
     VALUES ($1, $2, 'company', '1', 'hubspot', $1, '{"bellwether_health_score":"1"}', false, to_timestamp(0))`,
    [tenantId, connectionId],
  );
  // not due: it is not part of the work that a test waits for
  await database.query("UPDATE record_mark SET due_at = now() + interval '1 year' WHERE tenant_id = $1", [
    tenantId,
  ]);
  return { id: tenantId, rows: await rowsOf(database, tenantId) };
}

/** Every row that carries the tenant's id, as text, by table. */
export async function rowsOf(database: Database, tenant: TenantId): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `SELECT columns.table_name AS name FROM information_schema.columns
     JOIN information_schema.tables USING (table_schema, table_name)
     WHERE table_schema = 'public' AND column_name = 'tenant_id' AND table_type = 'BASE TABLE'
     ORDER BY columns.table_name`,
  );
  const parts = tables.map(
    ({ name }) => `SELECT '${name}' AS name, row::text AS content FROM "${name}" AS row WHERE tenant_id = $1`,
  );
  const rows = await database.query<{ name: string; content: string }>(
    `${parts.join(" UNION ALL ")} ORDER BY name, content`,
    [tenant],
  );
  return rows.map(({ name, content }) => `${name} ${content}`).join("\n");
}

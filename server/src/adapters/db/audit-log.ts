import { z } from "zod";
import type { AuditEntry, AuditLog } from "../../services/ports.ts";
import { jsonParameter } from "./json-parameter.ts";
import type { Database } from "./sql.ts";

/** $1 tenant, $2 entries `{at, a, d, s, o, x}`: actor, deed, subject, outcome, detail. */
const RECORD = `
INSERT INTO audit_log (tenant_id, at, actor, action, subject, outcome, detail)
SELECT $1::uuid, at, a, d, s, o, x
FROM json_to_recordset($2::json) AS entry (at timestamptz, a text, d text, s text, o text, x jsonb)`;

/** $1 tenant, $2 limit. */
const RECENT = `
SELECT at, actor, action, subject, outcome, detail FROM audit_log WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2`;

const detail = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export const createAuditLog = (database: Database): AuditLog => ({
  record: async (tenant, entries) => {
    if (entries.length === 0) return;
    await database.query(RECORD, [tenant, jsonParameter(entries.map(toRow))]);
  },
  recent: async (tenant, limit) => {
    const rows = await database.query<AuditEntry>(RECENT, [tenant, limit]);
    return rows.map((row) => ({ ...row, detail: detail.parse(row.detail) }));
  },
});

const toRow = (entry: AuditEntry): object => ({
  at: entry.at,
  a: entry.actor,
  d: entry.action,
  s: entry.subject,
  o: entry.outcome,
  x: entry.detail,
});

/** As `CONNECTION_COLUMNS` reads it. */
export interface ConnectionRow {
  tenantId: string;
  id: string;
  platform: string;
  externalId: string;
  mode: string;
  status: string;
  statusReason: string | null;
  scopes: string[];
  config: unknown;
  connectedAt: Date;
  provisionedAt: Date | null;
  syncedAt: Date | null;
}

/** By SQL and not by Prisma, which takes longer to load than a whole delivery needs: the first one waits for this. */
export const CONNECTION_COLUMNS = `tenant_id AS "tenantId", id, platform, external_id AS "externalId", mode, status,
  status_reason AS "statusReason", scopes, config, connected_at AS "connectedAt",
  provisioned_at AS "provisionedAt", synced_at AS "syncedAt"`;

/** One portal has one connection, whoever connects it at the same time. It stays with the tenant that had it first. */
export const UPSERT_CONNECTION = `
  INSERT INTO connection (tenant_id, id, platform, external_id, mode, scopes, config, connected_at, status)
  VALUES ($1, $2, $3, $4, $5, $6::text[], $7::jsonb, $8, 'active')
  ON CONFLICT (platform, external_id) DO UPDATE SET mode = excluded.mode, scopes = excluded.scopes,
    status = 'active', status_reason = NULL, connected_at = excluded.connected_at
  RETURNING ${CONNECTION_COLUMNS}`;

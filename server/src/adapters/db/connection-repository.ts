import type { ConnectionId, Platform, TenantId } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import type {
  Connection,
  ConnectionConfig,
  ConnectionRepository,
  ConnectionSecrets,
} from "../../services/ports.ts";
import { CONNECTION_COLUMNS, type ConnectionRow, UPSERT_CONNECTION } from "./connection-sql.ts";
import type { SecretBox } from "./secret-box.ts";
import type { Database, SqlValue } from "./sql.ts";

const EMPTY_CONFIG: ConnectionConfig = {
  fieldMap: {},
  writeBackKeys: null,
  ticketFieldId: null,
  webhookId: null,
  actorId: null,
};
const config = z.looseObject({
  fieldMap: z.record(z.string(), z.string()),
  writeBackKeys: z.array(z.string()).nullable(),
  ticketFieldId: z.string().nullable(),
  webhookId: z.string().nullable(),
  actorId: z.string().nullable(),
});
const secrets = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  expiresAt: z.iso
    .datetime()
    .transform((text) => new Date(text))
    .nullable(),
  webhookSecret: z.string().nullable(),
  appSecret: z.string().nullable(),
});

const toConnection = (row: ConnectionRow): Connection => ({
  id: row.id as ConnectionId,
  tenantId: row.tenantId as TenantId,
  platform: row.platform as Platform,
  externalId: row.externalId,
  mode: row.mode as Connection["mode"],
  status: row.status as Connection["status"],
  statusReason: row.statusReason,
  scopes: row.scopes,
  config: config.parse(row.config),
  connectedAt: row.connectedAt,
  provisionedAt: row.provisionedAt,
  syncedAt: row.syncedAt,
});

/** Sealed secrets open only for their own tenant and connection. */
export const secretContext = (tenantId: string, connectionId: string): string =>
  `${tenantId} ${connectionId}`;
const contextOf = (row: Pick<Connection, "tenantId" | "id">): string => secretContext(row.tenantId, row.id);

export function createConnectionRepository(
  database: Database,
  box: SecretBox,
  newId: () => string,
): ConnectionRepository {
  const where = async (condition: string, values: readonly SqlValue[]): Promise<Connection[]> => {
    const text = `SELECT ${CONNECTION_COLUMNS} FROM connection WHERE ${condition} ORDER BY connected_at, id`;
    return (await database.query<ConnectionRow>(text, values)).map(toConnection);
  };
  const find = async (id: ConnectionId): Promise<Connection | null> =>
    (await where("id = $1", [id]))[0] ?? null;
  const known = async (id: ConnectionId): Promise<Connection> => {
    const connection = await find(id);
    if (connection === null) throw new AppError("not_found", `connection ${id} does not exist`);
    return connection;
  };
  const readSecrets = async (id: ConnectionId): Promise<ConnectionSecrets> => {
    const connection = await known(id);
    const [row] = await database.query<{ sealed: string }>(
      "SELECT sealed FROM connection_secret WHERE tenant_id = $1 AND connection_id = $2",
      [connection.tenantId, id],
    );
    const text = row && box.open(row.sealed, contextOf(connection));
    if (!text)
      throw new AppError(
        "config_invalid",
        `the tokens of connection ${id} cannot be opened; is ENCRYPTION_KEY the one they were sealed with?`,
      );
    return secrets.parse(JSON.parse(text));
  };
  const write = async (connection: Connection, value: ConnectionSecrets): Promise<void> => {
    const sealed = box.seal(JSON.stringify(value), contextOf(connection));
    await database.query(
      `INSERT INTO connection_secret (tenant_id, connection_id, sealed, updated_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, connection_id) DO UPDATE SET sealed = excluded.sealed, updated_at = excluded.updated_at`,
      [connection.tenantId, connection.id, sealed, new Date()],
    );
  };
  const change = async (id: ConnectionId, part: Partial<ConnectionSecrets>): Promise<ConnectionSecrets> => {
    const merged = { ...(await readSecrets(id)), ...part };
    await write(await known(id), merged);
    return merged;
  };
  /** All changes of one connection's secrets wait for each other, over all processes. */
  const alone = <T>(id: ConnectionId, work: () => Promise<T>): Promise<T> =>
    database.exclusive(`secrets of ${id}`, work);

  return {
    find,
    findByExternalId: async (platform, externalId) =>
      (await where("platform = $1 AND external_id = $2", [platform, externalId]))[0] ?? null,
    list: (tenantId) => (tenantId ? where("tenant_id = $1", [tenantId]) : where("true", [])),
    connect: async ({ tenantId, platform, externalId, mode, scopes }, value, at) => {
      const config = JSON.stringify(EMPTY_CONFIG);
      const [row] = await database.query<ConnectionRow>(UPSERT_CONNECTION, [
        ...[tenantId, newId(), platform, externalId, mode],
        scopes,
        config,
        at,
      ]);
      if (row === undefined) throw new Error("storing a connection gave nothing back");
      const stored = toConnection(row);
      // the only lock that is held: who waited for a second one with the first in hand could wait for each other
      await alone(stored.id, () => write(stored, value));
      return stored;
    },
    update: async (id, { config: changed, ...rest }) => {
      await database.orm((db) =>
        db.connection.update({
          where: { id },
          data: { ...rest, ...(changed && { config: { ...changed } }) },
        }),
      );
    },
    secrets: readSecrets,
    saveSecrets: async (id, part) => {
      await alone(id, () => change(id, part));
    },
    renewSecrets: (id, isStale, renew) =>
      alone(id, async () => {
        const current = await readSecrets(id);
        return isStale(current) ? await change(id, await renew(current)) : current;
      }),
  };
}

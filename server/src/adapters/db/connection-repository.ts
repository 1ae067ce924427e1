import type { ConnectionId, Platform, TenantId } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import type {
  Connection,
  ConnectionConfig,
  ConnectionRepository,
  ConnectionSecrets,
} from "../../services/ports.ts";
import type { Connection as Row } from "./generated/client.ts";
import type { SecretBox } from "./secret-box.ts";
import type { Database } from "./sql.ts";

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

const toConnection = (row: Row): Connection => ({
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
  const find = async (id: ConnectionId): Promise<Connection | null> => {
    const row = await database.orm((db) => db.connection.findUnique({ where: { id } }));
    return row && toConnection(row);
  };
  const findByExternalId = async (platform: Platform, externalId: string): Promise<Connection | null> => {
    const row = await database.orm((db) =>
      db.connection.findUnique({ where: { platform_externalId: { platform, externalId } } }),
    );
    return row && toConnection(row);
  };
  const known = async (id: ConnectionId): Promise<Connection> => {
    const connection = await find(id);
    if (connection === null) throw new AppError("not_found", `connection ${id} does not exist`);
    return connection;
  };
  const readSecrets = async (id: ConnectionId): Promise<ConnectionSecrets> => {
    const connection = await known(id);
    const row = await database.orm((db) =>
      db.connectionSecret.findUnique({
        where: { tenantId_connectionId: { tenantId: connection.tenantId, connectionId: id } },
      }),
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
    const key = { tenantId: connection.tenantId, connectionId: connection.id };
    const updatedAt = new Date();
    await database.orm((db) =>
      db.connectionSecret.upsert({
        where: { tenantId_connectionId: key },
        create: { ...key, sealed, updatedAt },
        update: { sealed, updatedAt },
      }),
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
    findByExternalId,
    list: async (tenantId) => {
      const rows = await database.orm((db) =>
        db.connection.findMany({ where: tenantId ? { tenantId } : {}, orderBy: { connectedAt: "asc" } }),
      );
      return rows.map(toConnection);
    },
    connect: (connection, value, at) =>
      database.exclusive(`connect ${connection.platform} ${connection.externalId}`, async () => {
        const existing = await findByExternalId(connection.platform, connection.externalId);
        const id = existing?.id ?? (newId() as ConnectionId);
        const state = {
          mode: connection.mode,
          scopes: connection.scopes,
          status: "active",
          statusReason: null,
        };
        const row = await database.orm((db) =>
          db.connection.upsert({
            where: { id },
            create: { ...connection, ...state, id, config: { ...EMPTY_CONFIG }, connectedAt: at },
            update: { ...state, connectedAt: at },
          }),
        );
        const stored = toConnection(row);
        await alone(id, () => write(stored, value));
        return stored;
      }),
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

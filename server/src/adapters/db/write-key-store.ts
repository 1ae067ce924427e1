import type { TenantId } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { WriteKey, WriteKeyStore } from "../../services/ports.ts";
import type { WriteKey as Row } from "./generated/client.ts";
import { storableText } from "./json-parameter.ts";
import type { Database } from "./sql.ts";

const toKey = ({ keyHash: _, kind, ...row }: Row): WriteKey => ({
  ...row,
  tenantId: row.tenantId as TenantId,
  kind: kind === "browser" ? "browser" : "server",
});

export const createWriteKeyStore = (database: Database): WriteKeyStore => ({
  insert: async (key, keyHash) => {
    await database.orm((db) =>
      db.writeKey.create({ data: { ...key, name: storableText(key.name), keyHash } }),
    );
  },
  findByHash: async (keyHash) => {
    const row = await database.orm((db) => db.writeKey.findUnique({ where: { keyHash } }));
    return row === null || row.revokedAt !== null ? null : toKey(row);
  },
  list: async (tenant) => {
    const rows = await database.orm((db) =>
      db.writeKey.findMany({ where: { tenantId: tenant }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] }),
    );
    return rows.map(toKey);
  },
  revoke: async (tenant, id, at) => {
    // the first revocation is the one that counts
    await database.orm((db) =>
      db.writeKey.updateMany({ where: { tenantId: tenant, id, revokedAt: null }, data: { revokedAt: at } }),
    );
    const row = await database.orm((db) =>
      db.writeKey.findUnique({ where: { tenantId_id: { tenantId: tenant, id } } }),
    );
    if (row === null) throw new AppError("not_found", "There is no such write key.");
  },
});

import { roleSchema, type TenantId } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { ApiToken, TokenStore } from "../../services/ports.ts";
import type { ApiToken as Row } from "./generated/client.ts";
import { storableText } from "./json-parameter.ts";
import type { Database } from "./sql.ts";

const toToken = ({ tokenHash: _, ...row }: Row): ApiToken => ({
  ...row,
  tenantId: row.tenantId as TenantId,
  role: roleSchema.parse(row.role),
});

export const createTokenStore = (database: Database): TokenStore => ({
  insert: async (token, tokenHash) => {
    await database.orm((db) =>
      db.apiToken.create({ data: { ...token, name: storableText(token.name), tokenHash } }),
    );
  },
  findByHash: async (tokenHash) => {
    const row = await database.orm((db) => db.apiToken.findUnique({ where: { tokenHash } }));
    return row === null || row.revokedAt !== null ? null : toToken(row);
  },
  list: async (tenant) => {
    const rows = await database.orm((db) =>
      db.apiToken.findMany({ where: { tenantId: tenant }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] }),
    );
    return rows.map(toToken);
  },
  revoke: async (tenant, id, at) => {
    // the first revocation is the one that counts
    await database.orm((db) =>
      db.apiToken.updateMany({ where: { tenantId: tenant, id, revokedAt: null }, data: { revokedAt: at } }),
    );
    const row = await database.orm((db) =>
      db.apiToken.findUnique({ where: { tenantId_id: { tenantId: tenant, id } } }),
    );
    if (row === null) throw new AppError("not_found", "There is no such token.");
  },
});

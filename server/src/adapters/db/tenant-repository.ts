import type { TenantRepository } from "../../services/ports.ts";
import type { Database } from "./sql.ts";

export const createTenantRepository = (database: Database): TenantRepository => ({
  ensure: async (id, name, createdAt) => {
    await database.orm((db) =>
      db.tenant.upsert({ where: { id }, create: { id, name, createdAt }, update: {} }),
    );
  },
});

import type { TenantRepository } from "../../services/ports.ts";
import type { Database } from "./sql.ts";

export const createTenantRepository = (database: Database): TenantRepository => ({
  ensure: async (id, name, createdAt) => {
    await database.query(
      "INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
      [id, name, createdAt],
    );
  },
});

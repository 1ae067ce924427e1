import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { AppError } from "../../services/errors.ts";
import type { Database, Sql } from "./sql.ts";

export const MIGRATIONS_DIRECTORY = new URL("../../../prisma/migrations/", import.meta.url);

export interface Migration {
  /** Folder name: `<timestamp>_<name>`. */
  name: string;
  sql: string;
}

/** In the order in which they are applied. */
export async function readMigrations(directory: URL = MIGRATIONS_DIRECTORY): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(
    names.toSorted().map(async (name) => ({
      name,
      sql: await readFile(new URL(`${name}/migration.sql`, directory), "utf8"),
    })),
  );
}

/** Prisma's own bookkeeping, so that `prisma migrate status` and `deploy` agree with what is done here. */
const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Applies what is missing, one process at a time. Each migration and its entry in the bookkeeping commit
 * together: a kill at any moment leaves it either done or not begun, which an engine that notes "started" and
 * "finished" in two steps cannot promise. Migrations that this version does not know (a newer one ran before)
 * are left alone.
 * @returns the names of those applied now
 * @throws {AppError} `config_invalid` when Prisma's own CLI left a migration half done
 */
export async function migrate(database: Database, migrations: readonly Migration[]): Promise<string[]> {
  return await database.exclusive("bellwether migrations", async () => {
    await database.script(BOOKKEEPING);
    const applied = await appliedNames(database);
    const missing = migrations.filter((migration) => !applied.has(migration.name));
    for (const migration of missing) await database.transaction((sql) => apply(sql, migration));
    return missing.map((migration) => migration.name);
  });
}

async function appliedNames(database: Database): Promise<Set<string>> {
  const rows = await database.query<{ name: string; is_finished: boolean }>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS is_finished
     FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  const unfinished = rows.find((row) => !row.is_finished);
  if (unfinished)
    throw new AppError(
      "config_invalid",
      `migration ${unfinished.name} was left half done in this database; resolve it with "prisma migrate resolve"`,
    );
  return new Set(rows.map((row) => row.name));
}

async function apply(sql: Sql, migration: Migration): Promise<void> {
  await sql.script("SET LOCAL statement_timeout = 0"); // an index on a large table may take its time
  await sql.script(migration.sql);
  const checksum = createHash("sha256").update(migration.sql).digest("hex");
  await sql.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [randomUUID(), checksum, migration.name],
  );
}

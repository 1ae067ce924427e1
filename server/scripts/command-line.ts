import { access } from "node:fs/promises";
import { join } from "node:path";
import { type OpenDatabase, openDatabase } from "../src/adapters/db/database.ts";
import type { Config } from "../src/config.ts";
import { AppError } from "../src/services/errors.ts";

/** Where the embedded database of `config` is. */
export const embeddedFolder = (config: Config): string => join(config.DATA_DIR, "postgres");

export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * As the server opens it, but nothing is made where there is nothing.
 * @throws {AppError} `config_invalid` without a database, `conflict` while a server uses the embedded one
 */
export async function openExisting(config: Config, applicationName: string): Promise<OpenDatabase> {
  const databaseUrl = config.DATABASE_URL ?? null;
  if (databaseUrl === null && !(await exists(embeddedFolder(config))))
    throw new AppError(
      "config_invalid",
      `There is no database in ${config.DATA_DIR}; set DATA_DIR or DATABASE_URL as for the server.`,
    );
  return await openDatabase({ databaseUrl, dataDir: config.DATA_DIR, applicationName });
}

/** What went wrong, for the one who typed the command: a sentence for what was expected, the stack for the rest. */
export function complain(error: unknown): number {
  const isExpected = error instanceof AppError || (error instanceof TypeError && "code" in error);
  process.stderr.write(
    `${isExpected ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  return 1;
}

import type { EmbeddedDatabase } from "./embedded-database.ts";
import { openEmbedded } from "./embedded-database.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { openServer, type ServerDatabase } from "./server-database.ts";

export type OpenDatabase = EmbeddedDatabase | ServerDatabase;

export interface DatabaseOptions {
  /** `null` = embedded, in `dataDir`. */
  databaseUrl: string | null;
  /** Of the embedded database; `null` = in memory. */
  dataDir: string | null;
  applicationName?: string;
  onIdleError?: (error: Error) => void;
}

/**
 * Opens the database and brings its tables up to date.
 * @throws {AppError} `unavailable` when it does not answer, `conflict` when another process uses `dataDir`
 */
export async function openDatabase(options: DatabaseOptions): Promise<OpenDatabase> {
  const { databaseUrl, dataDir, applicationName = "bellwether", onIdleError = () => undefined } = options;
  const database =
    databaseUrl === null
      ? await openEmbedded(dataDir, { onError: onIdleError })
      : openServer({ connectionString: databaseUrl, applicationName, onIdleError });
  try {
    await migrate(database, await readMigrations());
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

import { AppError } from "../../services/errors.ts";
import type { EmbeddedDatabase } from "./embedded-database.ts";
import { migrate, readMigrations } from "./migrations.ts";
import type { ServerDatabase } from "./server-database.ts";

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
  // only the one of the two that is used is loaded
  const database =
    databaseUrl === null
      ? await (await import("./embedded-database.ts")).openEmbedded(dataDir, { onError: onIdleError })
      : (await import("./server-database.ts")).openServer({
          connectionString: databaseUrl,
          applicationName,
          onIdleError,
        });
  try {
    await migrate(database, await readMigrations());
    return database;
  } catch (error) {
    await database.close();
    throw databaseUrl === null ? error : explained(error, databaseUrl);
  }
}

/** PostgreSQL refusing whoever asks: invalid authorization, unknown database. */
const REFUSED = /^(28|3D)/;

/** Says which server it is about, without user and password. */
function explained(error: unknown, databaseUrl: string): unknown {
  const cause = error instanceof AppError ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const isUnavailable = error instanceof AppError && error.code === "unavailable";
  if (!isUnavailable && !REFUSED.test(code)) return error;
  const { host, pathname } = new URL(databaseUrl);
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : code;
  return new AppError(
    isUnavailable ? "unavailable" : "config_invalid",
    `the PostgreSQL database ${pathname.slice(1)} at ${host} cannot be used (${reason}); ` +
      "check that it runs and that DATABASE_URL names it, its user and password",
    { cause: error },
  );
}

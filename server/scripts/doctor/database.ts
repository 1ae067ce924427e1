import { statfs } from "node:fs/promises";
import { readMigrations } from "../../src/adapters/db/migrations.ts";
import type { Database } from "../../src/adapters/db/sql.ts";
import { type Finding, failure, ok, warning } from "./finding.ts";

const OLDEST_VERSION = 15;
const GIB = 1024 ** 3;
const LONG_TRANSACTION_MINUTES = 5;
/** Autovacuum usually begins at a fifth; twice that says that it does not keep up. */
const DEAD_SHARE = 0.4;
const DEAD_ROWS = 50_000;

const number = (value: number): string => value.toLocaleString("en");

/** Reads and nothing else. @throws {AppError} `unavailable` */
export async function checkDatabase(database: Database, dataDir: string): Promise<Finding[]> {
  return [
    ...(await version(database)),
    ...(await migrations(database)),
    ...(await size(database, dataDir)),
    ...(database.kind === "server" ? await load(database) : []),
    ...(await deadRows(database)),
  ];
}

async function version(database: Database): Promise<Finding[]> {
  const [row] = await database.query<{ version: string; number: number; toast: string }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
       current_setting('default_toast_compression') AS toast`,
  );
  const major = Math.floor((row?.number ?? 0) / 10_000);
  const where = database.kind === "embedded" ? "embedded in the data folder" : "on a server";
  const named = `PostgreSQL ${row?.version}, ${where}`;
  const found =
    major >= OLDEST_VERSION
      ? ok("database", `${named}. It needs no extensions.`)
      : failure("database", `${named}, is too old.`, `Use PostgreSQL ${OLDEST_VERSION} or newer.`);
  if (database.kind === "embedded") return [found];
  const advice =
    row?.toast === "lz4" ? "" : "; ALTER DATABASE … SET default_toast_compression = 'lz4' makes that cheaper";
  return [found, ok("database", `Large values are compressed with ${row?.toast}${advice}.`)];
}

async function migrations(database: Database): Promise<Finding[]> {
  const [table] = await database.query<{ name: string | null; queue: string | null }>(
    "SELECT to_regclass('_prisma_migrations')::text AS name, to_regclass('pgboss.job')::text AS queue",
  );
  const advice = "Start the server once; it applies them by itself.";
  if (!table?.name) return [failure("database", "The tables have not been made yet.", advice)];
  const rows = await database.query<{ name: string; is_finished: boolean }>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS is_finished FROM _prisma_migrations
     WHERE rolled_back_at IS NULL`,
  );
  const applied = new Set(rows.filter((row) => row.is_finished).map((row) => row.name));
  const known = await readMigrations();
  const missing = known.filter(({ name }) => !applied.has(name));
  const newer = [...applied].filter((name) => !known.some((migration) => migration.name === name));
  const found =
    missing.length > 0
      ? [
          failure(
            "database",
            `${missing.length} migrations are missing, the first is ${missing[0]?.name}.`,
            advice,
          ),
        ]
      : [ok("database", `All ${known.length} migrations are applied.`)];
  if (newer.length > 0)
    found.push(
      warning(
        "database",
        `${newer.length} migrations are of a newer version than this one.`,
        "Use the newest version on every server.",
      ),
    );
  if (!table.queue) found.push(failure("database", "The job queue's tables are missing.", advice));
  return found;
}

async function size(database: Database, dataDir: string): Promise<Finding[]> {
  const [row] = await database.query<{ bytes: number }>(
    "SELECT pg_database_size(current_database())::bigint AS bytes",
  );
  const gib = ((row?.bytes ?? 0) / GIB).toFixed(1);
  if (database.kind === "server")
    return [ok("database", `It holds ${gib} GiB. Free space is for its own server to watch.`)];
  const disk = await statfs(dataDir);
  const free = disk.bavail * disk.bsize;
  const text = `It holds ${gib} GiB in ${dataDir}; ${(free / GIB).toFixed(1)} GiB are free.`;
  return [
    free > Math.max(GIB, row?.bytes ?? 0)
      ? ok("database", text)
      : warning("database", text, "Make room: at least as much as the database holds, and 1 GiB."),
  ];
}

async function load(database: Database): Promise<Finding[]> {
  const [row] = await database.query<{ long: number; used: number; most: number }>(
    `SELECT (count(*) FILTER (WHERE datname = current_database()
         AND xact_start < now() - interval '${LONG_TRANSACTION_MINUTES} minutes'))::int AS long,
       count(*)::int AS used, current_setting('max_connections')::int AS most
     FROM pg_stat_activity WHERE backend_type = 'client backend'`,
  );
  const { long = 0, used = 0, most = 1 } = row ?? {};
  return [
    long === 0
      ? ok("database", `No transaction is older than ${LONG_TRANSACTION_MINUTES} minutes.`)
      : warning(
          "database",
          `${long} transactions are older than ${LONG_TRANSACTION_MINUTES} minutes; old rows cannot be cleared away.`,
          "Look for them in pg_stat_activity by xact_start, and end what forgot to commit.",
        ),
    used < most * 0.8
      ? ok("database", `${used} of ${most} connections are in use.`)
      : warning(
          "database",
          `${used} of ${most} connections are in use.`,
          "Raise max_connections, or run fewer processes; each needs about ten.",
        ),
  ];
}

async function deadRows(database: Database): Promise<Finding[]> {
  const rows = await database.query<{ name: string; dead: number; live: number }>(
    `SELECT relname AS name, n_dead_tup::int8 AS dead, n_live_tup::int8 AS live FROM pg_stat_user_tables
     WHERE n_dead_tup > ${DEAD_ROWS} AND n_dead_tup > ${DEAD_SHARE} * (n_live_tup + n_dead_tup)
     ORDER BY n_dead_tup DESC LIMIT 5`,
  );
  if (rows.length === 0) return [ok("database", "Dead rows are cleared away as they come.")];
  const named = rows.map(({ name, dead, live }) => `${name} (${number(dead)} beside ${number(live)} live)`);
  return [
    warning(
      "database",
      `Dead rows pile up in ${named.join(", ")}.`,
      "Let autovacuum run more often on these tables (autovacuum_vacuum_scale_factor), and look for long transactions.",
    ),
  ];
}

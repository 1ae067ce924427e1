import pg from "pg";
import { guarded } from "./database-errors.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { lazyPrisma } from "./lazy-prisma.ts";
import type { Database, QueryOptions, Sql, SqlValue } from "./sql.ts";
import { statementName } from "./statement-name.ts";

/** Source: performance.md, "a pool of 2 to 4 gave the best tail" on two cores. */
const POOL_SIZE = 4;
/** Locks held over calls to a platform; apart from the pool, so that slow platforms do not hold up the intake. */
const LOCK_POOL_SIZE = 4;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
const READY_TIMEOUT_MS = 2_000;
/** The server's own limit comes first, unless the server itself stands still. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;

/**
 * For work in small sets found by their keys. Compiling a plan or starting helpers takes longer than such a statement,
 * and a page out of order costs little more than the next one wherever the database fits memory or a disk without a
 * head: by its own defaults PostgreSQL reads a whole table for 200 of 100,000 accounts. `options` in the address of the
 * database take their place.
 */
const PLANS = "-c jit=off -c max_parallel_workers_per_gather=0 -c random_page_cost=1.1";

export interface ServerDatabase extends Database {
  readonly kind: "server";
  /** For what needs connections of its own: the queue. */
  readonly connectionString: string;
  /** Connections of the pool, those of them that are idle, and callers that wait for one. */
  poolState(): { total: number; idle: number; waiting: number };
}

export interface ServerOptions {
  connectionString: string;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** A connection broke while nobody used it; the pool has replaced it already. */
  onIdleError: (error: Error) => void;
}

const types: pg.CustomTypesConfig = {
  getTypeParser: (id: number, format?: "text" | "binary") =>
    id === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(id, format as "text"),
};

const sqlOn = (target: pg.Pool | pg.PoolClient): Sql => ({
  query: async <Row>(
    text: string,
    values: readonly SqlValue[] = [],
    { isPrepared = false }: QueryOptions = {},
  ) => {
    const result = await target.query({
      text,
      values: [...values],
      ...(isPrepared && { name: statementName(text) }),
    });
    return result.rows as Row[];
  },
  script: async (text) => {
    await target.query(text);
  },
});

export function openServer(options: ServerOptions): ServerDatabase {
  const base = {
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    options: PLANS,
  };
  const pool = new pg.Pool({
    ...base,
    types,
    max: POOL_SIZE,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
  });
  const locks = new pg.Pool({ ...base, max: LOCK_POOL_SIZE, idleTimeoutMillis: 1_000 });
  for (const each of [pool, locks]) each.on("error", options.onIdleError);
  const prisma = lazyPrisma(async () => {
    const [{ PrismaClient }, { PrismaPg }] = await Promise.all([
      import("./generated/client.ts"),
      import("@prisma/adapter-pg"),
    ]);
    return new PrismaClient({ adapter: new PrismaPg(pool) });
  });
  const statements = sqlOn(pool);
  const mutex = new KeyedMutex();
  return {
    kind: "server",
    connectionString: options.connectionString,
    query: (text, values, options) => guarded(() => statements.query(text, values, options)),
    script: (text) => guarded(() => statements.script(text)),
    transaction: (work) => guarded(() => transaction(pool, work)),
    orm: (work) => guarded(async () => await work(await prisma.client())),
    // one connection per name and process at most: those behind wait in the process
    exclusive: (name, work) => mutex.run(name, () => withAdvisoryLock(locks, name, work)),
    poolState: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    isReady: () => isReady(pool),
    close: async () => {
      await prisma.disconnect();
      await Promise.all([pool.end(), locks.end()]);
    },
  };
}

async function transaction<T>(pool: pg.Pool, work: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // while it is checked out, the pool does not listen for a connection that breaks between two statements; the
  // next statement reports it
  const ignore = (): undefined => undefined;
  client.on("error", ignore);
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await work(sqlOn(client));
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.off("error", ignore);
    client.release(broken);
  }
}

async function withAdvisoryLock<T>(pool: pg.Pool, name: string, work: () => Promise<T>): Promise<T> {
  const client = await guarded(() => pool.connect());
  const ignore = (): undefined => undefined;
  client.on("error", ignore);
  let broken: Error | undefined;
  try {
    await guarded(() => client.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [name]));
    return await work(); // not guarded: its errors are its own, and it must not run twice
  } finally {
    await client
      .query("SELECT pg_advisory_unlock(hashtextextended($1, 0))", [name])
      .catch((unlockError: Error) => {
        broken = unlockError; // closing the connection lets the lock go as well
      });
    client.off("error", ignore);
    client.release(broken);
  }
}

async function isReady(pool: pg.Pool): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, READY_TIMEOUT_MS, false);
  });
  const answer = pool.query("SELECT 1").then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

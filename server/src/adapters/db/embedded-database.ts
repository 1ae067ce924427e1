import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { PrismaPGlite } from "pglite-prisma-adapter";
import { guarded } from "./database-errors.ts";
import { lockDirectory } from "./directory-lock.ts";
import { keepCheckpoints } from "./embedded-checkpoints.ts";
import { PrismaClient } from "./generated/client.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import type { Database, Sql } from "./sql.ts";

/** PostgreSQL's type number of `bigint`. */
const INT8 = 20;

export interface EmbeddedDatabase extends Database {
  readonly kind: "embedded";
  /** For what needs the instance itself: the queue. */
  readonly pglite: PGlite;
}

interface Statements {
  query<Row>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>;
  exec(text: string): Promise<unknown>;
}

const sqlOn = (target: Statements): Sql => ({
  query: async <Row>(text: string, values: Parameters<Sql["query"]>[1] = []) =>
    (await target.query<Row>(text, [...values])).rows,
  script: async (text) => {
    await target.exec(text);
  },
});

/**
 * @param dataDir `null` = in memory, gone with the process
 * @param onError something that nobody waits for failed, and is tried again
 */
export async function openEmbedded(
  dataDir: string | null,
  onError: (error: Error) => void = () => undefined,
): Promise<EmbeddedDatabase> {
  const lock = dataDir === null ? null : await lockDirectory(dataDir);
  try {
    const pglite = await start(dataDir);
    const endCheckpoints = keepCheckpoints(pglite, onError);
    return database(pglite, async () => {
      endCheckpoints();
      await pglite.close();
      await lock?.release();
    });
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/**
 * While a new cluster is made, a file beside it says so: a kill during the first start leaves nothing behind that the
 * next start would take for a database.
 */
async function start(dataDir: string | null): Promise<PGlite> {
  if (dataDir === null) return await open(undefined);
  const place = join(dataDir, "postgres");
  const unfinished = join(dataDir, "postgres.unfinished");
  if (await exists(unfinished)) await rm(place, { recursive: true, force: true });
  else if (await exists(place)) return await open(place);
  await writeFile(unfinished, "");
  const pglite = await open(place);
  await rm(unfinished);
  return pglite;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function open(path: string | undefined): Promise<PGlite> {
  const pglite = await PGlite.create({
    ...(path !== undefined && { dataDir: path }),
    parsers: { [INT8]: Number },
  });
  // the Prisma adapter sends and reads times without their zone
  await pglite.exec("SET timezone = 'UTC'");
  return pglite;
}

function database(pglite: PGlite, close: () => Promise<void>): EmbeddedDatabase {
  const prisma = new PrismaClient({ adapter: new PrismaPGlite(pglite) });
  const statements = sqlOn(pglite);
  const mutex = new KeyedMutex();
  return {
    kind: "embedded",
    pglite,
    query: (text, values) => guarded(() => statements.query(text, values)),
    script: (text) => guarded(() => statements.script(text)),
    transaction: (work) => guarded(() => pglite.transaction((tx) => work(sqlOn(tx)))),
    orm: (work) => guarded(async () => await work(prisma)),
    exclusive: (name, work) => mutex.run(name, work), // this process is the only one
    isReady: async () => !pglite.closed,
    close: async () => {
      await prisma.$disconnect();
      await close();
    },
  };
}

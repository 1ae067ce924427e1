import { access, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { type ClusterTemplate, clusterTemplate } from "./cluster-template.ts";
import { guarded } from "./database-errors.ts";
import { lockDirectory } from "./directory-lock.ts";
import { keepCheckpoints } from "./embedded-checkpoints.ts";
import { KeyedMutex } from "./keyed-mutex.ts";
import { lazyPrisma } from "./lazy-prisma.ts";
import type { Database, Sql } from "./sql.ts";

/** The operating system keeps the files' pages as well; the usual 128 MB cost every start a quarter of a second. */
const START_PARAMETERS = [...PGlite.defaultStartParams, "-c", "shared_buffers=32MB"];

/** PostgreSQL's type number of `bigint`. */
const INT8 = 20;

export interface EmbeddedDatabase extends Database {
  readonly kind: "embedded";
  /** For what needs the instance itself: the queue. */
  readonly pglite: PGlite;
}

export interface EmbeddedOptions {
  /** Something that nobody waits for failed, and is tried again. */
  onError?: (error: Error) => void;
  /** What a new cluster is unpacked from; default: the one beside the installed packages. */
  template?: ClusterTemplate;
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
 */
export async function openEmbedded(
  dataDir: string | null,
  options: EmbeddedOptions = {},
): Promise<EmbeddedDatabase> {
  const { onError = () => undefined, template = await clusterTemplate() } = options;
  const lock = dataDir === null ? null : await lockDirectory(dataDir);
  try {
    const pglite = await start(dataDir, template);
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
async function start(dataDir: string | null, template: ClusterTemplate): Promise<PGlite> {
  if (dataDir === null) return await create(undefined, template);
  const place = join(dataDir, "postgres");
  const unfinished = join(dataDir, "postgres.unfinished");
  if (await exists(unfinished)) await rm(place, { recursive: true, force: true });
  else if (await exists(place)) return await open(place);
  await writeFile(unfinished, "");
  const pglite = await create(place, template);
  await rm(unfinished);
  return pglite;
}

/** A new cluster: unpacked where one has been made before, else made and packed before anything is in it. */
async function create(place: string | undefined, template: ClusterTemplate): Promise<PGlite> {
  const packed = await template.read();
  if (packed !== null) {
    try {
      return await open(place, packed);
    } catch {
      await template.remove(); // it is a short cut only; if something else is wrong, the long way says what
      if (place !== undefined) await rm(place, { recursive: true, force: true });
    }
  }
  const pglite = await open(place);
  await template.keep(await pglite.dumpDataDir("none"));
  return pglite;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function open(path: string | undefined, packed?: Blob): Promise<PGlite> {
  const pglite = await PGlite.create({
    ...(packed !== undefined && { loadDataDir: packed }),
    ...(path !== undefined && { dataDir: path }),
    parsers: { [INT8]: Number },
    startParams: START_PARAMETERS,
  });
  // the Prisma adapter sends and reads times without their zone
  await pglite.exec("SET timezone = 'UTC'");
  return pglite;
}

function database(pglite: PGlite, close: () => Promise<void>): EmbeddedDatabase {
  const prisma = lazyPrisma(async () => {
    const [{ PrismaClient }, { PrismaPGlite }] = await Promise.all([
      import("./generated/client.ts"),
      import("pglite-prisma-adapter"),
    ]);
    return new PrismaClient({ adapter: new PrismaPGlite(pglite) });
  });
  const statements = sqlOn(pglite);
  const mutex = new KeyedMutex();
  return {
    kind: "embedded",
    pglite,
    query: (text, values) => guarded(() => statements.query(text, values)),
    script: (text) => guarded(() => statements.script(text)),
    transaction: (work) => guarded(() => pglite.transaction((tx) => work(sqlOn(tx)))),
    orm: (work) => guarded(async () => await work(await prisma.client())),
    exclusive: (name, work) => mutex.run(name, work), // this process is the only one
    isReady: async () => !pglite.closed,
    close: async () => {
      await prisma.disconnect();
      await close();
    },
  };
}

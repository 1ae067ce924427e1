import type { TestProject } from "vitest/node";
import { openDatabase } from "../../server/src/adapters/db/database.ts";
import { createLog } from "../../server/src/adapters/observability/log.ts";
import { openQueue } from "../../server/src/adapters/queue/postgres-queue.ts";
import { createServerDatabase, newEmptyStorage, TEST_SERVER } from "./storage.ts";

/**
 * Before the first test of a run: lets the product make its tables once, for tests to start from copies. A first start
 * costs seconds of computing, and most tests are about something else.
 */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const storage = await newEmptyStorage("embedded");
  const folder = storage.environment["DATA_DIR"] ?? "";
  const database = TEST_SERVER === null ? null : await createServerDatabase();
  const remove = async (): Promise<void> => {
    await Promise.all([storage.remove(), database?.drop()]);
  };
  try {
    await makeTables(null, folder);
    if (database) await makeTables(database.url, null);
  } catch (error) {
    await remove();
    throw error;
  }
  provide("templates", { folder, database: database?.name ?? null });
  return remove;
}

/** What a first start makes: the tables of the migrations and those of the queue. */
async function makeTables(databaseUrl: string | null, dataDir: string | null): Promise<void> {
  const database = await openDatabase({ databaseUrl, dataDir });
  try {
    const queue = await openQueue(database, { log: createLog("silent"), isWorker: false });
    await queue.stop(5_000);
  } finally {
    await database.close();
  }
}

import { createScratchDatabase } from "../support/scratch-databases.ts";
import { withClient } from "../support/with-client.ts";

const DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres";

/** @throws with what to do when no PostgreSQL answers */
export async function openBenchServer(): Promise<string> {
  const url = process.env["BENCH_DATABASE_URL"] ?? process.env["TEST_DATABASE_URL"] ?? DEFAULT_URL;
  try {
    await withClient(url, (client) => client.query("SELECT 1"));
    return url;
  } catch (cause) {
    throw new Error("The benchmark needs a PostgreSQL: start one, or name it in BENCH_DATABASE_URL.", {
      cause,
    });
  }
}

/** A database of its own for each side of a comparison; dropped afterwards, also on failure. */
export async function withScratchDatabase<T>(
  serverUrl: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const { url, drop } = await createScratchDatabase(serverUrl);
  try {
    return await use(url);
  } finally {
    await drop();
  }
}

import { randomUUID } from "node:crypto";
import pg from "pg";

const DEFAULT_URL = "postgres://postgres@127.0.0.1:5432/postgres";

/** @throws with what to do when no PostgreSQL answers */
export async function openBenchServer(): Promise<string> {
  const url = process.env["BENCH_DATABASE_URL"] ?? process.env["TEST_DATABASE_URL"] ?? DEFAULT_URL;
  try {
    await query(url, "SELECT 1");
    return url;
  } catch (cause) {
    throw new Error("The benchmark needs a PostgreSQL: start one, or name it in BENCH_DATABASE_URL.", {
      cause,
    });
  }
}

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

/** A database of its own for each side of a comparison; dropped afterwards, also on failure. */
export async function withScratchDatabase<T>(
  serverUrl: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const name = `bellwether_bench_${randomUUID().replaceAll("-", "")}`;
  await query(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  try {
    return await use(url.href);
  } finally {
    await query(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

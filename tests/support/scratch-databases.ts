import { randomUUID } from "node:crypto";
import { withClient } from "./with-client.ts";

/** A database that is made for a run and dropped after it. */
export interface ScratchDatabase {
  name: string;
  url: string;
  drop(): Promise<void>;
}

/** @param template what it is copied from; absent = empty */
export async function createScratchDatabase(
  serverUrl: string,
  template = "template1",
): Promise<ScratchDatabase> {
  const name = `bellwether_scratch_${randomUUID().replaceAll("-", "")}`;
  await run(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  const drop = (): Promise<void> => run(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  return { name, url: url.href, drop };
}

const run = (url: string, statement: string): Promise<void> =>
  withClient(url, async (client) => {
    await client.query(statement);
  });

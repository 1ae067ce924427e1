import { randomUUID } from "node:crypto";
import { type ConnectionId, connectionId, type TenantId, tenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe } from "vitest";
import { type OpenDatabase, openDatabase } from "../../server/src/adapters/db/database.ts";
import { openServer } from "../../server/src/adapters/db/server-database.ts";

export interface DatabaseUnderTest {
  /** Open from `beforeAll` to `afterAll` of the suite. */
  readonly database: OpenDatabase;
}

/** The server for tests that need PostgreSQL; such tests are skipped without it. */
export const TEST_SERVER = process.env["TEST_DATABASE_URL"] ?? null;

/** A new, empty database on the test server. */
export async function createServerDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  if (TEST_SERVER === null) throw new Error("TEST_DATABASE_URL is not set");
  const server = TEST_SERVER;
  const name = `bellwether_test_${randomUUID().replaceAll("-", "")}`;
  await admin(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return { url: url.href, drop: () => admin(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * Runs a suite on an embedded database in memory and, where `TEST_DATABASE_URL` names a server, on a new database
 * there, which is dropped afterwards. One database per suite and kind; tests keep apart by tenants of their own.
 */
export function forEachDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(`${name} (embedded)`, () =>
    suite(opened(async () => openDatabase({ databaseUrl: null, dataDir: null }))));
  describe.skipIf(TEST_SERVER === null)(`${name} (PostgreSQL)`, () => {
    let drop: (() => Promise<void>) | undefined;
    afterAll(() => drop?.());
    suite(
      opened(async () => {
        const created = await createServerDatabase();
        drop = created.drop;
        return await openDatabase({ databaseUrl: created.url, dataDir: null });
      }),
    );
  });
}

function opened(open: () => Promise<OpenDatabase>): DatabaseUnderTest {
  let database: OpenDatabase | undefined;
  beforeAll(async () => {
    database = await open();
  });
  afterAll(async () => {
    await database?.close();
  });
  return {
    get database() {
      if (!database) throw new Error("the database is open inside tests and hooks only");
      return database;
    },
  };
}

async function admin(url: string, statement: string): Promise<void> {
  const server = openServer({
    connectionString: url,
    applicationName: "bellwether-tests",
    onIdleError: () => undefined,
  });
  try {
    await server.query(statement);
  } finally {
    await server.close();
  }
}

export const newTenant = (): TenantId => tenantId.parse(randomUUID());
export const newConnectionId = (): ConnectionId => connectionId.parse(randomUUID());

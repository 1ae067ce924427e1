import { randomUUID } from "node:crypto";
import { type ConnectionId, connectionId, type TenantId, tenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe } from "vitest";
import { type OpenDatabase, openDatabase } from "../../server/src/adapters/db/database.ts";
import { openServer } from "../../server/src/adapters/db/server-database.ts";

export interface DatabaseUnderTest {
  /** Open from `beforeAll` to `afterAll` of the suite. */
  readonly database: OpenDatabase;
}

/**
 * Runs a suite on an embedded database in memory and, where `TEST_DATABASE_URL` names a server, on a new database
 * there, which is dropped afterwards. One database per suite and kind; tests keep apart by tenants of their own.
 */
export function forEachDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(`${name} (embedded)`, () =>
    suite(opened(async () => openDatabase({ databaseUrl: null, dataDir: null }))));
  const server = process.env["TEST_DATABASE_URL"];
  describe.skipIf(!server)(`${name} (PostgreSQL)`, () => {
    const created = `bellwether_test_${randomUUID().replaceAll("-", "")}`;
    afterAll(async () => {
      if (server) await admin(server, `DROP DATABASE IF EXISTS ${created} WITH (FORCE)`);
    });
    suite(
      opened(async () => {
        if (!server) throw new Error("TEST_DATABASE_URL is not set");
        await admin(server, `CREATE DATABASE ${created}`);
        const url = new URL(server);
        url.pathname = created;
        return await openDatabase({ databaseUrl: url.href, dataDir: null });
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

import { randomUUID } from "node:crypto";
import { type ConnectionId, connectionId, type TenantId, tenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe } from "vitest";
import { type OpenDatabase, openDatabase } from "../../server/src/adapters/db/database.ts";
import { newStorage, type StorageKind, TEST_SERVER } from "./storage.ts";

export { createServerDatabase, TEST_SERVER } from "./storage.ts";

export interface DatabaseUnderTest {
  /** Open from `beforeAll` to `afterAll` of the suite. */
  readonly database: OpenDatabase;
}

/**
 * Runs a suite on an embedded database and, where `TEST_DATABASE_URL` names a server, on a database there. One database
 * per suite and kind, with tables and without rows, gone afterwards; tests keep apart by tenants of their own.
 */
export function forEachDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe(`${name} (embedded)`, () => suite(opened("embedded")));
  onServerDatabase(name, suite);
}

/** The same on PostgreSQL alone, for what the embedded database has nothing of: locks of others, statistics. */
export function onServerDatabase(name: string, suite: (under: DatabaseUnderTest) => void): void {
  describe.skipIf(TEST_SERVER === null)(`${name} (PostgreSQL)`, () => suite(opened("server")));
}

function opened(kind: StorageKind): DatabaseUnderTest {
  let open: NewDatabase | undefined;
  beforeAll(async () => {
    open = await openNewDatabase(kind);
  });
  afterAll(() => open?.remove());
  return {
    get database() {
      if (!open) throw new Error("the database is open inside tests and hooks only");
      return open.database;
    },
  };
}

export interface NewDatabase {
  database: OpenDatabase;
  /** Closed, and its data gone. */
  remove(): Promise<void>;
}

/** A database of its own, with tables and without rows. */
export async function openNewDatabase(kind: StorageKind): Promise<NewDatabase> {
  const { environment, remove } = await newStorage(kind);
  const { DATABASE_URL = null, DATA_DIR = null } = environment;
  const database = await openDatabase({ databaseUrl: DATABASE_URL, dataDir: DATA_DIR });
  return {
    database,
    remove: async () => {
      await database.close();
      await remove();
    },
  };
}

export const newTenant = (): TenantId => tenantId.parse(randomUUID());
export const newConnectionId = (): ConnectionId => connectionId.parse(randomUUID());

import { randomBytes } from "node:crypto";
import { constants, cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { createScratchDatabase, type ScratchDatabase } from "./scratch-databases.ts";

/** The server for tests that need PostgreSQL; such tests are skipped without it. */
export const TEST_SERVER = process.env["TEST_DATABASE_URL"] ?? null;

export type StorageKind = "embedded" | "server";

/** The kinds that can be tested here: always embedded, and PostgreSQL where TEST_DATABASE_URL names one. */
export const storageKinds: StorageKind[] = TEST_SERVER === null ? ["embedded"] : ["embedded", "server"];

export interface Storage {
  name: string;
  environment: Record<string, string>;
  /** Data gone. */
  remove(): Promise<void>;
}

/** Where a server under test keeps its data, as a first start and an orderly stop leave it: tables and no rows. */
export const newStorage = (kind: StorageKind): Promise<Storage> => storageFrom(kind, inject("templates"));

/** A folder or a database in which nothing has been started yet. */
export const newEmptyStorage = (kind: StorageKind): Promise<Storage> => storageFrom(kind, undefined);

async function storageFrom(kind: StorageKind, templates: Templates | undefined): Promise<Storage> {
  const key = { ENCRYPTION_KEY: randomBytes(32).toString("base64") };
  if (kind === "embedded" || TEST_SERVER === null) {
    const folder = await mkdtemp(join(tmpdir(), "bellwether-test-"));
    const dataDir = join(folder, "data");
    if (templates) await cp(templates.folder, dataDir, { recursive: true, mode: constants.COPYFILE_FICLONE });
    return {
      name: kind,
      environment: { DATA_DIR: dataDir, ...key },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const { url, drop } = await createServerDatabase(templates?.database ?? undefined);
  return { name: kind, environment: { DATABASE_URL: url, ...key }, remove: drop };
}

/** What `make-templates.ts` hands to the tests of a run; absent where a project makes none. */
export interface Templates {
  /** A data folder. */
  folder: string;
  /** A database on the test server. */
  database: string | null;
}

declare module "vitest" {
  interface ProvidedContext {
    templates?: Templates;
  }
}

/** A new database on the test server. @param template what it is copied from; absent = empty */
export async function createServerDatabase(template?: string): Promise<ScratchDatabase> {
  if (TEST_SERVER === null) throw new Error("TEST_DATABASE_URL is not set");
  return await createScratchDatabase(TEST_SERVER, template);
}

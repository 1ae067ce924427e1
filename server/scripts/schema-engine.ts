import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { PGlite } from "@electric-sql/pglite";
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";
import { PrismaPGlite } from "pglite-prisma-adapter";
import type { Migration } from "../src/adapters/db/migrations.ts";

/** The part of the global that is used; its types come with the browser's library only. */
declare const WebAssembly: {
  instantiate(
    code: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

const SCHEMA = new URL("../prisma/schema.prisma", import.meta.url);
const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** Prisma's schema engine as WebAssembly: the CLI's own would have to be downloaded. */
async function loadEngine(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const wasm = await readFile(entry.replace(/schema_engine\.js$/, "schema_engine_bg.wasm"));
  const imports = { "./schema_engine_bg.js": { ...engine } };
  const { instance } = await WebAssembly.instantiate(wasm, imports);
  engine.__wbg_set_wasm(instance.exports);
  const begin = instance.exports["__wbindgen_start"];
  if (typeof begin !== "function") throw new Error("the schema engine's WebAssembly has another shape");
  begin();
}

/** An empty database in memory whose scripts are awaited: the adapter itself does not, and loses their errors. */
async function emptyDatabase() {
  const pglite = new PGlite();
  await pglite.exec("SET timezone = 'UTC'");
  const adapter = await new PrismaPGlite(pglite).connect();
  adapter.executeScript = async (script) => {
    await pglite.exec(script);
  };
  adapter.dispose = () => pglite.close();
  return adapter;
}

/** SQL that leads from the migrations to the schema; `null` when they agree. */
export async function missingMigration(migrations: readonly Migration[]): Promise<string | null> {
  await loadEngine();
  const files = [{ path: "schema.prisma", content: await readFile(SCHEMA, "utf8") }];
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: "postgres",
    adapterName: "pglite",
    connect: emptyDatabase,
    connectToShadowDb: emptyDatabase,
  };
  const instance = await engine.SchemaEngine.new(
    { datamodels: files.map((file) => [file.path, file.content]) },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  const { exitCode, stdout } = await instance.diff({
    from: {
      tag: "migrations",
      baseDir: "migrations",
      lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
      shadowDbInitScript: "",
      migrationDirectories: migrations.map(({ name, sql }) => ({
        path: name,
        migrationFile: { path: "migration.sql", content: { tag: "ok", value: sql } },
      })),
    },
    to: { tag: "schemaDatamodel", files },
    script: true,
    exitCode: true,
    filters: NO_FILTERS,
  });
  return exitCode === 0 ? null : stdout;
}

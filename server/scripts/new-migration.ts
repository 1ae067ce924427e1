/** `npm run migration -- <name>`: writes what the schema says more than the migrations as the next migration. */
import { mkdir, writeFile } from "node:fs/promises";
import { MIGRATIONS_DIRECTORY, readMigrations } from "../src/adapters/db/migrations.ts";
import { missingMigration } from "./schema-engine.ts";

const [name] = process.argv.slice(2);
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error("usage: npm run migration -- <name in lower_snake_case>");
  process.exit(2);
}
await mkdir(MIGRATIONS_DIRECTORY, { recursive: true });
const sql = await missingMigration(await readMigrations());
if (sql === null) {
  console.log("The migrations already say what the schema says.");
} else {
  const stamp = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
  const folder = new URL(`${stamp}_${name}/`, MIGRATIONS_DIRECTORY);
  await mkdir(folder);
  await writeFile(new URL("migration.sql", folder), sql);
  console.log(`wrote server/prisma/migrations/${stamp}_${name}/migration.sql; read it before you commit it`);
}

/**
 * Writes the Prisma client to `src/adapters/db/generated/`, offline and on any system; runs after `npm install`.
 *
 * The Prisma CLI downloads a schema engine at every call unless it is told where one is. Generating a client
 * never starts it (the schema is read by WebAssembly), so any existing program will do: this Node itself.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const server = join(dirname(fileURLToPath(import.meta.url)), "..");
const cli = join(dirname(createRequire(import.meta.url).resolve("prisma/package.json")), "build", "index.js");

const run = spawnSync(
  process.execPath,
  [cli, "generate", "--no-hints", "--schema", join("prisma", "schema.prisma")],
  {
    cwd: server,
    encoding: "utf8",
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
      CHECKPOINT_DISABLE: "1",
    },
  },
);
if (run.status !== 0) {
  console.error(run.error?.message ?? `${run.stdout}${run.stderr}`);
  process.exit(run.status ?? 1);
}

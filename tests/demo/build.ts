import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";
import { buildApp } from "../../zendesk-app/scripts/package-app.ts";

const ROOT = join(import.meta.dirname, "../..");
export const CARD_FOLDER = join(ROOT, "hubspot-app/dist");
/** Not the app's own `dist`: that may hold a package made for someone's server. */
export const ZENDESK_FOLDER = join(import.meta.dirname, "dist/zendesk");
export const PAGE_FOLDER = join(import.meta.dirname, "dist/page");

interface Part {
  output: string;
  sources: readonly string[];
  build(): Promise<unknown>;
}

const script = (path: string) => () =>
  promisify(execFile)(process.execPath, [join(ROOT, path)], { cwd: ROOT });

const PARTS: readonly Part[] = [
  {
    output: CARD_FOLDER,
    sources: ["hubspot-app/src", "hubspot-app/scripts"],
    build: script("hubspot-app/scripts/build.ts"),
  },
  {
    output: ZENDESK_FOLDER,
    sources: ["zendesk-app/src", "zendesk-app/scripts", "shared/src"],
    build: () => buildApp(ZENDESK_FOLDER, { apiUrl: null, isPublic: false }),
  },
  {
    output: PAGE_FOLDER,
    sources: ["tests/demo/page", "tests/demo/protocol.ts", "tests/support/zaf-host.ts", "shared/src"],
    build: () =>
      build({
        root: join(import.meta.dirname, "page"),
        configFile: false,
        logLevel: "silent",
        build: { outDir: PAGE_FOLDER, emptyOutDir: true },
      }),
  },
];

/**
 * Builds what is missing or older than its sources, in a process of its own: the bundlers look at `NODE_ENV`, and
 * whoever starts the demo may have another one.
 * @throws {Error} with what the bundler printed
 */
export async function buildWhatChanged(): Promise<void> {
  const env = { ...process.env, NODE_ENV: "production" };
  await promisify(execFile)(process.execPath, [import.meta.filename], { env });
}

async function buildParts(): Promise<void> {
  await Promise.all(
    PARTS.map(async (part) => {
      if (await isStale(part)) await part.build();
    }),
  );
}

async function isStale({ output, sources }: Part): Promise<boolean> {
  const built = await times(output);
  if (built.length === 0) return true;
  const changed = (await Promise.all(sources.map((source) => times(join(ROOT, source))))).flat();
  return Math.max(...changed) > Math.min(...built);
}

/** Modification times (ms) of a file, or of all files in a folder; none where there is nothing. */
async function times(path: string): Promise<number[]> {
  const found = await stat(path).catch(() => null);
  if (found === null) return [];
  if (!found.isDirectory()) return [found.mtimeMs];
  const files = await readdir(path, { recursive: true, withFileTypes: true });
  return Promise.all(
    files
      .filter((file) => file.isFile() && !file.parentPath.includes("node_modules"))
      .map(async (file) => (await stat(join(file.parentPath, file.name))).mtimeMs),
  );
}

if (import.meta.main) await buildParts();

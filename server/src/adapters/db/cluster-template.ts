import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const DIRECTORY = new URL("../../../../node_modules/.cache/bellwether/", import.meta.url);

/**
 * A cluster as PGlite makes it, packed and without any data. Making one takes seconds of computing, unpacking one some
 * tenths. It is kept beside the installed packages and belongs to the very build of PGlite that made it.
 */
export interface ClusterTemplate {
  /** `null` = there is none yet. */
  read(): Promise<Blob | null>;
  /** All of it or nothing; where the folder cannot be written, every new cluster is made the long way. */
  keep(packed: Blob): Promise<void>;
  /** Of one that cannot be used. */
  remove(): Promise<void>;
}

export async function clusterTemplate(directory: URL = DIRECTORY): Promise<ClusterTemplate> {
  const build = await stat(createRequire(import.meta.url).resolve("@electric-sql/pglite/pglite.wasm"));
  const path = fileURLToPath(new URL(`cluster-${build.size}-${Math.trunc(build.mtimeMs)}.tar`, directory));
  return {
    read: () =>
      readFile(path).then(
        (bytes) => new Blob([bytes]),
        () => null, // there is none, or none for us: then it is made the long way
      ),
    keep: async (packed) => {
      const draft = `${path}.${randomUUID()}`;
      try {
        await mkdir(directory, { recursive: true });
        await writeFile(draft, packed.stream());
        await rename(draft, path);
      } catch {
        await rm(draft, { force: true }).catch(() => undefined); // a folder that nobody may write to has no draft
      }
    },
    // where it cannot be removed, every new cluster tries it first
    remove: () => rm(path, { force: true }).catch(() => undefined),
  };
}

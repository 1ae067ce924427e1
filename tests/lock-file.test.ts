import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      resolved: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const { packages } = lock.parse(
  JSON.parse(await readFile(new URL("../package-lock.json", import.meta.url), "utf8")),
);

/** Node's own look-up: beside the package, then in every folder above it. */
function isFound(path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (packages[`${folder === "" ? "" : `${folder}/`}node_modules/${name}`]) return true;
    if (folder === "" || !folder.includes("node_modules")) return false;
  }
}

describe("the lock file", () => {
  it("names the packages of all systems: npm leaves out what its registry lacks, and `npm ci` then refuses", () => {
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter((name) => !isFound(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it("records no download addresses", () => {
    expect(Object.values(packages).filter((entry) => entry.resolved?.startsWith("http"))).toEqual([]);
  });
});

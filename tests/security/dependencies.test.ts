import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const read = async (path: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../${path}`, import.meta.url), "utf8"));
const { packages } = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        devOptional: z.boolean().optional(),
        link: z.boolean().optional(),
        resolved: z.string().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(await read("package-lock.json"));
const root = z.object({ allowScripts: z.record(z.string(), z.boolean()) }).parse(await read("package.json"));

const nameOf = (path: string): string => path.split("node_modules/").at(-1) ?? path;
const foreign = Object.entries(packages).filter(
  ([path, entry]) => path.includes("node_modules/") && !entry.link,
);
const inProduction = foreign.filter(([, entry]) => !entry.dev && !entry.devOptional);

/** Licences that let a product be used, changed and passed on with no more than a notice. */
const PERMISSIVE = new Set([
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
  "Unlicense",
  "CC0-1.0",
  "Python-2.0",
]);
/** Others, each looked at: used unchanged, not passed on with our code. */
const LOOKED_AT: Readonly<Record<string, string>> = {
  elkjs: "EPL-2.0", // drawn in by Prisma's command line, which runs at install alone
};
const isPermissive = (license: string): boolean =>
  license
    .replaceAll(/[()]/g, "")
    .split(/ AND | and | OR /)
    .every((one) => PERMISSIVE.has(one));

describe("dependency audit (ASVS 15.1.2, 15.2.1)", () => {
  it("runs no install script but those that were allowed, by name", () => {
    const scripted = foreign.filter(([, entry]) => entry.hasInstallScript).map(([path]) => nameOf(path));
    expect([...new Set(scripted)].filter((name) => !(name in root.allowScripts))).toEqual([]);
    expect(Object.keys(root.allowScripts).toSorted()).toEqual([...new Set(scripted)].toSorted());
  });

  it("takes packages from the registry alone: no address, no repository, no file", () => {
    const elsewhere = foreign.filter(([, { resolved = "" }]) => /^(git|file|https?):|github:/.test(resolved));
    expect(elsewhere.map(([path]) => path)).toEqual([]);
    expect(foreign.filter(([, entry]) => entry.version === undefined).map(([path]) => path)).toEqual([]);
  });

  it("puts nothing into production whose licence asks for more than a notice", () => {
    expect(inProduction.length).toBeGreaterThan(50);
    const others = inProduction.filter(([, { license = "" }]) => !isPermissive(license));
    expect(Object.fromEntries(others.map(([path, { license = "none" }]) => [nameOf(path), license]))).toEqual(
      Object.fromEntries(
        Object.entries(LOOKED_AT).filter(([name]) => others.some(([path]) => nameOf(path) === name)),
      ),
    );
  });
});

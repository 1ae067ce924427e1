import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { format } from "node:util";
import { buildSingleExtension } from "@hubspot/ui-extensions-dev-server/build";
import { z } from "zod";
import { readJson } from "./project.ts";

export interface Bundle {
  /** Relative to the source folder. */
  entrypoint: string;
  file: string;
  bytes: number;
  /** npm packages whose code is in the bundle. */
  packages: string[];
}

/** React and remote-ui come from HubSpot's worker; what is left of npm in a card is HubSpot's own and JSX. */
const ALLOWED_PACKAGES = new Set(["@hubspot/ui-extensions", "react"]);

/**
 * Bundles entry files as HubSpot does after an upload, offline.
 * @param variables those of the profile, which the manifest carries
 * @throws {Error} naming the entry file and every warning, or the foreign package
 */
export async function bundleAll(
  sourceDir: string,
  entrypoints: readonly string[],
  outputDir: string,
  variables: Record<string, string> = {},
): Promise<Bundle[]> {
  rmSync(outputDir, { recursive: true, force: true });
  mkdirSync(outputDir, { recursive: true });
  const bundles: Bundle[] = [];
  // one after the other: the bundler reports through the console, which is caught per entry file
  for (const entrypoint of entrypoints) {
    bundles.push(await bundleOne(sourceDir, entrypoint, outputDir, variables));
  }
  return bundles;
}

async function bundleOne(
  sourceDir: string,
  entrypoint: string,
  outputDir: string,
  variables: Record<string, string>,
): Promise<Bundle> {
  const warnings = await collectingWarnings(() =>
    buildSingleExtension({
      file: basename(entrypoint),
      root: join(sourceDir, dirname(entrypoint)),
      outputDir,
      emptyOutDir: false,
      minify: true,
      logLevel: "warn",
      codeCheckingPluginEnabled: true,
      appConfig: { variables },
    }),
  );
  const name = basename(entrypoint, extname(entrypoint));
  const file = join(outputDir, `${name}.js`);
  const packages = packagesOf(readJson(join(outputDir, `${name}-manifest.json`)));
  const foreign = packages.filter((p) => !ALLOWED_PACKAGES.has(p));
  const problems = [...foreign.map((p) => `the bundle contains ${p}`), ...warnings];
  if (problems.length > 0) throw new Error(`${entrypoint}: ${problems.join("; ")}`);
  return { entrypoint, file, bytes: readFileSync(file).length, packages };
}

/** The bundler has no hook for warnings: it and its plugins write to the console. */
async function collectingWarnings(work: () => Promise<void>): Promise<string[]> {
  const warnings: string[] = [];
  const { log, warn, error } = console;
  const collect = (...args: unknown[]): void => {
    warnings.push(format(...args).trim());
  };
  console.log = collect;
  console.warn = collect;
  console.error = collect;
  try {
    await work();
  } finally {
    console.log = log;
    console.warn = warn;
    console.error = error;
  }
  return warnings;
}

const moduleList = z.array(z.object({ module: z.string() }));
const bundleManifest = z.object({ modules: z.object({ internal: moduleList, external: moduleList }) });

/** What the bundler's manifest says: Node's own modules appear there as `__vite-browser-external`. */
function packagesOf(manifest: unknown): string[] {
  const { internal, external } = bundleManifest.parse(manifest).modules;
  const names = [...internal, ...external].flatMap(({ module }) => {
    if (module.includes("__vite-browser-external") || module.startsWith("node:")) return ["a module of Node"];
    if (module.startsWith("/") && !module.includes("node_modules"))
      return [`${module}, outside of the folder`];
    const match = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(module);
    return match?.[1] ? [match[1]] : [];
  });
  return [...new Set(names)].sort();
}

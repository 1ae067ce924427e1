/**
 * Builds, checks and packs the app: `npm run package [-- --api-url https://bellwether.example.com] [--public]`.
 * Leaves the package in `dist/` and packed in `dist/bellwether-zendesk-app.zip`.
 */
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vite";
import { readFolder, readPackage } from "./package-files.ts";
import { packagedManifest, type Release } from "./packaged-manifest.ts";
import type { Finding } from "./rules/app-package.ts";
import { describeFinding, hasErrors, validatePackage } from "./validate-package.ts";
import { writeZip } from "./write-zip.ts";

const APP = join(import.meta.dirname, "..");
const ZIP_NAME = "bellwether-zendesk-app.zip";

export interface PackagedApp {
  zipPath: string;
  zipBytes: number;
  findings: Finding[];
}

/**
 * @param folder is emptied first
 * @throws {Error} naming the findings when the package would be refused
 */
export async function packageApp(folder: string, release: Release): Promise<PackagedApp> {
  await buildApp(folder, release);
  const files = await readFolder(folder);
  const zip = writeZip(files);
  // What is uploaded is the zip, so what is read back from it must pass.
  const findings = validatePackage(readPackage(zip));
  if (hasErrors(findings)) throw new Error(findings.map(describeFinding).join("\n"));
  const zipPath = join(folder, ZIP_NAME);
  await writeFile(zipPath, zip);
  return { zipPath, zipBytes: zip.length, findings };
}

/** Builds the unpacked package: manifest, translations and `assets/`. */
export async function buildApp(folder: string, release: Release): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    configFile: join(APP, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: join(folder, "assets") },
  });
  await cp(join(APP, "src/assets"), join(folder, "assets"), { recursive: true });
  await cp(join(APP, "src/translations"), join(folder, "translations"), { recursive: true });
  const manifest = JSON.parse(await readFile(join(APP, "src/manifest.json"), "utf8"));
  const released = packagedManifest(manifest, release);
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(released, null, 2)}\n`);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { "api-url": { type: "string" }, public: { type: "boolean" } } });
  const release = { apiUrl: values["api-url"] ?? null, isPublic: values.public ?? false };
  const { zipPath, zipBytes, findings } = await packageApp(join(APP, "dist"), release);
  for (const finding of findings) console.log(describeFinding(finding));
  console.log(`${zipPath} (${Math.ceil(zipBytes / 1024)} kB)`);
}

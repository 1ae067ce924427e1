import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the HubSpot project, the folder with `hsproject.json`. */
export const PROJECT_DIR = fileURLToPath(new URL("..", import.meta.url));
export const SOURCE_DIR = join(PROJECT_DIR, "src");
export const CARDS_DIR = join(SOURCE_DIR, "app/cards");

export interface MetaFile {
  /** Relative to the source folder, e.g. `app/cards/health-card-hsmeta.json`. */
  path: string;
  content: unknown;
}

/** All component files of the project, wherever they lie; HubSpot skips misplaced ones in silence. */
export function readMetaFiles(sourceDir: string = SOURCE_DIR): MetaFile[] {
  return readdirSync(sourceDir, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("-hsmeta.json") && !path.includes("node_modules"))
    .sort()
    .map((path) => ({ path, content: readJson(join(sourceDir, path)) }));
}

/** Entry files that component files name, relative to the source folder, each once. */
export function entrypointsOf(files: readonly MetaFile[]): string[] {
  const named = files.flatMap(({ content }) => {
    const config = isObject(content) ? content["config"] : undefined;
    const entrypoint = isObject(config) ? config["entrypoint"] : undefined;
    return typeof entrypoint === "string" ? [entrypoint.replace(/^\//, "")] : [];
  });
  return [...new Set(named)];
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

import type { PackageFiles } from "../package-files.ts";
import { parseStrictJson } from "../strict-json.ts";

export interface Finding {
  level: "error" | "warning";
  /** File in the package, or `package` for the whole. */
  where: string;
  message: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** A package as the rules look at it. */
export interface AppPackage {
  files: PackageFiles;
  /** `{}` while only the rules about files speak. */
  manifest: JsonObject;
}

export type Rule = (app: AppPackage) => Finding[];

export const error = (where: string, message: string): Finding => ({ level: "error", where, message });
export const warning = (where: string, message: string): Finding => ({ level: "warning", where, message });

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns `null` and the reasons when the file is no JSON object; repeated keys are findings, but no obstacle */
export function readJsonObject(
  files: PackageFiles,
  path: string,
): { value: JsonObject | null; findings: Finding[] } {
  const file = files.get(path);
  if (!file) return { value: null, findings: [error(path, "is missing")] };
  const json = parseStrictJson(file.bytes.toString("utf8"));
  if (!json.isValid) return { value: null, findings: [error(path, `is not JSON: ${json.message}`)] };
  const findings = json.duplicateKeys.map((key) => error(path, `has the key "${key}" twice in one object`));
  if (!isObject(json.value))
    return { value: null, findings: [...findings, error(path, "is not a JSON object")] };
  return { value: json.value, findings };
}

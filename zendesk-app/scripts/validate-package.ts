/**
 * Checks an app's package by the rules that Zendesk checks at upload, as far as they are published:
 * `node scripts/validate-package.ts <folder or zip>`. Ends with 1 when there is an error; warnings do not block.
 * Source: github.com/zendesk/zendesk_apps_support 4.52.0 and the manifest and requirements pages of
 * developer.zendesk.com, read in 2026-08; ours in wording, theirs in meaning.
 */
import { readFile, stat } from "node:fs/promises";
import { type PackageFiles, readFolder, readPackage } from "./package-files.ts";
import { type Finding, type Rule, readJsonObject } from "./rules/app-package.ts";
import { fileTypeRule, imageRule, layoutRule } from "./rules/file-rules.ts";
import { locationRule } from "./rules/location-rules.ts";
import { manifestExtrasRule, manifestSchemaRule, purposeRule } from "./rules/manifest-rules.ts";
import { parameterRule } from "./rules/parameter-rules.ts";
import { requirementRule } from "./rules/requirement-rules.ts";
import { suspicionRule } from "./rules/suspicion-rules.ts";
import { translationRule } from "./rules/translation-rules.ts";

const FILE_RULES: readonly Rule[] = [layoutRule, fileTypeRule, suspicionRule];
const APP_RULES: readonly Rule[] = [
  manifestSchemaRule,
  purposeRule,
  manifestExtrasRule,
  locationRule,
  parameterRule,
  translationRule,
  requirementRule,
  imageRule,
];

/** @returns errors and warnings, in the order of the rules; empty = nothing to complain of */
export function validatePackage(files: PackageFiles): Finding[] {
  const fileFindings = FILE_RULES.flatMap((rule) => rule({ files, manifest: {} }));
  if (!files.has("manifest.json")) return fileFindings;
  const { value: manifest, findings } = readJsonObject(files, "manifest.json");
  const appFindings = manifest ? APP_RULES.flatMap((rule) => rule({ files, manifest })) : [];
  return [...fileFindings, ...findings, ...appFindings];
}

export const hasErrors = (findings: readonly Finding[]): boolean =>
  findings.some(({ level }) => level === "error");

export const describeFinding = ({ level, where, message }: Finding): string =>
  `${level}: ${where} ${message}`;

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (!path) throw new Error("usage: validate-package <folder or zip>");
  const isFolder = (await stat(path)).isDirectory();
  const findings = validatePackage(isFolder ? await readFolder(path) : readPackage(await readFile(path)));
  for (const finding of findings) console.log(describeFinding(finding));
  if (hasErrors(findings)) process.exitCode = 1;
}

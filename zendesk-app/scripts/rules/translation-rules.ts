import {
  type AppPackage,
  error,
  type Finding,
  isObject,
  type JsonObject,
  type Rule,
  readJsonObject,
} from "./app-package.ts";
import { PRODUCTS, productsOf } from "./location-rules.ts";
import { LOCALE } from "./manifest-rules.ts";

const FILE = /^translations\/([^/]+)\.json$/;

export const translationRule: Rule = (app) => {
  const locale = String(app.manifest["defaultLocale"] ?? "en");
  const wanted = `translations/${locale}.json`;
  const findings = app.files.has(wanted) ? [] : [error(wanted, "is missing")];
  for (const path of app.files.keys()) {
    const [, name] = FILE.exec(path) ?? [];
    if (name === undefined) continue;
    if (!LOCALE.test(name)) findings.push(error(path, "is not named after a locale"));
    const { value, findings: unread } = readJsonObject(app.files, path);
    findings.push(...unread, ...(value ? contentFindings(app, path, value) : []));
  }
  return findings;
};

function contentFindings({ manifest }: AppPackage, path: string, content: JsonObject): Finding[] {
  const section = content["app"];
  if (!isObject(section)) return [error(path, "has no app section")];
  const products = Object.keys(section).filter((key) => key in PRODUCTS && isObject(section[key]));
  const unused = products.filter((key) => !productsOf(manifest).includes(PRODUCTS[key] ?? key));
  const findings = unused.map((key) =>
    error(path, `app.${key} is a product that the manifest does not name`),
  );
  const texts =
    products.length > 0
      ? products.map((key) => [`app.${key}`, section[key]] as const)
      : [["app", section] as const];
  for (const [label, part] of texts) {
    if (isObject(part)) findings.push(...listingFindings(path, label, part, manifest["private"] === false));
  }
  return [...findings, ...parameterFindings(path, section["parameters"]), ...leafFindings(path, content)];
}

function listingFindings(path: string, label: string, section: JsonObject, isPublic: boolean): Finding[] {
  const has = (key: string) => {
    const given = section[key];
    const text = isObject(given) ? given["value"] : given;
    return typeof text === "string" && text !== "";
  };
  const needed = isPublic ? ["name", "long_description", "installation_instructions"] : ["name"];
  const findings = needed.filter((key) => !has(key)).map((key) => error(path, `${label}.${key} is missing`));
  if (isPublic && !has("short_description") && !has("description"))
    findings.push(error(path, `${label}.short_description is missing`));
  return findings;
}

function parameterFindings(path: string, parameters: unknown): Finding[] {
  if (parameters === undefined) return [];
  if (!isObject(parameters)) return [error(path, "app.parameters is not an object")];
  return Object.entries(parameters)
    .filter(([, texts]) => !isObject(texts) || typeof texts["label"] !== "string")
    .map(([name]) => error(path, `app.parameters.${name}.label is missing`));
}

/** With `app.package` the file is in translators' form: each text has a title for them beside its value. */
function leafFindings(path: string, content: JsonObject): Finding[] {
  if (!isObject(content["app"]) || !("package" in content["app"])) return [];
  const { package: _, ...rest } = content["app"];
  return plainLeaves({ ...content, app: rest }, []).map((leaf) =>
    error(path, `${leaf} must be {title, value}`),
  );
}

function plainLeaves(value: unknown, trail: readonly string[]): string[] {
  if (!isObject(value)) return [trail.join(".")];
  if (typeof value["title"] === "string" && typeof value["value"] === "string") return [];
  return Object.entries(value).flatMap(([key, inner]) => plainLeaves(inner, [...trail, key]));
}

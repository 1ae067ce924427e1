import { z } from "zod";
import { error, type Finding, isObject, type Rule } from "./app-package.ts";

export const LOCALE = /^[a-z]{2,3}(-\w{2,3})?$/;
const webAddress = z.string().regex(/^https?:\/\//, "must begin with http:// or https://");
const text = z.string();
const filled = z.string().min(1);

/** Every key that the platform reads from the manifest; locations and parameters have rules of their own. */
const manifestSchema = z.object({
  name: text.optional(),
  author: z.object({ name: text, email: text, url: webAddress }),
  defaultLocale: text.regex(LOCALE, "is not a locale such as en or en-GB"),
  frameworkVersion: z.literal("2.0").optional(),
  location: z.record(text, z.unknown()).optional(),
  version: text.optional(),
  private: z.boolean().optional(),
  singleInstall: z.boolean().optional(),
  signedUrls: z.boolean().optional(),
  requirementsOnly: z.boolean().optional(),
  marketingOnly: z.boolean().optional(),
  parameters: z.array(z.unknown()).optional(),
  domainWhitelist: z.array(filled.regex(/^[^/\s]+$/, "must be a host without protocol or path")).optional(),
  oauth: z
    .object({ client_id: filled, client_secret: filled, authorize_uri: filled, access_token_uri: filled })
    .optional(),
  termsConditionsURL: webAddress.optional(),
  remoteInstallationURL: text.optional(),
  gaID: text.optional(),
  experiments: z.record(text, z.unknown()).optional(),
});

const MANIFEST = "manifest.json";
const PUBLIC_EXPERIMENTS = ["hashParams", "newCssCompiler"];
const CODE = /\.(js|css|hbs|hdbs|html?)$/;

export const manifestSchemaRule: Rule = ({ manifest }) => {
  const read = manifestSchema.safeParse(manifest);
  if (read.success) return [];
  return read.error.issues.map(({ path, message }) => error(MANIFEST, `${path.join(".")}: ${message}`));
};

/** Apps with code name the framework and their places; those without have neither. */
export const purposeRule: Rule = ({ manifest, files }) => {
  const isBare = manifest["requirementsOnly"] === true || manifest["marketingOnly"] === true;
  if (!isBare) return missing(manifest, ["frameworkVersion", "location"]);
  const findings: Finding[] = [];
  for (const key of ["location", "frameworkVersion"]) {
    if (key in manifest) findings.push(error(MANIFEST, `${key} is not allowed in an app without code`));
  }
  for (const path of files.keys()) {
    if (CODE.test(path)) findings.push(error(path, "is code in an app that says it has none"));
  }
  return manifest["marketingOnly"] === true ? [...findings, ...marketingFindings(manifest, files)] : findings;
};

function marketingFindings(manifest: Readonly<Record<string, unknown>>, files: ReadonlyMap<string, unknown>) {
  const findings: Finding[] = [];
  // A manifest that does not say so is private.
  if (manifest["private"] !== false)
    findings.push(error(MANIFEST, "a marketing-only app must not be private"));
  if ("parameters" in manifest) findings.push(error(MANIFEST, "a marketing-only app has no parameters"));
  if (files.has("requirements.json"))
    findings.push(error("requirements.json", "a marketing-only app has no requirements"));
  return findings;
}

/** Leftovers of framework 1, experiments, and OAuth without its parameter. */
export const manifestExtrasRule: Rule = ({ manifest }) => {
  const findings: Finding[] = [];
  if ("noTemplate" in manifest) findings.push(error(MANIFEST, "noTemplate does not exist in framework 2.0"));
  const experiments = isObject(manifest["experiments"]) ? Object.keys(manifest["experiments"]) : [];
  if (manifest["private"] === false) {
    for (const name of experiments.filter((experiment) => !PUBLIC_EXPERIMENTS.includes(experiment))) {
      findings.push(error(MANIFEST, `experiments.${name} is not allowed in a public app`));
    }
  }
  const parameters = Array.isArray(manifest["parameters"]) ? manifest["parameters"] : [];
  const hasParameter = parameters.some((parameter) => isObject(parameter) && parameter["type"] === "oauth");
  if ("oauth" in manifest && !hasParameter)
    findings.push(error(MANIFEST, "oauth needs a parameter of type oauth"));
  return findings;
};

const missing = (manifest: Readonly<Record<string, unknown>>, keys: readonly string[]): Finding[] =>
  keys.filter((key) => !(key in manifest)).map((key) => error(MANIFEST, `${key} is missing`));

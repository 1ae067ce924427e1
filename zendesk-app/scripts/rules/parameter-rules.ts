import { error, type Finding, isObject, type JsonObject, type Rule, warning } from "./app-package.ts";

const MANIFEST = "manifest.json";
const TYPES = ["text", "checkbox", "url", "number", "multiline", "hidden", "oauth", "mtls"];
const SCOPES = [
  "header",
  "body",
  "url",
  "jwt_secret_key",
  "jwt_claim",
  "basic_auth_username",
  "basic_auth_password",
];
const SECRET_NAME = /token|key|pwd|password/i;
const MAX_MTLS = 3;

export const parameterRule: Rule = ({ manifest }) => {
  const parameters = Array.isArray(manifest["parameters"]) ? manifest["parameters"] : [];
  const objects = parameters.filter(isObject);
  return [
    ...(objects.length < parameters.length
      ? [error(MANIFEST, "parameters holds something that is no object")]
      : []),
    ...objects.flatMap((parameter) => [...typeFindings(parameter), ...secrecyFindings(parameter)]),
    ...setFindings(objects),
  ];
};

function typeFindings(parameter: JsonObject): Finding[] {
  const { name, type, required } = parameter;
  const findings: Finding[] = [];
  const complain = (message: string) =>
    findings.push(error(MANIFEST, `parameter ${String(name)}: ${message}`));
  if (typeof name !== "string" || name === "") complain("has no name");
  if (name === "name") complain("the platform keeps this name for itself");
  if (typeof type !== "string" || !TYPES.includes(type))
    complain(`${String(type)} is not a type of parameter`);
  for (const flag of ["required", "secure"]) {
    if (flag in parameter && typeof parameter[flag] !== "boolean")
      complain(`${flag} is neither true nor false`);
  }
  if (type === "hidden" && required === true) complain("hidden parameters cannot be required");
  if (type === "oauth" && parameter["secure"] === true) complain("oauth parameters cannot be secure");
  if (type === "mtls" && !parameter["allowed_domain"]) complain("needs an allowed_domain");
  return findings;
}

function secrecyFindings(parameter: JsonObject): Finding[] {
  const { name, type, scopes, default: preset } = parameter;
  const isSecure = parameter["secure"] === true;
  const label = `parameter ${String(name)}`;
  const findings: Finding[] = [];
  if (scopes !== undefined && !isSecure)
    findings.push(error(MANIFEST, `${label}: only secure ones have scopes`));
  if (scopes !== undefined && !areScopes(scopes))
    findings.push(error(MANIFEST, `${label}: its scopes are wrong`));
  if (isSecure && scopes === undefined) findings.push(warning(MANIFEST, `${label}: secure without scopes`));
  if (preset !== undefined && (isSecure || type === "hidden"))
    findings.push(warning(MANIFEST, `${label}: its default is stored in clear`));
  if (type === "text" && !isSecure && SECRET_NAME.test(String(name)))
    findings.push(warning(MANIFEST, `${label}: named like a secret, but not secure`));
  return findings;
}

const areScopes = (scopes: unknown): boolean =>
  Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => SCOPES.includes(scope));

function setFindings(parameters: readonly JsonObject[]): Finding[] {
  const findings: Finding[] = [];
  const names = parameters.map(({ name }) => name);
  for (const name of new Set(names.filter((own, i) => names.indexOf(own) !== i)))
    findings.push(error(MANIFEST, `parameter ${String(name)} is there twice`));
  const count = (type: string) => parameters.filter((parameter) => parameter["type"] === type).length;
  if (count("oauth") > 1) findings.push(error(MANIFEST, "there is more than one oauth parameter"));
  if (count("mtls") > MAX_MTLS)
    findings.push(error(MANIFEST, `there are more than ${MAX_MTLS} mtls parameters`));
  return findings;
}

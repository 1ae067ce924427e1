import { type Finding, type Rule, warning } from "./app-package.ts";

const TEXT = /\.(js|html?|json|css|xml|svg|hbs|hdbs)$/i;
const INSECURE = /\bhttp:\/\/(?!localhost\b|127\.0\.0\.1\b|www\.w3\.org\/)[\w.-]+/g;
const WORDS =
  /\b(password|secret|secretToken|secret_token|auth_key|authKey|auth_pass|authPass|auth_user|AuthUser|api_key)\b/g;
/** Shapes of known secrets. Sources: the vendors' documentation of their key formats. */
const SECRETS: readonly (readonly [name: string, shape: RegExp])[] = [
  ["Slack token", /\bxox[abpors]-[\w-]{10,}/],
  ["AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["GitHub token", /\bgh[pousr]_\w{36}\b/],
  ["Google API key", /\bAIza[\w-]{35}\b/],
];

/** Warnings only: the words also stand in innocent code. */
export const suspicionRule: Rule = ({ files }) =>
  [...files].flatMap(([path, { bytes }]) =>
    TEXT.test(path) ? textFindings(path, bytes.toString("utf8")) : [],
  );

function textFindings(path: string, text: string): Finding[] {
  const findings: Finding[] = [];
  if (/\.(js|html?)$/i.test(path)) {
    for (const url of new Set(text.match(INSECURE)))
      findings.push(warning(path, `speaks of ${url}, which is not https`));
  }
  const words = [...new Set(text.match(WORDS))];
  if (words.length > 0) findings.push(warning(path, `has suspicious words: ${words.join(", ")}`));
  for (const [name, shape] of SECRETS) {
    if (shape.test(text)) findings.push(warning(path, `holds something that looks like a ${name}`));
  }
  return findings;
}

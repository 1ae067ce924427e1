import { createHash } from "node:crypto";

const names = new Map<string, string>();

/** The same for the same text, in 63 characters at most, as PostgreSQL's names are. Remembered for ever. */
export function statementName(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = createHash("sha256").update(text).digest("base64url");
  names.set(text, name);
  return name;
}

/** Deeper JSON than any platform sends; PostgreSQL and `JSON.stringify` give up somewhat later. */
const MAX_DEPTH = 64;
const REPLACEMENT = "\uFFFD";
// biome-ignore lint/suspicious/noControlCharactersInRegex: the NUL character is what is looked for
const NUL = /\u0000/g;

/**
 * A parsed JSON value as PostgreSQL's jsonb can keep it: NUL characters and lone surrogates become U+FFFD, numbers
 * beyond double precision (`1e400`) become null, and what is nested deeper than 64 levels is cut to null. A value
 * that needs none of this, as nearly all do, is given back itself.
 */
export const storableJson = (value: unknown): unknown =>
  isStorable(value, 0) ? value : storableCopy(value, 0);

function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === "string") return isStorableText(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  const fields = value as Readonly<Record<string, unknown>>;
  // Object.hasOwn and Object.keys would cost more than all other checks: parsed JSON inherits nothing enumerable
  for (const key in fields) if (!isStorableText(key) || !isStorable(fields[key], depth + 1)) return false;
  return true;
}

function storableCopy(value: unknown, depth: number): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => storableCopy(item, depth + 1));
  // fromEntries defines own keys, so that a `__proto__` in the text stays a plain key
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), storableCopy(item, depth + 1)]),
  );
}

const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes("\u0000");
const storableText = (text: string): string => text.toWellFormed().replace(NUL, REPLACEMENT);

/** Deeper JSON than any platform sends; PostgreSQL and `JSON.stringify` give up somewhat later. */
const MAX_DEPTH = 64;
const REPLACEMENT = "\uFFFD";
// biome-ignore lint/suspicious/noControlCharactersInRegex: the NUL character is what is looked for
const NUL = /\u0000/g;

/**
 * A parsed JSON value as PostgreSQL's jsonb can keep it: NUL characters and lone surrogates become U+FFFD, numbers
 * beyond double precision (`1e400`) become null, and what is nested deeper than 64 levels is cut to null.
 */
export function storableJson(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return storableText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => storableJson(item, depth + 1));
  // fromEntries defines own keys, so that a `__proto__` in the text stays a plain key
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), storableJson(item, depth + 1)]),
  );
}

const storableText = (text: string): string => text.toWellFormed().replace(NUL, REPLACEMENT);

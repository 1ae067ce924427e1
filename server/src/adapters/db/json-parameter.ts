/** An odd number of backslashes before `u0000` or a surrogate: an escape, and not text that looks like one. */
const unstorableEscape = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * Text that PostgreSQL can hold: NUL and halves of surrogate pairs become U+FFFD. The same text gives the same
 * result, so that a duplicate stays one.
 */
export const storableText = (text: string): string => text.replaceAll("\u0000", "\uFFFD").toWellFormed();

/** JSON for a statement's parameter; the whole value is cleaned only where something needs it. */
export function jsonParameter(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  // nearly no text has an escape of this kind, and looking for two characters is far cheaper than for the pattern
  return json.includes("\\u") && unstorableEscape.test(json) ? JSON.stringify(storable(value)) : json;
}

function storable(value: unknown): unknown {
  if (typeof value === "string") return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (value instanceof Date || value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [storableText(key), storable(item)]));
}

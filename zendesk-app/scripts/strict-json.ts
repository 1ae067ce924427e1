/** What `JSON.parse` keeps to itself: a key that stands twice in one object silently loses its first value. */
export type StrictJson =
  | { isValid: true; value: unknown; duplicateKeys: string[] }
  | { isValid: false; message: string };

export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { isValid: false, message: error instanceof Error ? error.message : String(error) };
  }
  return { isValid: true, value, duplicateKeys: duplicateKeysOf(text) };
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Only for text that is valid JSON. Keys that differ in spelling but not in meaning (`a`) are the same key. */
function duplicateKeysOf(text: string): string[] {
  const duplicates: string[] = [];
  const open: (Set<string> | null)[] = [];
  let lastString = "";
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(null);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") remember(open.at(-1), lastString, duplicates);
    else if (token !== ",") lastString = String(JSON.parse(token));
  }
  return duplicates;
}

function remember(keys: Set<string> | null | undefined, key: string, duplicates: string[]): void {
  if (!keys) return;
  if (keys.has(key)) duplicates.push(key);
  keys.add(key);
}

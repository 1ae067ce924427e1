import { createHash } from "node:crypto";
import { storableText } from "./json-parameter.ts";

/** An index entry must stay well under a third of a page, whatever a platform sends. */
const MAX_LENGTH = 200;

/** Text to look up by equality: long texts are hashed, so that every one of them can stand in an index. */
export function indexKey(text: string): string {
  const key = storableText(text);
  return key.length > MAX_LENGTH ? `sha256:${createHash("sha256").update(key).digest("hex")}` : key;
}

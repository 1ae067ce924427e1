import { storableText } from "../db/json-parameter.ts";

const SECRET_NAME = /pass(word|wd)?$|secret|token|authorization|cookie|api_?key|write_?key/i;
/** Our own write keys, wherever they stand. */
const WRITE_KEY = /bwk_[\w-]+/g;
const SECRET_FIELD =
  /"[^"]*(?:password|secret|token|authorization|cookie|api_?key|write_?key)"\s*:\s*"[^"]*"?/gi;
const MAX_BYTES = 4_096;
const LEFT_OUT = "(left out)";

/** The beginning of an event as people may read it. */
export const shownEvent = (event: unknown): string =>
  shownText(
    JSON.stringify(event, (name, value: unknown) => (SECRET_NAME.test(name) ? LEFT_OUT : value)) ?? "",
  );

/** The same for text that is no JSON. */
export const shownText = (text: string): string =>
  cut(storableText(text.replace(WRITE_KEY, LEFT_OUT).replace(SECRET_FIELD, `"${LEFT_OUT}"`)));

/** At most 4 KB in UTF-8; half a character at the end goes. */
const cut = (text: string): string =>
  Buffer.byteLength(text) <= MAX_BYTES
    ? text
    : Buffer.from(text)
        .subarray(0, MAX_BYTES)
        .toString("utf8")
        .replace(/\uFFFD$/, "");

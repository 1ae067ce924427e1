import { describe, expect, it } from "vitest";
import { parseStrictJson } from "./strict-json.ts";

describe("parseStrictJson", () => {
  it.each([
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', []],
    ['{"a":1,"a":2}', ["a"]],
    ['{"x":{"b":1,"b":2,"b":3}}', ["b", "b"]],
    ['{"a":1,"\\u0061":2}', ["a"]],
    ['{"a":"{\\"b\\":1,\\"b\\":2}"}', []],
    ['[{"a":[{"c":1,"c":2}]}]', ["c"]],
  ])("finds the keys that stand twice in one object of %s", (text, duplicateKeys) => {
    expect(parseStrictJson(text)).toMatchObject({ isValid: true, duplicateKeys });
  });

  it.each(["", "{", '{"a":1,}', "undefined"])("refuses %s", (text) => {
    expect(parseStrictJson(text).isValid).toBe(false);
  });
});

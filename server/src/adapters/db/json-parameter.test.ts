import { expect, it } from "vitest";
import { jsonParameter, storableText } from "./json-parameter.ts";

it("leaves ordinary text, emoji and text about escapes as they are", () => {
  const value = { name: "Ünïcode 🚀", code: "\\u0000", path: "C:\\ud800" };
  expect(JSON.parse(jsonParameter(value))).toEqual(value);
});

it("replaces NUL and broken surrogates wherever they stand, in keys too", () => {
  const json = jsonParameter({ "a\u0000": ["x\ud800y", { b: "\udc00" }], at: new Date(0), n: null });
  expect(JSON.parse(json)).toEqual({
    "a\uFFFD": ["x\uFFFDy", { b: "\uFFFD" }],
    at: "1970-01-01T00:00:00.000Z",
    n: null,
  });
});

it("gives the same text for the same text", () => {
  expect(storableText("k\u0000\ud800")).toBe(storableText("k\u0000\ud800"));
});

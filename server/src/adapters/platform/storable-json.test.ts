import { expect, it } from "vitest";
import { storableJson } from "./storable-json.ts";

it("leaves ordinary values as they are", () => {
  const value = { a: [1, "Zoë 🦊", null, true], b: { c: "" } };
  expect(storableJson(value)).toEqual(value);
});

it("replaces NUL characters and lone surrogates in texts and keys", () => {
  expect(storableJson(JSON.parse('{"a\\u0000":"x\\ud800y\\u0000"}'))).toEqual({
    "a\uFFFD": "x\uFFFDy\uFFFD",
  });
});

it("turns numbers that have no JSON form into null", () => {
  expect(storableJson(JSON.parse("[1e400,-1e400,1]"))).toEqual([null, null, 1]);
});

it("cuts what is nested deeper than the database takes, without running out of stack", () => {
  const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
  expect(JSON.stringify(storableJson(deep))).toBe(`${"[".repeat(64)}null${"]".repeat(64)}`);
});

it("keeps a __proto__ key a plain key", () => {
  const copy = storableJson(JSON.parse('{"__proto__":{"isAdmin":true}}'));
  expect(Object.hasOwn(copy as object, "__proto__")).toBe(true);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
});

it("gives back the value itself where nothing is to be changed, and never changes what it was given", () => {
  const good = { a: ["Zoë 🦊"] };
  expect(storableJson(good)).toBe(good);
  const bad = { a: ["x\u0000"], b: good };
  expect(storableJson(bad)).toEqual({ a: ["x\uFFFD"], b: good });
  expect(bad.a).toEqual(["x\u0000"]);
});

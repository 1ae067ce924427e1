import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { pack } from "./pack.ts";
import { SHAPES } from "./shapes.ts";
import { unpack } from "./unpack.ts";
import { WORDS } from "./words.ts";

const again = (value: unknown): unknown => unpack(pack(value));
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const anyText = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(...WORDS),
  fc
    .tuple(
      fc.constantFrom(...WORDS),
      fc.oneof(fc.nat(), fc.double(), fc.constantFrom("007", "1.50", "2.005", "1e9", "#")),
    )
    .map(([word, number]) => word.replaceAll("#", String(number))),
  fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
);
const anyNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 1e9 }).map((n) => n / 1000),
);
const anyShape = fc
  .constantFrom(...SHAPES)
  .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, fc.oneof(anyText, anyNumber)]))));
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    anyNumber,
    fc.constantFrom(null, true, false),
    anyShape,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 5 },
    ),
  ),
}));

it("gives back to the last bit, and in the same order, what JSON gives back", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(JSON.stringify(again(value))).toBe(JSON.stringify(asJson(value)));
    }),
    { numRuns: 500 },
  );
});

it("takes a few bytes for what is known", () => {
  expect(pack("Last contact 31 days ago.").length).toBeLessThan(6);
  expect(pack("2026-03-01T12:00:00.000Z").length).toBeLessThan(9);
  expect(pack({ measure: "nps", label: "NPS", remedy: null }).length).toBeLessThan(40);
  expect(pack(57.2).length).toBeLessThan(7);
});

it("keeps apart texts that look alike", () => {
  for (const text of [
    "Last contact 007 days ago.",
    "Last contact 1.50 days ago.",
    "Last contact # days ago.",
  ])
    expect(again(text)).toBe(text);
});

it("refuses what is cut off, too long, or of a later version", () => {
  const packed = pack(["Acme", { measure: "nps" }]);
  expect(() => unpack(packed.subarray(0, -1))).toThrow();
  expect(() => unpack(Buffer.concat([packed, packed]))).toThrow("more than was packed");
  expect(() => unpack(Buffer.concat([Buffer.from([9]), packed]))).toThrow("version 9");
});

const WORDS_IN_VERSION_1 = 438;
const SHAPES_IN_VERSION_1 = 20;

it("never renumbers a word or a shape: results of years are packed with them", () => {
  const numbered = (list: readonly unknown[], length: number): string =>
    createHash("sha256")
      .update(JSON.stringify(list.slice(0, length)))
      .digest("hex")
      .slice(0, 16);
  expect(numbered(WORDS, WORDS_IN_VERSION_1)).toBe("68f9b1d2b3494673");
  expect(numbered(SHAPES, SHAPES_IN_VERSION_1)).toBe("5ffdd323762de702");
});

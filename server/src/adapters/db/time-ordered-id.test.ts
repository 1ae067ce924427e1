import { expect, it } from "vitest";
import { z } from "zod";
import { timeOrderedId } from "./time-ordered-id.ts";

const at = (ms: number, fill: number): string => timeOrderedId(new Date(ms), new Uint8Array(10).fill(fill));

it("is a UUID of version 7", () => {
  expect(z.uuidv7().safeParse(at(1_760_000_000_000, 0xff)).success).toBe(true);
  expect(z.uuidv7().safeParse(at(0, 0)).success).toBe(true);
});

it("sorts by time, whatever the random part", () => {
  expect(at(1_760_000_000_000, 0xff) < at(1_760_000_000_001, 0)).toBe(true);
});

it("differs by its random part within a millisecond", () => {
  expect(at(1, 1)).not.toBe(at(1, 2));
});

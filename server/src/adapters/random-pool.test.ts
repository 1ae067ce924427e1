import { expect, it } from "vitest";
import { randomPool } from "./random-pool.ts";

it("gives as many bytes as asked for, and none twice", () => {
  const take = randomPool();
  const taken = Array.from({ length: 5_000 }, () => take(10).toString("hex"));
  expect(new Set(taken).size).toBe(5_000);
  expect(taken.every((text) => text.length === 20)).toBe(true);
});

it("leaves what was given as it is", () => {
  const take = randomPool();
  const first = take(16);
  const text = first.toString("hex");
  for (let i = 0; i < 1_000; i++) take(16);
  expect(first.toString("hex")).toBe(text);
});

import { expect, it } from "vitest";
import { statementName } from "./statement-name.ts";

it("names equal texts equally, other texts otherwise, and fits PostgreSQL's limit", () => {
  const long = `SELECT ${"1, ".repeat(10_000)}1`;
  expect(statementName(long)).toBe(statementName(long));
  expect(statementName(long)).not.toBe(statementName("SELECT 1"));
  expect(statementName(long).length).toBeLessThan(64);
});

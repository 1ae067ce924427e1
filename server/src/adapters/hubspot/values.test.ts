import { describe, expect, it } from "vitest";
import { choicesOf, dateOf, flagOf, instantOf, latestOf, numberOf, textOf } from "./values.ts";

describe("a HubSpot property's text", () => {
  it.each<[string | null | undefined, number | null]>([
    ["82.5", 82.5],
    ["-3", -3],
    ["1e3", 1000],
    [" 7 ", 7],
    ["0", 0],
    ["", null],
    [null, null],
    [undefined, null],
    ["NaN", null],
    ["Infinity", null],
    ["1e400", null],
    ["0x10", null],
    ["1,000", null],
    ["12 apples", null],
  ])("%j is the number %j", (text, expected) => {
    expect(numberOf(text)).toBe(expected);
  });

  it.each<[string | null, string | null]>([
    ["2026-04-15T01:34:00Z", "2026-04-15T01:34:00.000Z"],
    ["2026-04-15T03:34:00.250+02:00", "2026-04-15T01:34:00.250Z"],
    ["1776216840000", "2026-04-15T01:34:00.000Z"],
    ["2026-04-15", "2026-04-15T00:00:00.000Z"],
    ["", null],
    [null, null],
    ["soon", null],
    ["15/04/2026", null],
    ["2026-13-45", null],
    ["-1776216840000", null],
    ["999999999999999", null],
    ["42", null],
  ])("%j is the instant %j", (text, expected) => {
    expect(instantOf(text)).toBe(expected);
    expect(dateOf(text)).toBe(expected?.slice(0, 10) ?? null);
  });

  it.each<[string | null, boolean | null]>([
    ["true", true],
    ["TRUE", true],
    ["Yes", true],
    ["false", false],
    ["no", false],
    ["", null],
    [null, null],
    ["maybe", null],
  ])("%j is the flag %j", (text, expected) => {
    expect(flagOf(text)).toBe(expected);
  });

  it("is trimmed, and made storable without losing the rest", () => {
    expect(textOf("  Ä 🦔\u0000\ud800 ")).toBe("Ä 🦔\ufffd\ufffd");
    expect(textOf("   ")).toBeNull();
    expect(textOf("x".repeat(10_000))).toHaveLength(10_000);
  });

  it("of several choices is a list", () => {
    expect(choicesOf("CHAMPION; end_user;;")).toEqual(["CHAMPION", "END_USER"]);
    expect(choicesOf(null)).toEqual([]);
  });

  it("of several times gives the latest", () => {
    expect(latestOf(null, "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z")).toBe(
      "2026-02-01T00:00:00.000Z",
    );
    expect(latestOf(null, null)).toBeNull();
  });
});

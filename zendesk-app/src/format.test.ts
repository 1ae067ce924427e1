import { describe, expect, it } from "vitest";
import { formatsFor } from "./format.ts";

describe("formatsFor", () => {
  const formats = formatsFor("en-GB", "UTC");

  it.each([
    [-22.4, "−22.4"],
    [8, "+8"],
    [0, "0"],
    [-0.04, "0"],
  ])("signs %d", (value, text) => {
    expect(formats.signed(value)).toBe(text);
  });

  it("never shows a small risk as none", () => {
    expect(formats.percent(0.001)).toBe("<1%");
    expect(formats.percent(0)).toBe("0%");
    expect(formats.percent(0.344)).toBe("34%");
  });

  it.each(["en-US@posix", "en_US", "c", "", "en-"])("formats under the odd language name %j", (language) => {
    expect(formatsFor(language, "UTC").day("2026-03-05T00:00:00Z")).toMatch(/Mar 5|5 Mar/);
  });

  it("does not mix another language into English sentences", () => {
    expect(formatsFor("de-DE", "UTC").day("2026-03-05T00:00:00Z")).toBe("Mar 5");
    expect(formats.day("2026-03-05T00:00:00Z")).toBe("5 Mar");
  });
});

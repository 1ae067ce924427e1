import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isoMs } from "./iso-time.ts";

const YEAR_3000_MS = Date.UTC(3000, 0);

describe("The milliseconds of an ISO time", () => {
  it("are those of the date that made it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: YEAR_3000_MS - 1 }), (ms) => {
        expect(isoMs(new Date(ms).toISOString())).toBe(ms);
      }),
      { numRuns: 5_000 },
    );
  });

  it("are right on both sides of every end of a month", () => {
    for (let year = 1970; year < 2410; year++)
      for (let month = 0; month < 12; month++) {
        const first = Date.UTC(year, month);
        expect(isoMs(new Date(first).toISOString())).toBe(first);
        expect(isoMs(new Date(first + 86_399_999).toISOString())).toBe(first + 86_399_999);
        if (first > 0) expect(isoMs(new Date(first - 1).toISOString())).toBe(first - 1);
      }
  });

  it("are told of nothing that a date would write otherwise", () => {
    const ms = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
    const text = new Date(ms).toISOString();
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        const other = text.slice(0, at) + character + text.slice(at + 1);
        const parsed = Date.parse(other);
        const isWritten = !Number.isNaN(parsed) && new Date(parsed).toISOString() === other;
        const expected = isWritten && parsed >= 0 && parsed < YEAR_3000_MS ? parsed : null;
        expect(isoMs(other)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
    for (const never of [
      "2026-02-29T00:00:00.000Z",
      "2026-04-31T00:00:00.000Z",
      "2026-13-01T00:00:00.000Z",
      "2026-00-01T00:00:00.000Z",
      "2026-01-00T00:00:00.000Z",
      "2026-01-01T24:00:00.000Z",
      "2026-01-01T00:60:00.000Z",
      "2026-01-01T00:00:00.000z",
      "1969-12-31T23:59:59.999Z",
      "3000-01-01T00:00:00.000Z",
      "2100-02-29T00:00:00.000Z",
      "2026-01-01T00:00:00.00Z",
      "",
    ])
      expect(isoMs(never)).toBeNull();
    expect(isoMs("2000-02-29T00:00:00.000Z")).toBe(Date.UTC(2000, 1, 29));
  });
});

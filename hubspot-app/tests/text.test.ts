import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { healthyView } from "../../tests/support/health-views.ts";
import {
  churnSentence,
  day,
  dayAndTime,
  duration,
  percent,
  points,
  shortName,
  signedPoints,
  trendSentence,
} from "../src/app/cards/text.ts";

const INSTANT = "2026-11-20T23:30:00.000Z";

describe("points", () => {
  it.each([
    [13.5, "+13.5"],
    [-9, "−9"],
    [0, "0"],
    [-0.04, "0"],
    [0.04, "0"],
    [100, "+100"],
  ])("writes %s as %s", (value, text) => expect(signedPoints(value)).toBe(text));

  it("never has more than one decimal, and never a hyphen for a minus", () => {
    fc.assert(
      fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (value) =>
        /^−?\d+(\.\d)?$/.test(points(value)),
      ),
    );
  });
});

it.each([
  [0, "0%"],
  [0.0004, "under 0.1%"],
  [0.021, "2.1%"],
  [0.04, "4%"],
  [0.0999, "10%"],
  [0.344, "34%"],
  [1, "100%"],
])("writes the share %s as %s", (share, text) => expect(percent(share)).toBe(text));

it("writes dates in the portal's time zone, and in UTC when it does not know the zone", () => {
  expect(day(INSTANT, "UTC")).toBe("20 Nov 2026");
  expect(day(INSTANT, "Europe/Berlin")).toBe("21 Nov 2026");
  expect(dayAndTime(INSTANT, "America/New_York")).toBe("20 Nov 2026, 18:30");
  expect(dayAndTime(INSTANT, "Mars/Base")).toBe("20 Nov 2026, 23:30 UTC");
});

it("says which way the score goes, and that it does not know", () => {
  const trend = (change30d: number | null, direction: "up" | "down" | "flat" | "unknown") =>
    trendSentence({ change30d, direction, points: [] });
  expect(trend(8.1, "up")).toBe("Up 8.1 points in 30 days");
  expect(trend(-22.4, "down")).toBe("Down 22.4 points in 30 days");
  expect(trend(-1.2, "flat")).toBe("Steady over 30 days (−1.2 points)");
  expect(trend(null, "unknown")).toBe("No score from 30 days ago to compare with");
});

it("does not put a number on a risk that was not estimated", () => {
  expect(churnSentence({ ...healthyView.churnRisk, probability: null })).toBe("Not estimated");
  expect(churnSentence(healthyView.churnRisk)).toBe("2.1% within 90 days");
});

it.each([
  [1, "1 hour"],
  [24, "24 hours"],
  [72, "3 days"],
  [4320, "180 days"],
  [50, "50 hours"],
])("writes %s hours as %s", (hours, text) => expect(duration(hours)).toBe(text));

it("shortens names that no card has room for, without breaking an emoji", () => {
  expect(shortName("Larkspur Analytics")).toBe("Larkspur Analytics");
  const long = shortName("🐏".repeat(10_000));
  expect([...long]).toHaveLength(80);
  expect(long.endsWith("🐏…")).toBe(true);
});

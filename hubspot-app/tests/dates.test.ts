import fc from "fast-check";
import { expect, it } from "vitest";
import { calendarDay, endOfDay, startOfDay } from "../src/app/cards/dates.ts";

const iso = (at: number): string => new Date(at).toISOString();

it.each([
  ["UTC", "2026-03-29T00:00:00.000Z", "2026-03-30T00:00:00.000Z"],
  // the day on which clocks go forward has 23 hours
  ["Europe/Berlin", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"],
  ["Asia/Tokyo", "2026-03-28T15:00:00.000Z", "2026-03-29T15:00:00.000Z"],
  ["America/New_York", "2026-03-29T04:00:00.000Z", "2026-03-30T04:00:00.000Z"],
  ["Mars/Base", "2026-03-29T00:00:00.000Z", "2026-03-30T00:00:00.000Z"],
])("knows when a day begins and ends in %s", (zone, from, to) => {
  const day = { year: 2026, month: 2, date: 29 };
  expect([iso(startOfDay(day, zone)), iso(endOfDay(day, zone))]).toEqual([from, to]);
});

it("names the day that a moment is in", () => {
  const zones = fc.constantFrom("UTC", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Auckland");
  const moments = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2030, 0) });
  fc.assert(
    fc.property(moments, zones, (at, zone) => {
      const day = calendarDay(at, zone);
      return startOfDay(day, zone) <= at && at < endOfDay(day, zone);
    }),
  );
});

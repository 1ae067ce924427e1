import { describe, expect, it } from "vitest";
import { readOptionalFields } from "./event-fields.ts";

describe("the optional fields of an event", () => {
  it("are all null or empty where nothing is said", () => {
    const { mergedObjectIds, ...others } = readOptionalFields({});
    expect(mergedObjectIds).toEqual([]);
    expect(new Set(Object.values(others))).toEqual(new Set([null]));
  });

  it.each<[unknown, string | null]>([
    [12, "12"],
    ["0012", "0012"],
    [0, "0"],
    ["9".repeat(20), "9".repeat(20)],
    ["9".repeat(21), null],
    [2 ** 53, null],
    [-5, null],
    [1.5, null],
    ["12a", null],
    ["", null],
    [true, null],
    [[12], null],
  ])("read the id %j as %j", (given, read) => {
    expect(readOptionalFields({ objectId: given, fromObjectId: given })).toMatchObject({
      objectId: read,
      fromObjectId: read,
    });
    expect(readOptionalFields({ mergedObjectIds: [given] }).mergedObjectIds).toEqual([read]);
  });

  it.each<[unknown, string | null]>([
    [1.5, "1.5"],
    [-7, "-7"],
    ["e1", "e1"],
    ["e".repeat(65), null],
    [{}, null],
  ])("take the event id %j for %j", (eventId, read) => {
    expect(readOptionalFields({ eventId }).eventId).toBe(read);
  });

  it("count as not said where they are too long or of another kind", () => {
    const read = readOptionalFields({
      propertyName: "x".repeat(201),
      associationType: 7,
      associationRemoved: "true",
      mergedObjectIds: Array.from({ length: 1001 }, () => 1),
    });
    expect(read).toMatchObject({
      propertyName: null,
      associationType: null,
      associationRemoved: null,
      mergedObjectIds: [],
    });
  });
});

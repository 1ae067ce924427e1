import fc from "fast-check";
import { expect, it } from "vitest";
import { readRequiredFields } from "./required-fields.ts";

const BASE = { portalId: 33, subscriptionType: "company.propertyChange", occurredAt: 1776216840000 };

it("reads numbers as HubSpot sends them", () => {
  expect(readRequiredFields(BASE)).toEqual({
    portalId: "33",
    subscriptionType: "company.propertyChange",
    occurredAt: new Date(1776216840000),
  });
});

/** Only text in `portalId` keeps the short way from being taken: the schema reads it. */
it("reads numbers just as the schema does that reads everything else", () => {
  const portals = fc.oneof(fc.nat(), fc.constantFrom(0, 999_999_999_999_999, 1e15, 2 ** 53));
  const types = fc.oneof(fc.string({ maxLength: 120 }), fc.constant("deal.creation"));
  const times = fc.oneof(
    fc.double(),
    fc.integer({ min: 0 }),
    fc.constantFrom(1e11, 1e11 - 1, 1e13, 8.64e15, 8.65e15),
  );
  fc.assert(
    fc.property(portals, types, times, (portalId, subscriptionType, occurredAt) => {
      const event = { portalId, subscriptionType, occurredAt };
      const [read, bySchema] = [event, { ...event, portalId: String(portalId) }].map(readRequiredFields);
      if (typeof bySchema === "string") expect(read).toMatch(/^(portalId|subscriptionType|occurredAt): /);
      else expect(read).toEqual(bySchema);
    }),
  );
});

it.each<[unknown, string]>([
  [{ ...BASE, portalId: -1 }, "portalId"],
  [{ ...BASE, portalId: 1.5 }, "portalId"],
  [{ ...BASE, portalId: 1e15 }, "portalId"],
  [{ ...BASE, subscriptionType: "" }, "subscriptionType"],
  [{ ...BASE, subscriptionType: "x".repeat(101) }, "subscriptionType"],
  [{ ...BASE, occurredAt: Number.NaN }, "occurredAt"],
  [{ ...BASE, occurredAt: 1e300 }, "occurredAt"],
  [{}, "portalId"],
  [null, "event"],
  [7, "event"],
  [[], "event"],
])("names what is wrong: %#", (element, field) => {
  expect(readRequiredFields(element)).toMatch(new RegExp(`^${field}: `));
});

import { describe, expect, it } from "vitest";
import {
  customFields,
  DEFAULT_FIELD_MAP,
  FIELD_LABELS,
  fieldMapDefaults,
  fieldMapTrouble,
  isCustomField,
  ZENDESK_FIELD_MAP,
  zendeskFieldOf,
} from "./field-map.ts";

describe("the field map", () => {
  it("has a label for each of our fields, and takes its own defaults", () => {
    const fields = [...Object.keys(DEFAULT_FIELD_MAP), ...Object.keys(ZENDESK_FIELD_MAP)];
    expect(Object.keys(FIELD_LABELS).toSorted()).toEqual(fields.toSorted());
    for (const platform of ["hubspot", "zendesk"] as const)
      for (const [field, usual] of Object.entries(fieldMapDefaults(platform)))
        expect([field, fieldMapTrouble(platform, field, usual)]).toEqual([field, null]);
  });

  it.each([
    ["hubspot", "seats", "my_seats"],
    ["hubspot", "seats", ""],
    ["hubspot", "custom.goal", "goal_score"],
    ["zendesk", "negativeTags", "angry, escalated"],
    ["zendesk", "custom.goal", "organization_fields.goal-Score"],
    ["zendesk", "custom.area", "ticket_fields.360001"],
  ] as const)("of %s takes %s from %j", (platform, field, property) => {
    expect(fieldMapTrouble(platform, field, property)).toBeNull();
  });

  it.each([
    ["hubspot", "seat", "my_seats", "no field of this name"],
    ["hubspot", "constructor", "x", "no field of this name"],
    ["hubspot", "custom.Goal", "goal_score", "no field of this name"],
    ["hubspot", "negativeTags", "angry", "no field of this name"],
    ["hubspot", "seats", "My seats", "internal name"],
    ["hubspot", "custom.goal", "", "leave a field of your own out"],
    ["hubspot", "custom.goal", "bellwether_health_score", "written by Bellwether"],
    ["zendesk", "custom.goal", "organization_fields.bellwether_health_score", "written by Bellwether"],
    ["zendesk", "custom.goal", "goal_score", "organization_fields.<key>"],
    ["zendesk", "custom.goal", "ticket_fields.area", "ticket_fields.<number"],
    ["zendesk", "negativeTags", "very angry", "separated by commas"],
    ["zendesk", "seats", "x", "no field of this name"],
  ] as const)("of %s refuses %s from %j: %s", (platform, field, property, why) => {
    expect(fieldMapTrouble(platform, field, property)).toContain(why);
  });

  it("knows the custom fields among a connection's choices", () => {
    const chosen = {
      seats: "s",
      "custom.b": "two",
      "custom.a": "one",
      "custom.c": "",
      "custom.Bad": "x",
      custom: "y",
    };
    expect(customFields(chosen)).toEqual([
      { key: "a", property: "one" },
      { key: "b", property: "two" },
    ]);
    expect(isCustomField("custom.")).toBe(false);
  });

  it("reads the name of a Zendesk field", () => {
    expect(zendeskFieldOf("organization_fields.goal")).toEqual({ of: "organization", field: "goal" });
    expect(zendeskFieldOf("ticket_fields.12")).toEqual({ of: "ticket", field: "12" });
    for (const name of ["goal", "ticket_fields.", "x.organization_fields.goal", "organization_fields.a b"])
      expect(zendeskFieldOf(name)).toBeNull();
  });
});

import type { ObjectType } from "@bellwether/shared";

/** HubSpot's objects that we read: our type, its numeric type id, its path name and its name in `COMPANY_TO_CONTACT`. */
export const HUBSPOT_OBJECTS = {
  company: { typeId: "0-2", path: "companies", singular: "company", modified: "hs_lastmodifieddate" },
  contact: { typeId: "0-1", path: "contacts", singular: "contact", modified: "lastmodifieddate" },
  deal: { typeId: "0-3", path: "deals", singular: "deal", modified: "hs_lastmodifieddate" },
  ticket: { typeId: "0-5", path: "tickets", singular: "ticket", modified: "hs_lastmodifieddate" },
  feedback: {
    typeId: "0-19",
    path: "feedback_submissions",
    singular: "feedback_submission",
    modified: "hs_lastmodifieddate",
  },
} as const satisfies Partial<Record<ObjectType, object>>;
export type HubspotObject = keyof typeof HUBSPOT_OBJECTS;

export const hubspotObjects = Object.keys(HUBSPOT_OBJECTS) as HubspotObject[];
export const isHubspotObject = (type: ObjectType): type is HubspotObject => type in HUBSPOT_OBJECTS;

const byTypeId = new Map(hubspotObjects.map((type) => [HUBSPOT_OBJECTS[type].typeId as string, type]));
const bySingular = new Map(hubspotObjects.map((type) => [HUBSPOT_OBJECTS[type].singular as string, type]));

/** `0-2` → company; `null` for objects that we do not read. */
export const objectOfTypeId = (typeId: string | null): HubspotObject | null =>
  byTypeId.get(typeId ?? "") ?? null;
/** `company` of `company.creation` → company. */
export const objectOfName = (name: string): HubspotObject | null =>
  bySingular.get(name.toLowerCase()) ?? null;

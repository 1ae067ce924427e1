import { DEFAULT_FIELD_MAP } from "@bellwether/shared";
import {
  type HubspotType,
  type Kind,
  STANDARD_PROPERTIES,
  type Table,
} from "./hubspot-standard-properties.ts";

export { type HubspotType, hubspotTypes } from "./hubspot-standard-properties.ts";

/** Object type ids, which paths accept as well as the names. */
export const OBJECT_TYPE_IDS = {
  contacts: "0-1",
  companies: "0-2",
  deals: "0-3",
  tickets: "0-5",
  feedback_submissions: "0-19",
} as const satisfies Record<HubspotType, string>;

export interface PropertyOption {
  label: string;
  value: string;
  displayOrder: number;
  hidden: boolean;
}

export interface PropertyDefinition {
  name: string;
  label: string;
  groupName: string;
  type: "bool" | "date" | "datetime" | "enumeration" | "number" | "string" | "phone_number";
  fieldType: string;
  description: string;
  options: PropertyOption[];
  displayOrder: number;
  hasUniqueValue: boolean;
  hidden: boolean;
  formField: boolean;
  hubspotDefined: boolean;
  isReadOnly: boolean;
  createdAt: number;
  updatedAt: number;
}

export interface PropertyGroup {
  name: string;
  label: string;
  displayOrder: number;
}

const PRODUCT: Record<keyof typeof DEFAULT_FIELD_MAP, Kind> = {
  activeUsers: "n",
  logins: "n",
  featuresActivated: "n",
  featuresAvailable: "n",
  seats: "n",
  customerSince: "d",
  renewalDate: "d",
  noticeOfNonRenewal: "b",
  isReference: "b",
  referrals: "n",
  onboardingProgress: "n",
  activeDays: "n",
  lastSeenAt: "t",
  contractStatus: ["active", "paused", "ending", "ended"],
  paymentRisk: "b",
  milestonesReached: "n",
  milestonesDue: "n",
  trainingCompleted: "n",
  objectivesAgreed: "b",
  goalProgress: "n",
  executiveReviewAt: "d",
  judgement: ["green", "yellow", "red"],
  churnedAt: "d",
  churnReason: "s",
  externalId: "s",
};
const productTable: Table = Object.fromEntries(
  Object.entries(PRODUCT).map(([key, kind]) => [DEFAULT_FIELD_MAP[key as keyof typeof PRODUCT], kind]),
);

/** Sent when a caller names no properties. */
export const DEFAULT_PROPERTIES: Record<HubspotType, readonly string[]> = {
  companies: ["createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"],
  contacts: ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
  deals: [
    "amount",
    "closedate",
    "createdate",
    "dealname",
    "dealstage",
    "hs_lastmodifieddate",
    "hs_object_id",
    "pipeline",
  ],
  tickets: [
    "content",
    "createdate",
    "hs_lastmodifieddate",
    "hs_object_id",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "subject",
  ],
  feedback_submissions: ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
};
export const modifiedProperty = (type: HubspotType): string =>
  type === "contacts" ? "lastmodifieddate" : "hs_lastmodifieddate";
export const createdProperty = (type: HubspotType): string =>
  type === "feedback_submissions" ? "hs_createdate" : "createdate";

const TYPES = { s: "string", n: "number", b: "bool", d: "date", t: "datetime" } as const;
const FIELD_TYPES = { s: "text", n: "number", b: "booleancheckbox", d: "date", t: "date" } as const;
const label = (name: string) => name.replace(/^hs_/, "").replaceAll("_", " ");

function definition(name: string, kind: Table[string], at: number, isStandard: boolean): PropertyDefinition {
  const isReadOnly = typeof kind === "string" && kind.startsWith("!");
  const code = typeof kind === "string" ? (kind.replace("!", "") as keyof typeof TYPES) : null;
  return {
    name,
    label: label(name),
    groupName: isStandard ? "standard_information" : "product_usage",
    type: code === null ? "enumeration" : TYPES[code],
    fieldType: code === null ? (name === "hs_buying_role" ? "checkbox" : "select") : FIELD_TYPES[code],
    description: "",
    options:
      typeof kind === "object"
        ? kind.map((value, i) => ({ label: label(value), value, displayOrder: i, hidden: false }))
        : [],
    displayOrder: -1,
    hasUniqueValue: false,
    hidden: false,
    formField: !isReadOnly,
    hubspotDefined: isStandard,
    isReadOnly,
    createdAt: at,
    updatedAt: at,
  };
}

/** The properties that a portal starts with: HubSpot's own and, on companies, the product's. */
export function initialProperties(type: HubspotType, at: number): PropertyDefinition[] {
  const standard = Object.entries(STANDARD_PROPERTIES[type]).map(([name, kind]) =>
    definition(name, kind, at, true),
  );
  const product = type === "companies" ? Object.entries(productTable) : [];
  return [...standard, ...product.map(([name, kind]) => definition(name, kind, at, false))];
}

export const initialGroups = (type: HubspotType): PropertyGroup[] => [
  { name: "standard_information", label: "Information", displayOrder: 0 },
  ...(type === "companies" ? [{ name: "product_usage", label: "Product usage", displayOrder: 1 }] : []),
];

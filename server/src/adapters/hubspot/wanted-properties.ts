import {
  customFields,
  DEFAULT_FIELD_MAP,
  type MappedField,
  type UsageMetric,
  usageMetrics,
  WRITE_BACK_FIELDS,
} from "@bellwether/shared";
import type { HubspotObject } from "./object-types.ts";

/** HubSpot's own properties that feed our fields, beside the mapped ones. */
export const STANDARD_PROPERTIES: Readonly<Record<HubspotObject, readonly string[]>> = {
  company: [
    "name",
    "domain",
    "lifecyclestage",
    "hs_v2_date_entered_customer",
    "hs_lifecyclestage_customer_date",
    "notes_last_contacted",
    "hs_last_sales_activity_timestamp",
    "notes_next_activity_date",
    "hs_last_booked_meeting_date",
  ],
  contact: [
    "hs_buying_role",
    "notes_last_contacted",
    "hs_last_sales_activity_timestamp",
    "hs_email_last_open_date",
    "hs_email_last_click_date",
    "hs_email_last_reply_date",
    "hs_sales_email_last_replied",
    "hs_email_hard_bounce_reason_enum",
  ],
  deal: ["pipeline", "dealstage", "dealtype", "closedate", "hs_is_closed", "hs_is_closed_won"],
  ticket: [
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "closed_date",
    "first_agent_reply_date",
    "time_to_first_agent_reply",
  ],
  feedback: ["hs_survey_type", "hs_value", "hs_submission_timestamp", "hs_createdate"],
};

export interface FieldMap {
  /** Property of each of our own fields; empty = not mapped. */
  own: Readonly<Record<MappedField, string>>;
  /** Properties that feed signals of the admin's own. */
  custom: readonly { key: string; property: string }[];
}

/** The connection's own choices over the defaults; an empty choice leaves the field unmapped. */
export function fieldMapOf(chosen: Readonly<Record<string, string>>): FieldMap {
  const entries = Object.entries(DEFAULT_FIELD_MAP).map(([field, usual]) => [field, chosen[field] ?? usual]);
  return { own: Object.fromEntries(entries) as FieldMap["own"], custom: customFields(chosen) };
}

/** Property of each usage gauge. */
export const usageProperties = (fieldMap: FieldMap): [UsageMetric, string][] =>
  usageMetrics.map((metric) => [metric, fieldMap.own[metric]]);

/** Properties that an admin named, other than the usual ones. */
export function chosenProperties({ own, custom }: FieldMap): string[] {
  const usual = new Set<string>(Object.values(DEFAULT_FIELD_MAP));
  return [...Object.values(own), ...custom.map(({ property }) => property)].filter(
    (name) => name !== "" && !usual.has(name),
  );
}

/** Properties whose earlier values are asked for as well: the stage, the gauges and the admin's own signals. */
export const historyProperties = (fieldMap: FieldMap): string[] => [
  ...new Set([
    "lifecyclestage",
    ...usageProperties(fieldMap).map(([, property]) => property),
    ...fieldMap.custom.map(({ property }) => property),
  ]),
];

/** Those of our own properties that a portal has. */
export const ownProperties = (existing: ReadonlyMap<string, unknown> | null): string[] =>
  WRITE_BACK_FIELDS.map(({ key }) => key).filter((key) => existing?.has(key));

/** Names to ask for: asking for a property that a portal does not have is answered differently by age of the API. */
export function wantedProperties(
  type: HubspotObject,
  fieldMap: FieldMap,
  existing: ReadonlyMap<string, unknown> | null,
): string[] {
  const mapped =
    type === "company"
      ? [...Object.values(fieldMap.own), ...fieldMap.custom.map(({ property }) => property)]
      : [];
  const wanted = [...new Set([...STANDARD_PROPERTIES[type], ...mapped])].filter((name) => name !== "");
  return existing === null ? wanted : wanted.filter((name) => existing.has(name));
}

import { DEFAULT_FIELD_MAP, type MappedField, type UsageMetric, usageMetrics } from "@bellwether/shared";
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
  ],
  contact: [
    "hs_buying_role",
    "notes_last_contacted",
    "hs_last_sales_activity_timestamp",
    "hs_email_last_open_date",
    "hs_email_last_click_date",
    "hs_email_last_reply_date",
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

export type FieldMap = Readonly<Record<MappedField, string>>;

/** The connection's own choices over the defaults; an empty choice leaves the field unmapped. */
export function fieldMapOf(chosen: Readonly<Record<string, string>>): FieldMap {
  const entries = Object.entries(DEFAULT_FIELD_MAP).map(([field, usual]) => [field, chosen[field] ?? usual]);
  return Object.fromEntries(entries) as FieldMap;
}

/** Property of each usage gauge; its earlier values are asked for as well. */
export const usageProperties = (fieldMap: FieldMap): [UsageMetric, string][] =>
  usageMetrics.map((metric) => [metric, fieldMap[metric]]);

/** Names to ask for: asking for a property that a portal does not have is answered differently by age of the API. */
export function wantedProperties(
  type: HubspotObject,
  fieldMap: FieldMap,
  existing: ReadonlyMap<string, unknown> | null,
): string[] {
  const mapped = type === "company" ? Object.values(fieldMap) : [];
  const wanted = [...new Set([...STANDARD_PROPERTIES[type], ...mapped])].filter((name) => name !== "");
  return existing === null ? wanted : wanted.filter((name) => existing.has(name));
}

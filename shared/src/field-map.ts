import { customKey } from "./source-record.ts";
import type { Platform } from "./tenant.ts";
import { PROPERTY_GROUP } from "./write-back.ts";

/**
 * Default HubSpot company property for each of our fields that is not one of HubSpot's own. A portal has those
 * that it made; the others stay unmapped, and the measures that need them are missing, not zero.
 */
export const DEFAULT_FIELD_MAP = {
  activeUsers: "active_users_30d",
  logins: "logins_30d",
  activeDays: "active_days_30d",
  lastSeenAt: "last_seen_at",
  featuresActivated: "features_activated",
  featuresAvailable: "features_available",
  seats: "licensed_seats",
  customerSince: "customer_since",
  renewalDate: "renewal_date",
  noticeOfNonRenewal: "notice_of_non_renewal",
  contractStatus: "contract_status",
  paymentRisk: "payment_risk",
  isReference: "is_reference",
  referrals: "referrals_12m",
  onboardingProgress: "onboarding_progress",
  milestonesReached: "milestones_reached",
  milestonesDue: "milestones_due",
  trainingCompleted: "training_completed",
  objectivesAgreed: "objectives_agreed",
  goalProgress: "goal_progress",
  executiveReviewAt: "last_executive_review",
  judgement: "csm_sentiment",
  churnedAt: "churned_at",
  churnReason: "churn_reason",
  externalId: "external_account_id",
} as const satisfies Record<string, string>;
export type MappedField = keyof typeof DEFAULT_FIELD_MAP;

/**
 * Tags of Zendesk tickets that say how the customer feels, separated by commas. Source: Zendesk, intelligent triage,
 * whose tags are `sentiment__` and the value of its sentiment field.
 */
export const ZENDESK_FIELD_MAP = {
  positiveTags: "sentiment__positive,sentiment__very_positive",
  neutralTags: "sentiment__neutral",
  negativeTags: "sentiment__negative,sentiment__very_negative",
} as const satisfies Record<string, string>;
export type ZendeskMappedField = keyof typeof ZENDESK_FIELD_MAP;

/** What each of our fields is, for the person who maps it. */
export const FIELD_LABELS: Readonly<Record<MappedField | ZendeskMappedField, string>> = {
  activeUsers: "Active users in 30 days",
  logins: "Logins in 30 days",
  activeDays: "Days with use in 30 days",
  lastSeenAt: "Last use of the product",
  featuresActivated: "Features activated",
  featuresAvailable: "Features available",
  seats: "Licensed seats",
  customerSince: "Customer since",
  renewalDate: "Renewal date",
  noticeOfNonRenewal: "Notice of non-renewal",
  contractStatus: "Contract status",
  paymentRisk: "Payment risk, yes or no",
  isReference: "Reference customer",
  referrals: "Referrals in 12 months",
  onboardingProgress: "Onboarding progress, percent",
  milestonesReached: "Milestones reached",
  milestonesDue: "Milestones due",
  trainingCompleted: "Training completed, percent",
  objectivesAgreed: "Objectives agreed",
  goalProgress: "Progress towards the goals, percent",
  executiveReviewAt: "Last executive review",
  judgement: "The customer success manager's judgement",
  churnedAt: "Lost since",
  churnReason: "Reason of the loss",
  externalId: "Account number shared by both systems",
  positiveTags: "Ticket tags for a content customer",
  neutralTags: "Ticket tags for a neutral customer",
  negativeTags: "Ticket tags for an unhappy customer",
};

/** Our own fields of a platform with their usual mapping. */
export const fieldMapDefaults = (platform: Platform): Readonly<Record<string, string>> =>
  platform === "hubspot" ? DEFAULT_FIELD_MAP : ZENDESK_FIELD_MAP;

const CUSTOM = "custom.";
/** `custom.goal` for the signal of that key. */
export type CustomField = `custom.${string}`;
export const isCustomField = (field: string): field is CustomField =>
  field.startsWith(CUSTOM) && customKey.safeParse(field.slice(CUSTOM.length)).success;

/** The custom signals of a connection's choices: key and property, in the order of their names. */
export function customFields(chosen: Readonly<Record<string, string>>): { key: string; property: string }[] {
  return Object.entries(chosen)
    .filter(([field, property]) => isCustomField(field) && property !== "")
    .map(([field, property]) => ({ key: field.slice(CUSTOM.length), property }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** A Zendesk field as an admin names it: `organization_fields.<key>` or `ticket_fields.<id>`. */
export type ZendeskField = { of: "organization" | "ticket"; field: string };

/** `null` = it names no field. */
export function zendeskFieldOf(name: string): ZendeskField | null {
  const [, organization, ticket] =
    /^(?:organization_fields\.([A-Za-z0-9_-]{1,100})|ticket_fields\.(\d{1,20}))$/.exec(name) ?? [];
  if (organization !== undefined) return { of: "organization", field: organization };
  return ticket === undefined ? null : { of: "ticket", field: ticket };
}

const HUBSPOT_PROPERTY = /^[a-z0-9_]{1,100}$/;
const TAGS = /^[^\s,]{1,100}( *, *[^\s,]{1,100})*$/;

/**
 * Why a property or field cannot be mapped to a field of ours; `null` = it can. Whether it exists, only the platform
 * knows. What we write ourselves is no source: a score that feeds itself says nothing.
 */
export function fieldMapTrouble(platform: Platform, field: string, property: string): string | null {
  const isOwn = Object.hasOwn(fieldMapDefaults(platform), field);
  if (!isOwn && !isCustomField(field))
    return `there is no field of this name; known are ${Object.keys(fieldMapDefaults(platform)).join(", ")}, and custom.<name> for signals of your own`;
  if (property === "") return isOwn ? null : "leave a field of your own out to remove it";
  if (isWrittenByUs(property)) return `${property} is written by Bellwether itself, so it cannot be a source`;
  if (platform === "hubspot")
    return HUBSPOT_PROPERTY.test(property)
      ? null
      : "give the internal name of a company property: small letters, digits and underscores";
  if (isOwn) return TAGS.test(property) ? null : "give ticket tags, separated by commas";
  return zendeskFieldOf(property) === null
    ? "give organization_fields.<key> or ticket_fields.<number of the field>"
    : null;
}

const isWrittenByUs = (property: string): boolean =>
  (zendeskFieldOf(property)?.field ?? property).startsWith(`${PROPERTY_GROUP.name}_`);

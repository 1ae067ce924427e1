import { z } from "zod";

/**
 * What the two platforms' records say, in one form. An adapter turns a platform's answer into a `SourceRecord`;
 * `observe.ts` turns the difference to the record known before into dated observations.
 */

export const objectTypes = [
  "company",
  "contact",
  "deal",
  "ticket",
  "feedback",
  "organization",
  "user",
  "rating",
] as const;
export type ObjectType = (typeof objectTypes)[number];

/** Names one record of one platform; `id` is the platform's own, as a string. */
export const recordRef = z.object({
  platform: z.enum(["hubspot", "zendesk"]),
  objectType: z.enum(objectTypes),
  id: z.string().min(1).max(64),
});
export type RecordRef = z.infer<typeof recordRef>;

/** `hubspot:company:123`; also the key of a party (see `Party`). */
export type RefKey = `${RecordRef["platform"]}:${ObjectType}:${string}`;
export const refKey = (ref: RecordRef): RefKey => `${ref.platform}:${ref.objectType}:${ref.id}`;

/** ISO 8601 in UTC with milliseconds, so that text order is time order. */
const instant = z.iso.datetime();
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

/** Gauges of product use that a CRM property can carry; `null` = the property is empty or not mapped. */
export const usageMetrics = [
  "activeUsers",
  "logins",
  "featuresActivated",
  "featuresAvailable",
  "seats",
] as const;
export type UsageMetric = (typeof usageMetrics)[number];

export const companyFields = z.object({
  kind: z.literal("company"),
  name: nullable(z.string()),
  domain: nullable(z.string()),
  /** HubSpot's internal value, e.g. `customer`; custom stages keep their own id. */
  lifecycleStage: nullable(z.string()),
  becameCustomerAt: nullable(instant),
  /** Start of the relation as mapped by the admin; goes before `becameCustomerAt`. Absent = not mapped. */
  customerSince: z.union([z.iso.date(), instant]).nullable().optional(),
  lastContactedAt: nullable(instant),
  nextActivityAt: nullable(instant),
  renewalDate: nullable(z.iso.date()),
  /** `true` once the customer said that it will not renew. */
  noticeOfNonRenewal: nullable(z.boolean()),
  isReference: nullable(z.boolean()),
  referrals: nullable(z.number()),
  onboardingProgress: nullable(z.number()),
  externalId: nullable(z.string()),
  usage: z.partialRecord(z.enum(usageMetrics), z.number().nullable()),
  /** Earlier values of the usage gauges, oldest first, where the platform keeps them. */
  usageHistory: z.array(
    z.object({ metric: z.enum(usageMetrics), value: z.number().nullable(), at: instant }),
  ),
});
export const contactFields = z.object({
  kind: z.literal("contact"),
  /** From the buying role: who decides, who champions; `null` = not said. */
  role: nullable(z.enum(["champion", "sponsor", "user"])),
  lastEngagedAt: nullable(instant),
  isBounced: z.boolean(),
  hasLeft: z.boolean(),
});
export const dealFields = z.object({
  kind: z.literal("deal"),
  dealType: z.enum(["new", "expansion", "renewal", "other"]),
  status: z.enum(["open", "won", "lost"]),
  closedAt: nullable(instant),
});
export const ticketFields = z.object({
  kind: z.literal("ticket"),
  status: z.enum(["open", "pending", "solved", "closed"]),
  priority: nullable(z.enum(["low", "normal", "high", "urgent"])),
  solvedAt: nullable(instant),
  reopens: nullable(z.int().nonnegative()),
  firstReplyMinutes: nullable(z.number().nonnegative()),
});
/** An answer to a survey: NPS 0–10, CSAT 0–100 (bad 0, good 100, five stars in steps of 25). */
export const ratingFields = z.object({
  kind: z.literal("rating"),
  metric: z.enum(["nps", "csat"]),
  score: z.number(),
  answeredAt: instant,
});
export const organizationFields = z.object({
  kind: z.literal("organization"),
  name: nullable(z.string()),
  domains: z.array(z.string()),
  externalId: nullable(z.string()),
});
export const userFields = z.object({ kind: z.literal("user") });

export const sourceRecord = z.object({
  ref: recordRef,
  createdAt: instant,
  /** When the platform last changed it; of two versions the later one wins. */
  updatedAt: instant,
  /** The records it belongs to, the primary one first: a contact's companies, a ticket's organization and requester. */
  links: z.array(recordRef),
  fields: z.discriminatedUnion("kind", [
    companyFields,
    contactFields,
    dealFields,
    ticketFields,
    ratingFields,
    organizationFields,
    userFields,
  ]),
});
export type SourceRecord = z.infer<typeof sourceRecord>;
export type FieldsOf<K extends SourceRecord["fields"]["kind"]> = Extract<SourceRecord["fields"], { kind: K }>;

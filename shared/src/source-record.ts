import { z } from "zod";
import { outcomeReasons } from "./outcomes/outcome.ts";

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
  "group",
] as const;
export type ObjectType = (typeof objectTypes)[number];

/** Names one record of one platform; `id` is the platform's own, as a string. `segment` has no records but the groups of users that events name. */
export const recordRef = z.object({
  platform: z.enum(["hubspot", "zendesk", "segment"]),
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
  "activeDays",
] as const;
export type UsageMetric = (typeof usageMetrics)[number];

/** Facts of a company that only a mapped property can tell; each becomes a profile observation of the same name. */
export const companyFacts = z.object({
  /** Last use of the product by anybody. */
  lastSeenAt: nullable(instant),
  milestonesReached: nullable(z.number()),
  /** Milestones that should be reached by now. */
  milestonesDue: nullable(z.number()),
  /** Percent of the people, 0–100. */
  trainingCompleted: nullable(z.number()),
  /** Percent, 0–100. */
  goalProgress: nullable(z.number()),
  objectivesAgreed: nullable(z.boolean()),
  /** The last review with those who decide. */
  executiveReviewAt: nullable(instant),
  contractStatus: nullable(z.enum(["active", "paused", "ending", "ended"])),
  /** Whether payment is in doubt; never an amount. */
  paymentRisk: nullable(z.boolean()),
  /** The customer success manager's own judgement, 0 (bad) to 100 (good). */
  judgement: nullable(z.number()),
  /** Since when the customer is lost, and why, where a system keeps it on the company; no free text. */
  churnedAt: nullable(instant),
  churnReason: nullable(z.enum(outcomeReasons)),
});
export type CompanyFact = keyof z.infer<typeof companyFacts>;

/** Value of a property or field that an admin mapped to a signal of their own; `null` = empty. */
export const customValue = z.union([z.number(), z.boolean(), z.string().max(80), z.null()]);
export type CustomValue = z.infer<typeof customValue>;
/** Name of such a signal; in scorecards and field maps it is written `custom.<key>`. */
export const customKey = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/);
const custom = z.record(customKey, customValue);

export const companyFields = z.object({
  kind: z.literal("company"),
  name: nullable(z.string()),
  domain: nullable(z.string()),
  /** HubSpot's internal value, e.g. `customer`; custom stages keep their own id. */
  lifecycleStage: nullable(z.string()),
  /** Stages with the time from which each held, oldest first, where the platform keeps them. */
  stageHistory: z.array(z.object({ value: nullable(z.string()), at: instant })).optional(),
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
  /** Absent = not mapped; so with all optional fields. */
  facts: companyFacts.partial().optional(),
  /** When the newest meeting with the company took place or will. */
  lastMeetingAt: nullable(instant).optional(),
  custom: custom.optional(),
  /** Earlier values of the custom signals, oldest first, where the platform keeps them. */
  customHistory: z.array(z.object({ key: customKey, value: customValue, at: instant })).optional(),
});
export const contactFields = z.object({
  kind: z.literal("contact"),
  /** From the buying role: who decides, who champions; `null` = not said. */
  role: nullable(z.enum(["champion", "sponsor", "user"])),
  lastEngagedAt: nullable(instant),
  /** When the person last answered a mail; absent = not read. */
  lastReplyAt: nullable(instant).optional(),
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
  /** How the customer feels, by the ticket's tags; `null` = the tags do not say, absent = not read. */
  sentiment: nullable(z.enum(["positive", "neutral", "negative"])).optional(),
  /** Mapped ticket fields. */
  custom: custom.optional(),
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
  custom: custom.optional(),
});
/** A customer as the product knows it: what its `group` calls said last. */
export const groupFields = z.object({
  kind: z.literal("group"),
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
    groupFields,
  ]),
});
export type SourceRecord = z.infer<typeof sourceRecord>;
export type FieldsOf<K extends SourceRecord["fields"]["kind"]> = Extract<SourceRecord["fields"], { kind: K }>;

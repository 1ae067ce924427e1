import { z } from "zod";
import { storableJson } from "../platform/storable-json.ts";

/*
 * Rows of Zendesk's REST answers, as far as we read them. What identifies a row must be there; the rest may be
 * missing or odd, because plans, features and API versions differ.
 */

const id = z
  .union([z.int().nonnegative().transform(String), z.string()])
  .pipe(z.string().regex(/^[1-9]\d{0,19}$/));
/** `null` for none: null, 0, "0" and the empty text all mean it. */
const optionalId = id.nullable().catch(null);
/** ISO 8601 in UTC with milliseconds; `null` when missing or unreadable. */
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .nullable()
  .catch(null);
const amount = z.number().nonnegative().nullable().catch(null);
const lowerCase = z.string().toLowerCase();

const dated = { created_at: instant, updated_at: instant };

export const metricSetRow = z.object({
  ticket_id: optionalId,
  reopens: amount,
  solved_at: instant,
  updated_at: instant,
  reply_time_in_minutes: z.object({ calendar: amount }).catch({ calendar: null }),
});
export type MetricSetRow = z.infer<typeof metricSetRow>;

export const ticketRow = z.object({
  id,
  ...dated,
  /** new, open, pending, hold, solved, closed; in exports also deleted, archived and scrubbed. */
  status: lowerCase,
  priority: lowerCase.nullable().catch(null),
  organization_id: optionalId,
  requester_id: optionalId,
  satisfaction_rating: z
    .object({ id: optionalId, score: lowerCase.catch("") })
    .nullable()
    .catch(null),
  metric_set: metricSetRow.nullable().catch(null),
  custom_fields: z.array(z.object({ id, value: z.unknown() })).catch([]),
  /** `null` where the answer leaves them out. */
  tags: z.array(lowerCase).nullable().catch(null),
});
export type TicketRow = z.infer<typeof ticketRow>;

export const organizationRow = z.object({
  id,
  ...dated,
  name: z.string().nullable().catch(null),
  domain_names: z.array(z.string()).catch([]),
  external_id: z.string().nullable().catch(null),
  deleted_at: instant,
  organization_fields: z.record(z.string(), z.unknown()).catch({}),
});
export type OrganizationRow = z.infer<typeof organizationRow>;

export const userRow = z.object({
  id,
  ...dated,
  organization_id: optionalId,
  /** `false` = deleted; a suspended user stays active. */
  active: z.boolean().catch(true),
});
export type UserRow = z.infer<typeof userRow>;

/** Of the older of the two CSAT systems. */
export const satisfactionRow = z.object({
  id,
  ...dated,
  ticket_id: optionalId,
  requester_id: optionalId,
  /** offered, unoffered, good, bad */
  score: lowerCase,
});
export type SatisfactionRow = z.infer<typeof satisfactionRow>;

const surveyAnswer = z.object({
  type: z.string().catch(""),
  rating: z.number().nullable().catch(null),
  rating_category: lowerCase.nullable().catch(null),
  question: z.object({ options: z.array(z.unknown()).catch([]) }).catch({ options: [] }),
  ...dated,
});
export type SurveyAnswer = z.infer<typeof surveyAnswer>;

/** Of the newer CSAT system. */
export const surveyRow = z.object({
  id: z.union([z.string().min(1).max(64), z.int().transform(String)]),
  responder_id: optionalId,
  /** `zen:ticket:1`, in older answers `zrn:ticket:1` */
  subject_zrns: z.array(z.string()).catch([]),
  answers: z.array(surveyAnswer).catch([]),
});
export type SurveyRow = z.infer<typeof surveyRow>;

/** @returns the readable rows, and how many were not */
export function readRows<T>(
  schema: z.ZodType<T>,
  rows: readonly unknown[],
): { rows: T[]; unreadable: number } {
  const parsed = rows.map((row) => schema.safeParse(storableJson(row)));
  const readable = parsed.flatMap((each) => (each.success ? [each.data] : []));
  return { rows: readable, unreadable: rows.length - readable.length };
}

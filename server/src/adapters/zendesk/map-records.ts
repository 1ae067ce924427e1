import { clamp, type FieldsOf, type ObjectType, type RecordRef, type SourceRecord } from "@bellwether/shared";
import { customValueOf, sentimentOf, type ZendeskFieldMap } from "./field-map.ts";
import type {
  MetricSetRow,
  OrganizationRow,
  SatisfactionRow,
  SurveyAnswer,
  SurveyRow,
  TicketRow,
  UserRow,
} from "./rest-rows.ts";

export const zendeskRef = (objectType: ObjectType, id: string): RecordRef => ({
  platform: "zendesk",
  objectType,
  id,
});
const links = (objectType: ObjectType, id: string | null): RecordRef[] =>
  id === null ? [] : [zendeskRef(objectType, id)];

type Dates = { created_at: string | null; updated_at: string | null };
/** @param readAt stands in for dates that the platform left out */
const dates = (row: Dates, readAt: Date): Pick<SourceRecord, "createdAt" | "updatedAt"> => ({
  createdAt: row.created_at ?? row.updated_at ?? readAt.toISOString(),
  updatedAt: row.updated_at ?? row.created_at ?? readAt.toISOString(),
});

/** `null` for an organization that was deleted. */
export function organizationRecord(
  row: OrganizationRow,
  readAt: Date,
  fieldMap: ZendeskFieldMap,
): SourceRecord | null {
  if (row.deleted_at !== null) return null;
  const domains = row.domain_names.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^www\./, ""),
  );
  return {
    ref: zendeskRef("organization", row.id),
    ...dates(row, readAt),
    links: [],
    fields: {
      kind: "organization",
      name: row.name,
      domains: domains.filter((name) => name !== ""),
      externalId: row.external_id || null,
      ...(fieldMap.organizationFields.length > 0 && { custom: organizationCustom(row, fieldMap) }),
    },
  };
}

type Custom = NonNullable<FieldsOf<"organization">["custom"]>;

const organizationCustom = (row: OrganizationRow, { organizationFields }: ZendeskFieldMap): Custom =>
  Object.fromEntries(
    organizationFields.map(({ key, field }) => [key, customValueOf(row.organization_fields[field])]),
  );

const ticketCustom = (row: TicketRow, { ticketFields }: ZendeskFieldMap): Custom =>
  Object.fromEntries(
    ticketFields.map(({ key, field }) => [
      key,
      customValueOf(row.custom_fields.find(({ id }) => id === field)?.value),
    ]),
  );

/** `null` for a user who was deleted. */
export const userRecord = (row: UserRow, readAt: Date): SourceRecord | null =>
  row.active
    ? {
        ref: zendeskRef("user", row.id),
        ...dates(row, readAt),
        links: links("organization", row.organization_id),
        fields: { kind: "user" },
      }
    : null;

type TicketFields = FieldsOf<"ticket">;
/** On hold counts as open: the customer waits, whoever else is waited for. */
const STATUSES = new Map<string, TicketFields["status"]>([
  ["new", "open"],
  ["open", "open"],
  ["hold", "open"],
  ["pending", "pending"],
  ["solved", "solved"],
  ["closed", "closed"],
  ["archived", "closed"],
]);
const GONE: ReadonlySet<string> = new Set(["deleted", "scrubbed"]);
const PRIORITIES = ["low", "normal", "high", "urgent"] as const;

/** A solved or closed ticket must not be written to. An unknown status is taken for open. */
export const ticketStatus = (row: TicketRow): TicketFields["status"] => STATUSES.get(row.status) ?? "open";
export const isGone = (row: TicketRow): boolean => GONE.has(row.status);

/** `null` for a ticket that was deleted. @param metrics where they came beside the ticket and not in it */
export function ticketRecord(
  row: TicketRow,
  metrics: MetricSetRow | null,
  readAt: Date,
  fieldMap: ZendeskFieldMap,
): SourceRecord | null {
  if (isGone(row)) return null;
  const metricSet = row.metric_set ?? metrics;
  const { createdAt, updatedAt } = dates(row, readAt);
  const measuredAt = metricSet?.updated_at ?? updatedAt; // metrics are calculated a moment after the ticket changed
  return {
    ref: zendeskRef("ticket", row.id),
    createdAt,
    updatedAt: measuredAt.localeCompare(updatedAt) > 0 ? measuredAt : updatedAt,
    links: [...links("organization", row.organization_id), ...links("user", row.requester_id)],
    fields: {
      kind: "ticket",
      status: ticketStatus(row),
      priority: PRIORITIES.find((priority) => priority === row.priority) ?? null,
      solvedAt: metricSet?.solved_at ?? null,
      reopens: metricSet?.reopens == null ? null : Math.floor(metricSet.reopens),
      firstReplyMinutes: metricSet?.reply_time_in_minutes.calendar ?? null,
      sentiment: sentimentOf(row.tags, fieldMap),
      ...(fieldMap.ticketFields.length > 0 && { custom: ticketCustom(row, fieldMap) }),
    },
  };
}

const rating = (
  id: string,
  parts: {
    ticketId: string | null;
    userId: string | null;
    score: number;
    answeredAt: string;
    createdAt: string;
  },
): SourceRecord => ({
  ref: zendeskRef("rating", id),
  createdAt: parts.createdAt,
  updatedAt: parts.answeredAt,
  links: [...links("ticket", parts.ticketId), ...links("user", parts.userId)],
  fields: { kind: "rating", metric: "csat", score: parts.score, answeredAt: parts.answeredAt },
});

/** `good`, and in filters and some answers `good_with_comment`. */
const categoryScore = (category: string | null): number | null => {
  if (category?.startsWith("good")) return 100;
  if (category?.startsWith("bad")) return 0;
  return category?.startsWith("neutral") ? 50 : null;
};

/** `null` for a rating that was only offered. */
export function satisfactionRecord(row: SatisfactionRow, readAt: Date): SourceRecord | null {
  const score = categoryScore(row.score);
  if (score === null) return null;
  const { createdAt, updatedAt } = dates(row, readAt);
  return rating(row.id, {
    ticketId: row.ticket_id,
    userId: row.requester_id,
    score,
    answeredAt: updatedAt, // the customer may change the answer; creation is when it was asked for
    createdAt,
  });
}

/** `null` for a response without a rating, e.g. with all questions skipped. */
export function surveyRecord(row: SurveyRow, readAt: Date): SourceRecord | null {
  for (const answer of row.answers) {
    const score = answer.type === "rating_scale" ? surveyScore(answer) : null;
    if (score === null) continue;
    const { createdAt, updatedAt } = dates(answer, readAt);
    return rating(row.id, {
      ticketId: surveyTicket(row),
      userId: row.responder_id,
      score,
      answeredAt: updatedAt,
      createdAt,
    });
  }
  return null;
}

const surveyTicket = (row: SurveyRow): string | null =>
  row.subject_zrns.map((zrn) => /:ticket:(\d{1,20})$/.exec(zrn)?.[1]).find((id) => id !== undefined) ?? null;

const FIVE_STARS = 5;
/**
 * 0–100 from a scale of 1 … n. Without the options n is five; a "good" below the fourth star then shows that the
 * scale is a shorter one, and the category decides.
 */
function surveyScore(answer: SurveyAnswer): number | null {
  const byCategory = categoryScore(answer.rating_category);
  if (answer.rating === null) return byCategory;
  const steps = answer.question.options.length >= 2 ? answer.question.options.length : FIVE_STARS;
  if (steps === FIVE_STARS && byCategory === 100 && answer.rating < FIVE_STARS - 1) return byCategory;
  return clamp(((answer.rating - 1) / (steps - 1)) * 100, 0, 100);
}

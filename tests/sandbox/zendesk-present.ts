import { isoSeconds } from "./clock.ts";
import type { ZendeskAccount } from "./zendesk-account.ts";
import type { Field, Organization, Ticket, User, Webhook } from "./zendesk-types.ts";

const MINUTE_MS = 60_000;
/** Share of the day in which the vendor's support works; turns calendar minutes to business minutes. */
const BUSINESS_SHARE = 0.33;
const optionalTime = (ms: number | null) => (ms === null ? null : isoSeconds(ms));

export interface TicketShape {
  csat: "legacy" | "surveys";
  withMetrics: boolean;
}

export function presentTicket(account: ZendeskAccount, ticket: Ticket, shape: TicketShape) {
  const fields = account.ticketFields.map(({ id }) => ({ id, value: ticket.fields.get(id) ?? null }));
  return {
    id: ticket.id,
    url: `https://${account.subdomain}.zendesk.com/api/v2/tickets/${ticket.id}.json`,
    external_id: null,
    via: { channel: "email", source: { from: {}, to: {}, rel: null } },
    created_at: isoSeconds(ticket.createdAt),
    updated_at: isoSeconds(ticket.updatedAt),
    generated_timestamp: Math.floor(ticket.generatedAt / 1000),
    type: ticket.ticketType,
    subject: ticket.subject,
    raw_subject: ticket.subject,
    description: ticket.description,
    priority: ticket.priority,
    status: ticket.status,
    recipient: null,
    requester_id: ticket.requesterId,
    submitter_id: ticket.requesterId,
    assignee_id: ticket.assigneeId,
    organization_id: ticket.organizationId,
    group_id: null,
    tags: [...ticket.tags],
    custom_fields: fields,
    fields,
    satisfaction_rating: shape.csat === "legacy" ? presentScore(account, ticket) : null,
    ...(shape.withMetrics && { metric_set: presentMetrics(ticket) }),
  };
}

function presentScore(account: ZendeskAccount, ticket: Ticket) {
  const rating = account.ratingOf(ticket);
  if (rating === null) return { score: ticket.solvedAt === null ? "unoffered" : "offered" };
  return { id: rating.id, score: rating.isGood ? "good" : "bad", comment: rating.comment };
}

const minutes = (calendar: number | null) => ({
  calendar: calendar === null ? null : Math.round(calendar),
  business: calendar === null ? null : Math.round(calendar * BUSINESS_SHARE),
});

function presentMetrics(ticket: Ticket) {
  const resolution = ticket.solvedAt === null ? null : (ticket.solvedAt - ticket.createdAt) / MINUTE_MS;
  return {
    id: ticket.id + 7_000_000,
    ticket_id: ticket.id,
    created_at: isoSeconds(ticket.createdAt),
    updated_at: isoSeconds(ticket.updatedAt),
    reopens: ticket.reopens,
    replies: ticket.replies,
    assignee_stations: 1,
    group_stations: 1,
    status_updated_at: isoSeconds(ticket.updatedAt),
    solved_at: optionalTime(ticket.solvedAt),
    latest_comment_added_at: isoSeconds(ticket.updatedAt),
    reply_time_in_minutes: minutes(ticket.firstReplyMinutes),
    first_resolution_time_in_minutes: minutes(resolution),
    full_resolution_time_in_minutes: minutes(resolution),
    agent_wait_time_in_minutes: minutes(null),
    requester_wait_time_in_minutes: minutes(resolution),
    on_hold_time_in_minutes: minutes(0),
  };
}

export function presentOrganization(account: ZendeskAccount, organization: Organization) {
  const fields = account.organizationFields.flatMap(({ key }) =>
    key === null ? [] : [[key, organization.fields.get(key) ?? null] as const],
  );
  return {
    id: organization.id,
    url: `https://${account.subdomain}.zendesk.com/api/v2/organizations/${organization.id}.json`,
    name: organization.name,
    external_id: organization.externalId,
    domain_names: [...organization.domainNames],
    details: null,
    notes: null,
    group_id: null,
    shared_tickets: false,
    shared_comments: false,
    tags: [...organization.tags],
    organization_fields: Object.fromEntries(fields),
    created_at: isoSeconds(organization.createdAt),
    updated_at: isoSeconds(organization.updatedAt),
    deleted_at: optionalTime(organization.deletedAt),
  };
}

export function presentUser(account: ZendeskAccount, user: User) {
  return {
    id: user.id,
    url: `https://${account.subdomain}.zendesk.com/api/v2/users/${user.id}.json`,
    name: user.name,
    email: user.email,
    role: user.role,
    organization_id: user.organizationId,
    external_id: null,
    active: true,
    suspended: user.isSuspended,
    verified: true,
    locale: "en-US",
    time_zone: "Berlin",
    tags: [],
    user_fields: {},
    last_login_at: null,
    created_at: isoSeconds(user.createdAt),
    updated_at: isoSeconds(user.updatedAt),
  };
}

export function presentField(field: Field) {
  return {
    id: field.id,
    ...(field.key !== null && { key: field.key }),
    type: field.type,
    title: field.title,
    raw_title: field.title,
    description: field.description,
    active: field.isActive,
    position: 9999,
    tag: field.tag,
    system: false,
    removable: true,
    ...(field.options.length > 0 && {
      custom_field_options: field.options.map((option) => ({
        ...option,
        raw_name: option.name,
        default: false,
      })),
    }),
    created_at: isoSeconds(field.createdAt),
    updated_at: isoSeconds(field.updatedAt),
  };
}

/** The signing secret has an address of its own. */
export const presentWebhook = (webhook: Webhook) => ({
  id: webhook.id,
  name: webhook.name,
  endpoint: webhook.endpoint,
  status: webhook.status,
  http_method: "POST",
  request_format: "json",
  subscriptions: [...webhook.subscriptions],
  custom_headers: webhook.customHeaders,
  created_at: isoSeconds(webhook.createdAt),
  updated_at: isoSeconds(webhook.updatedAt),
  created_by: "9000000000",
});

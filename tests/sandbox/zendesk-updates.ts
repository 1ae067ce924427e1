import { z } from "zod";
import { numericId, type ZendeskContext } from "./zendesk-context.ts";
import { checkField, tagsAfter } from "./zendesk-field-values.ts";
import type { FieldValue, Organization, Ticket } from "./zendesk-types.ts";

export const ticketInput = z.object({
  id: numericId.optional(),
  status: z.enum(["new", "open", "pending", "hold", "solved", "closed"]).optional(),
  priority: z.enum(["low", "normal", "high", "urgent"]).optional(),
  tags: z.array(z.string()).optional(),
  additional_tags: z.array(z.string()).optional(),
  remove_tags: z.array(z.string()).optional(),
  custom_fields: z.array(z.object({ id: numericId, value: z.unknown() })).optional(),
});
export type TicketInput = z.infer<typeof ticketInput>;

export const organizationInput = z.object({
  id: numericId.optional(),
  name: z.string().min(1).optional(),
  external_id: z.string().nullish(),
  domain_names: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  organization_fields: z.record(z.string(), z.unknown()).optional(),
});
export type OrganizationInput = z.infer<typeof organizationInput>;

/** What was wrong with a row; `null` = it was written. */
export type RowFailure = { error: string; details: string } | null;

const invalid = (details: string): RowFailure => ({ error: "RecordInvalid", details });
const gone = (): RowFailure => ({ error: "RecordNotFound", details: "Record not found" });

/** Closed tickets take no change; solved ones do, as at the real platform, and the write log shows it. */
export function updateTicket(context: ZendeskContext, id: number, input: TicketInput): RowFailure {
  const { account } = context;
  const ticket = account.tickets.get(id);
  if (ticket === undefined || ticket.status === "deleted") return gone();
  if (ticket.status === "closed") return invalid("Status: closed prevents ticket update");
  const fields = new Map<number, FieldValue>();
  const removed = new Set(input.remove_tags);
  let tags = [...(input.tags ?? ticket.tags), ...(input.additional_tags ?? [])].filter(
    (tag) => !removed.has(tag),
  );
  for (const { id: fieldId, value } of input.custom_fields ?? []) {
    const field = account.ticketFields.find((known) => known.id === fieldId);
    if (field === undefined) continue; // unknown fields are passed over in silence
    const checked = checkField(field, value);
    if (checked.kind === "bad") return invalid(checked.reason);
    fields.set(fieldId, checked.value);
    tags = tagsAfter(field, checked.value, tags);
  }
  const statusBefore = ticket.status;
  account.changeTicket(
    ticket,
    { status: input.status, priority: input.priority, tags, fields },
    account.appUser.id,
  );
  record(context, "ticket", ticket, ticketValues(input), statusBefore);
  return null;
}

export function updateOrganization(
  context: ZendeskContext,
  id: number,
  input: OrganizationInput,
): RowFailure {
  const { account } = context;
  const organization = account.organizations.get(id);
  if (organization === undefined || organization.deletedAt !== null) return gone();
  const fields = new Map<string, FieldValue>();
  let tags = input.tags ?? organization.tags;
  for (const [key, value] of Object.entries(input.organization_fields ?? {})) {
    const field = account.organizationFields.find((known) => known.key === key);
    if (field === undefined) continue;
    const checked = checkField(field, value);
    if (checked.kind === "bad") return invalid(checked.reason);
    fields.set(key, checked.value);
    tags = tagsAfter(field, checked.value, tags);
  }
  const { name, external_id: externalId, domain_names: domainNames } = input;
  account.changeOrganization(
    organization,
    { name, externalId, domainNames, tags, fields },
    account.appUser.id,
  );
  const { id: _, organization_fields, ...rest } = input;
  record(context, "organization", organization, loggable({ ...rest, ...organization_fields }), null);
  return null;
}

function ticketValues({ id: _, custom_fields, ...rest }: TicketInput) {
  const fields = (custom_fields ?? []).map(({ id, value }) => [`custom_field_${id}`, value] as const);
  return loggable({ ...rest, ...Object.fromEntries(fields) });
}

const loggedValue = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

const loggable = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, loggedValue.catch(JSON.stringify(value)).parse(value)] as const],
    ),
  );

function record(
  context: ZendeskContext,
  objectType: "ticket" | "organization",
  { id }: Ticket | Organization,
  values: ReturnType<typeof loggable>,
  ticketStatus: string | null,
): void {
  context.recordWrite({
    at: context.clock.now(),
    platform: "zendesk",
    tenant: context.account.subdomain,
    objectType,
    id: String(id),
    values,
    ticketStatus,
  });
}

import type { Field, FieldValue, Organization, Ticket, ZendeskChange } from "./zendesk-types.ts";

/** What changed between two states of a ticket, one entry per part. */
export function ticketChanges(
  fields: readonly Field[],
  before: Ticket,
  after: Ticket,
  actorId: number,
): ZendeskChange[] {
  const subject = { kind: "ticket", record: after } as const;
  const told = (
    type: string,
    current: FieldValue,
    previous: FieldValue,
    more: Record<string, unknown> = {},
  ) =>
    current === previous
      ? []
      : [{ type: `ticket.${type}`, subject, event: { current, previous, ...more }, actorId }];
  const text = (id: number | null) => (id === null ? null : String(id));
  return [
    ...told("status_changed", after.status.toUpperCase(), before.status.toUpperCase()),
    ...told(
      "priority_changed",
      after.priority?.toUpperCase() ?? null,
      before.priority?.toUpperCase() ?? null,
    ),
    ...told("organization_changed", text(after.organizationId), text(before.organizationId)),
    ...tagChange("ticket.tags_changed", before.tags, after.tags, (added, removed) => ({
      tags_added: added,
      tags_removed: removed,
    })).map((change) => ({ ...change, subject, actorId })),
    ...fields.flatMap((field) =>
      told("custom_field_changed", after.fields.get(field.id) ?? null, before.fields.get(field.id) ?? null, {
        field: { id: String(field.id), title: field.title, type: field.type },
      }),
    ),
  ];
}

/** The same for an organization. */
export function organizationChanges(
  fields: readonly Field[],
  before: Organization,
  after: Organization,
  actorId: number,
): ZendeskChange[] {
  const subject = { kind: "organization", record: after } as const;
  const told = (
    type: string,
    current: FieldValue,
    previous: FieldValue,
    more: Record<string, unknown> = {},
  ) =>
    current === previous
      ? []
      : [{ type: `organization.${type}`, subject, event: { current, previous, ...more }, actorId }];
  return [
    ...told("name_changed", after.name, before.name),
    ...told("external_id_changed", after.externalId, before.externalId),
    ...tagChange("organization.tags_changed", before.tags, after.tags, (added, removed) => ({
      added: { tags: added },
      removed: { tags: removed },
    })).map((change) => ({ ...change, subject, actorId })),
    ...fields.flatMap((field) => {
      const key = field.key ?? "";
      return told("custom_field_changed", after.fields.get(key) ?? null, before.fields.get(key) ?? null, {
        field: { id: String(field.id), title: field.title, type: field.type },
      });
    }),
  ];
}

function tagChange(
  type: string,
  before: readonly string[],
  after: readonly string[],
  event: (added: string[], removed: string[]) => Record<string, unknown>,
): { type: string; event: Record<string, unknown> }[] {
  const added = after.filter((tag) => !before.includes(tag));
  const removed = before.filter((tag) => !after.includes(tag));
  return added.length + removed.length === 0 ? [] : [{ type, event: event(added, removed) }];
}

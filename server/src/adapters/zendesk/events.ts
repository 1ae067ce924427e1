import { type ObjectType, type RecordRef, TICKET_BAND_FIELD, WRITE_BACK_FIELDS } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import type { RecordFate } from "../../services/ports.ts";

/** An object, or an empty one for anything else: what is inside is read key by key, and none of it is relied upon. */
const bag = z.looseObject({}).catch({});

/** The envelope of an event webhook. Only what identifies the event must be there. */
const envelope = z.looseObject({
  type: z.string().min(1).max(200),
  id: z.string().min(1).max(200),
  /** ISO 8601 with an offset; `null` when missing or not readable. */
  time: z.iso.datetime({ offset: true }).nullable().catch(null),
  /** e.g. `zen:ticket:901` */
  subject: z.string().max(200).catch(""),
  detail: bag,
  event: bag,
});
export type ZendeskEvent = z.infer<typeof envelope>;

/** @throws {AppError} `request_invalid`, naming what is wrong */
export function parseZendeskEvent(json: unknown): ZendeskEvent {
  const parsed = envelope.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") || "body";
  throw new AppError("request_invalid", `the Zendesk event's ${where} is not usable: ${issue?.message}`);
}

/** The envelope's id: one event keeps it over all retries. */
export const eventKey = (event: ZendeskEvent): string => event.id;

/** `ticket.status_changed`, without the prefix that all event types share. */
const kindOf = (event: ZendeskEvent): string => event.type.replace(/^zen:event-type:/, "");

/** Ids come as text or number; `0` and the empty text mean "none". */
function idOf(value: unknown): string | null {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === "string" && /^[1-9]\d{0,19}$/.test(text) ? text : null;
}

/** An id itself, or that of an object which has one. */
const idIn = (value: unknown): string | null =>
  idOf(typeof value === "object" && value !== null && "id" in value ? value.id : value);

/**
 * What is named in a merge, whatever the keys are called; the platform's documents do not settle that. An id too
 * many costs one reading of a record that is not there.
 */
const mergedIds = (event: ZendeskEvent): (string | null)[] =>
  Object.entries(event.event)
    .filter(([key]) => key !== "meta")
    .map(([, value]) => idIn(value));

const ref = (objectType: ObjectType, id: string | null): RecordRef[] =>
  id === null ? [] : [{ platform: "zendesk", objectType, id }];
const refs = (objectType: ObjectType, ids: readonly (string | null)[]): RecordRef[] =>
  ids.flatMap((id) => ref(objectType, id));

const RATINGS_OF_TICKET = /^ticket-(\d+)$/;
/** Stands for "the ratings of this ticket": events name the ticket and not the rating. */
export const ratingsOfTicket = (ticketId: string): RecordRef => ({
  platform: "zendesk",
  objectType: "rating",
  id: `ticket-${ticketId}`,
});
/** The ticket of a ref made by `ratingsOfTicket`; `null` for a rating's own id. */
export const ticketOfRatings = (id: string): string | null => RATINGS_OF_TICKET.exec(id)?.[1] ?? null;

const SUBJECT = /^zen:(ticket|organization|user):(\d+)$/;
const DOMAINS = ["ticket", "organization", "user"] as const;
type Domain = (typeof DOMAINS)[number];

function subjectOf(event: ZendeskEvent): { domain: Domain; id: string } | null {
  const domain = DOMAINS.find((name) => kindOf(event).startsWith(`${name}.`));
  if (!domain) return null;
  const [, named, inSubject] = SUBJECT.exec(event.subject) ?? [];
  const id = idOf(event.detail["id"]) ?? (named === domain ? idOf(inSubject) : null);
  return id === null ? null : { domain, id };
}

/** Records to read again because of the event, each once; empty for types that say nothing about our records. */
export function eventRefs(event: ZendeskEvent): RecordRef[] {
  const subject = subjectOf(event);
  if (subject === null) return [];
  const all = [...ref(subject.domain, subject.id), ...alsoTouched(event, subject)];
  return [...new Map(all.map((each) => [`${each.objectType}:${each.id}`, each])).values()];
}

/** A ticket that is deleted for good, and a user: whatever they said is not to be kept. */
export function eventFates(event: ZendeskEvent): RecordFate[] {
  const subject = subjectOf(event);
  const kind = kindOf(event);
  if (subject === null || (kind !== "ticket.permanently_deleted" && kind !== "user.deleted")) return [];
  return ref(subject.domain, subject.id).map((erased) => ({ kind: "erased", ref: erased }));
}

/** `ticket.csat_received`, and whatever else the two rating systems may report. */
const SURVEYED = /csat|satisfaction|survey/;

function alsoTouched(event: ZendeskEvent, subject: { domain: Domain; id: string }): RecordRef[] {
  const { current, previous } = event.event;
  const kind = kindOf(event);
  if (subject.domain === "ticket" && SURVEYED.test(kind)) return [ratingsOfTicket(subject.id)];
  switch (kind) {
    case "ticket.merged":
    case "user.merged":
      return refs(subject.domain, mergedIds(event));
    case "ticket.organization_changed":
      return refs("organization", [idIn(current), idIn(previous)]);
    case "ticket.requester_changed":
      return refs("user", [idIn(current), idIn(previous)]);
    case "ticket.created":
      // without an organization of its own the ticket is reached through its requester's
      return idOf(event.detail["organization_id"]) ? [] : ref("user", idOf(event.detail["requester_id"]));
    case "user.organization_membership_created":
    case "user.organization_membership_deleted":
      return ref("organization", idIn(event.event["organization"]));
    default:
      return [];
  }
}

/**
 * Whether the event is the echo of our own write-back. Organization events do not name who did it, so there the
 * field or the tags must be ours.
 * @param actorId the user that our token acts as; `null` = not known
 */
export function isOwnWrite(event: ZendeskEvent, actorId: string | null): boolean {
  const kind = kindOf(event);
  const isFieldChange = kind.endsWith(".custom_field_changed");
  if (!isFieldChange && !kind.endsWith(".tags_changed")) return false;
  const actor = idOf(event.detail["actor_id"]);
  if (actor !== null) return actor === actorId;
  return isFieldChange ? isOwnField(event.event["field"]) : areOwnTags(event.event);
}

const OWN_NAMES: ReadonlySet<unknown> = new Set([
  ...WRITE_BACK_FIELDS.flatMap((field) => [field.key, field.label]),
  TICKET_BAND_FIELD.title,
]);

function isOwnField(field: unknown): boolean {
  const parsed = bag.parse(field);
  return OWN_NAMES.has(parsed["key"]) || OWN_NAMES.has(parsed["title"]);
}

const OWN_TAG = /^bellwether_(org|band)_/;

/** `{added:{tags}, removed:{tags}}` on organizations and users, `{tags_added, tags_removed}` on tickets. */
function areOwnTags(change: z.infer<typeof bag>): boolean {
  const lists = [
    change["tags_added"],
    change["tags_removed"],
    bag.parse(change["added"])["tags"],
    bag.parse(change["removed"])["tags"],
  ];
  const tags = lists.flatMap((list) => (Array.isArray(list) ? list : []));
  return tags.length > 0 && tags.every((tag) => typeof tag === "string" && OWN_TAG.test(tag));
}

import { createHash } from "node:crypto";
import { portalId, type RecordRef, refKey } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import { storableJson } from "../platform/storable-json.ts";
import { type OptionalFields, readOptionalFields } from "./event-fields.ts";
import { type HubspotObject, objectOfName, objectOfTypeId } from "./object-types.ts";

/** Seconds (some senders), milliseconds, or ISO text. */
const occurredAt = z
  .union([z.number().transform((n) => (n < 1e11 ? n * 1000 : n)), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value))
  .refine((date) => Number.isFinite(date.getTime()) && date.getTime() >= 0, "is not a time");

/** Without these it is no event. */
const requiredFields = z.object({
  portalId,
  subscriptionType: z.string().min(1).max(100),
  occurredAt,
});

/** One event; unknown kinds and further fields are welcome, unreadable optional ones count as not said. */
export interface HubspotEvent extends z.infer<typeof requiredFields>, OptionalFields {
  /** As received, made storable as jsonb. */
  payload: unknown;
}

export interface HubspotDelivery {
  events: HubspotEvent[];
  /** Elements that are no events, beside others that are: kept, so that one bad element costs nothing else. */
  unreadable: { portalId: string | null; payload: unknown }[];
}

/** Source: HubSpot, webhooks guide: 1–100 events per delivery. */
const MAX_EVENTS = 100;

/**
 * @param json the parsed body
 * @throws {AppError} `request_invalid` when it is not an array of 1–100 elements, or none of them is an event
 */
export function parseHubspotDelivery(json: unknown): HubspotDelivery {
  if (!Array.isArray(json) || json.length === 0 || json.length > MAX_EVENTS)
    throw new AppError("request_invalid", `The body must be an array of 1 to ${MAX_EVENTS} events.`);
  const delivery: HubspotDelivery = { events: [], unreadable: [] };
  let firstIssue: string | null = null;
  for (const element of json as unknown[]) {
    const payload = storableJson(element);
    const parsed = requiredFields.safeParse(payload);
    if (parsed.success) {
      delivery.events.push({ ...parsed.data, ...readOptionalFields(payload as object), payload });
      continue;
    }
    const issue = parsed.error.issues[0];
    firstIssue ??= `${issue?.path.join(".") || "event"}: ${issue?.message ?? "unreadable"}`;
    delivery.unreadable.push({ portalId: readPortalId(payload), payload });
  }
  if (delivery.events.length === 0)
    throw new AppError("request_invalid", `The body has no readable event (${firstIssue}).`);
  return delivery;
}

function readPortalId(payload: unknown): string | null {
  const parsed = z.object({ portalId }).safeParse(payload);
  return parsed.success ? parsed.data.portalId : null;
}

/**
 * Same for every attempt to deliver the same event. HubSpot's `eventId` alone is not unique; association changes
 * and merges may come without `objectId`, so the records that they name stand in for it.
 */
export function eventKey(event: HubspotEvent): string {
  const { portalId, subscriptionType, eventId, occurredAt } = event;
  return `${portalId}|${subscriptionType}|${recordsKey(event)}|${eventId ?? ""}|${occurredAt.getTime()}`;
}

function recordsKey(event: HubspotEvent): string {
  const { objectId, fromObjectId, toObjectId, primaryObjectId, newObjectId } = event;
  let key = objectId ?? "";
  const add = (part: string): void => {
    key = key === "" ? part : `${key}/${part}`;
  };
  if (fromObjectId !== null || toObjectId !== null)
    add(
      `${fromObjectId}>${toObjectId}:${event.associationTypeId ?? event.associationType}:${event.associationRemoved}`,
    );
  if (primaryObjectId !== null) add(`${primaryObjectId}+${newObjectId}`);
  return key;
}

/** For an element without usable fields its own content is the key, without what differs between attempts. */
export function unreadableKey(payload: unknown): string {
  const content = JSON.stringify(payload, (name, value) => (name === "attemptNumber" ? undefined : value));
  return `unreadable|${createHash("sha256").update(content).digest("base64url")}`;
}

/** A property of ours that changed: nearly always our own write coming back, and never something to read. */
export const isOwnWrite = (event: HubspotEvent): boolean =>
  event.propertyName?.startsWith("bellwether_") ?? false;

/** Records to read again, each once; none for kinds that are only counted and for our own writes. */
export function eventRefs(event: HubspotEvent): RecordRef[] {
  if (isOwnWrite(event)) return [];
  const own = objectOf(event);
  const refs: RecordRef[] = [];
  const add = (objectType: HubspotObject | null, id: string | null): void => {
    if (objectType !== null && id !== null) refs.push({ platform: "hubspot", objectType, id });
  };
  add(own, event.objectId);
  if (event.fromObjectId !== null || event.toObjectId !== null) {
    const [from, to] = associationEnds(event, own);
    add(from, event.fromObjectId);
    add(to, event.toObjectId);
  }
  for (const id of [event.primaryObjectId, event.newObjectId, ...event.mergedObjectIds]) add(own, id);
  return refs.length < 2 ? refs : [...new Map(refs.map((ref) => [refKey(ref), ref])).values()];
}

function objectOf(event: HubspotEvent): HubspotObject | null {
  const family = event.subscriptionType.split(".")[0] ?? "";
  return family === "object" ? objectOfTypeId(event.objectTypeId) : objectOfName(family);
}

/** From the type ids of the generic family, else from names such as `COMPANY_TO_CONTACT`, `PARENT_TO_CHILD_COMPANY`. */
function associationEnds(
  event: HubspotEvent,
  own: HubspotObject | null,
): [from: HubspotObject | null, to: HubspotObject | null] {
  const [left = "", right = ""] = (event.associationType ?? "").split("_TO_");
  return [
    objectOfTypeId(event.fromObjectTypeId) ?? lastNamed(left) ?? own,
    objectOfTypeId(event.toObjectTypeId) ?? lastNamed(right),
  ];
}

const lastNamed = (words: string): HubspotObject | null =>
  words
    .split("_")
    .map(objectOfName)
    .findLast((object) => object !== null) ?? null;

/** A delivery may mix portals; order inside a portal is kept. */
export function byPortal<T extends { portalId: string | null }>(
  events: readonly T[],
): Map<string | null, T[]> {
  return Map.groupBy(events, (event) => event.portalId);
}

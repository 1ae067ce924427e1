import { createHash } from "node:crypto";
import { type RecordRef, refKey } from "@bellwether/shared";
import { z } from "zod";
import { AppError } from "../../services/errors.ts";
import { storableJson } from "../platform/storable-json.ts";
import { type OptionalFields, readOptionalFields } from "./event-fields.ts";
import { type HubspotObject, objectOfName, objectOfTypeId } from "./object-types.ts";
import { type RequiredFields, readPortalId, readRequiredFields } from "./required-fields.ts";

/** One event; unknown kinds and further fields are welcome, unreadable optional ones count as not said. */
export interface HubspotEvent extends RequiredFields, OptionalFields {
  /** As received. */
  element: unknown;
}

export interface HubspotDelivery {
  events: HubspotEvent[];
  /** Elements that are no events, beside others that are: kept, so that one bad element costs nothing else. */
  unreadable: { portalId: string | null; element: unknown }[];
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
    const required = readRequiredFields(element);
    if (typeof required !== "string") {
      const { portalId, subscriptionType, occurredAt } = required;
      // named one by one: a second spread would cost more than all the reading
      const optional = readOptionalFields(element as object);
      delivery.events.push({ ...optional, portalId, subscriptionType, occurredAt, element });
      continue;
    }
    firstIssue ??= required;
    delivery.unreadable.push({ portalId: readPortalId(element), element });
  }
  if (delivery.events.length === 0)
    throw new AppError("request_invalid", `The body has no readable event (${firstIssue}).`);
  return delivery;
}

/**
 * Same for every attempt to deliver the same event. HubSpot's `eventId` alone is not unique; association changes
 * and merges may come without `objectId`, so the records that they name stand in for it. The time comes first: what
 * happens about the same time stands together in the inbox's index, so that few of its pages are touched.
 */
export function eventKey(event: HubspotEvent): string {
  const { portalId, subscriptionType, eventId, occurredAt } = event;
  return `${occurredAt.getTime()}|${eventId ?? ""}|${portalId}|${subscriptionType}|${recordsKey(event)}`;
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
export function unreadableKey(element: unknown): string {
  // nested as deep as a hostile one may be, it could not be written again
  const content = JSON.stringify(storableJson(element), (name, value) =>
    name === "attemptNumber" ? undefined : value,
  );
  return `unreadable|${createHash("sha256").update(content).digest("base64url")}`;
}

const changedBy = z.object({
  changeSource: z.string().optional().catch(undefined),
  /** Of a person `userId:71`, of an app its id. */
  sourceId: z.coerce.string().optional().catch(undefined),
  /** The app that the event is for: ours. */
  appId: z.coerce.string().optional().catch(undefined),
});

/**
 * A property of ours that we changed: our own write coming back, never something to read. One that says it was
 * somebody else is; one that does not say counts as ours, for the comparison after the next reading finds it anyway.
 */
export function isOwnWrite(event: HubspotEvent): boolean {
  if (event.propertyName?.startsWith("bellwether_") !== true) return false;
  const { changeSource = "", sourceId, appId } = changedBy.parse(event.element);
  if (!changeSource.startsWith("INTEGRATION")) return changeSource === "";
  const isOtherApp = sourceId !== undefined && /^\d+$/.test(sourceId) && sourceId !== appId;
  return !isOtherApp;
}

/** Records to read again, each once; none for kinds that are only counted and for our own writes. */
export function eventRefs(event: HubspotEvent): RecordRef[] {
  if (isOwnWrite(event)) return [];
  const own = objectOf(event);
  if (namesOnlyItself(event))
    return own === null || event.objectId === null
      ? []
      : [{ platform: "hubspot", objectType: own, id: event.objectId }];
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

/** As nearly all events do. */
const namesOnlyItself = (event: HubspotEvent): boolean =>
  event.fromObjectId === null &&
  event.toObjectId === null &&
  event.primaryObjectId === null &&
  event.newObjectId === null &&
  event.mergedObjectIds.length === 0;

export function objectOf(event: HubspotEvent): HubspotObject | null {
  const { subscriptionType } = event;
  const dot = subscriptionType.indexOf(".");
  const family = dot === -1 ? subscriptionType : subscriptionType.slice(0, dot);
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

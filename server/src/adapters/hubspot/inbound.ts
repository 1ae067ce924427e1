import { AppError } from "../../services/errors.ts";
import type { DeliveredEvent, Delivery, InboundPlatform } from "../../services/inbound.ts";
import { storableJson } from "../platform/storable-json.ts";
import { unreadableBody } from "../platform/unreadable-body.ts";
import { shownEvent } from "../platform/without-secrets.ts";
import { eventFates } from "./event-fates.ts";
import { eventKey, eventRefs, type HubspotEvent, parseHubspotDelivery, unreadableKey } from "./events.ts";
import { verifyHubspotSignature } from "./signature.ts";

/** HubSpot's deliveries as the HTTP layer takes them in. */
export const hubspotInbound: InboundPlatform = {
  verify: ({ signature, timestamp, ...request }, clientSecret, now) =>
    verifyHubspotSignature({ ...request, signature, timestamp, clientSecret, now }),
  parse: (rawBody) => byPortal(elementsOf(parseJson(rawBody)), rawBody),
  unreadable: (rawBody, reason) => ({
    ...unreadableBody(rawBody, reason),
    externalIds: portalsNamed(rawBody),
  }),
};

/** More are no delivery of HubSpot's; then it is nobody's. */
const MAX_PORTALS = 100;

/** Wherever they stand: the text may be no JSON. */
function portalsNamed(rawBody: Buffer): string[] {
  const named = new Set<string>();
  for (const [, id = ""] of rawBody.toString("latin1").matchAll(/"portalId"\s*:\s*"?(\d{1,15})\b/g)) {
    named.add(id);
    if (named.size > MAX_PORTALS) return [...named].slice(0, 2);
  }
  return [...named];
}

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch (cause) {
    throw new AppError("request_invalid", "The body is not JSON.", { cause });
  }
}

interface Element {
  portalId: string | null;
  event: DeliveredEvent;
  element: unknown;
}

function elementsOf(json: unknown): Element[] {
  const { events, unreadable } = parseHubspotDelivery(json);
  return [
    ...events.map((event) => ({
      portalId: event.portalId,
      event: deliveredEvent(event),
      element: event.element,
    })),
    ...unreadable.map(({ portalId, element }) => ({
      portalId,
      event: unreadableEvent(element),
      element,
    })),
  ];
}

function deliveredEvent(event: HubspotEvent): DeliveredEvent {
  const delivered = { key: eventKey(event), refs: eventRefs(event) };
  const fates = eventFates(event);
  return fates.length === 0 ? delivered : { ...delivered, fates };
}

function unreadableEvent(element: unknown): DeliveredEvent {
  const key = unreadableKey(element);
  const reason = "The element lacks what every event has: portalId, subscriptionType and occurredAt.";
  return { key, refs: [], unusable: { key, reason, body: shownEvent(storableJson(element)) } };
}

/** A delivery may mix portals; each gets its own events and nobody else's, in their order. */
function byPortal(elements: readonly Element[], rawBody: Buffer): Delivery[] {
  const parts = Map.groupBy(elements, (element) => element.portalId);
  return [...parts].map(([externalId, part]) => ({
    externalId,
    body:
      parts.size === 1
        ? rawBody
        : Buffer.from(JSON.stringify(part.map(({ element }) => storableJson(element)))),
    events: part.map(({ event }) => event),
  }));
}

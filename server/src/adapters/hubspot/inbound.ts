import { AppError } from "../../services/errors.ts";
import type { DeliveredEvent, Delivery, InboundPlatform } from "../../services/inbound.ts";
import { eventFates } from "./event-fates.ts";
import { eventKey, eventRefs, type HubspotEvent, parseHubspotDelivery, unreadableKey } from "./events.ts";
import { verifyHubspotSignature } from "./signature.ts";

/** HubSpot's deliveries as the HTTP layer takes them in. */
export const hubspotInbound: InboundPlatform = {
  verify: ({ signature, timestamp, ...request }, clientSecret, now) =>
    verifyHubspotSignature({ ...request, signature, timestamp, clientSecret, now }),
  parse: (rawBody) => byPortal(elementsOf(parseJson(rawBody)), rawBody),
};

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
      event: { key: unreadableKey(element), refs: [] },
      element,
    })),
  ];
}

function deliveredEvent(event: HubspotEvent): DeliveredEvent {
  const delivered = { key: eventKey(event), refs: eventRefs(event) };
  const fates = eventFates(event);
  return fates.length === 0 ? delivered : { ...delivered, fates };
}

/** A delivery may mix portals; each gets its own events and nobody else's, in their order. */
function byPortal(elements: readonly Element[], rawBody: Buffer): Delivery[] {
  const parts = Map.groupBy(elements, (element) => element.portalId);
  return [...parts].map(([externalId, part]) => ({
    externalId,
    body: parts.size === 1 ? rawBody : Buffer.from(JSON.stringify(part.map(({ element }) => element))),
    events: part.map(({ event }) => event),
  }));
}

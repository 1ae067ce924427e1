import { AppError } from "../../services/errors.ts";
import type { DeliveredEvent, InboundPlatform } from "../../services/inbound.ts";
import { eventKey, eventRefs, parseHubspotDelivery, unreadableKey } from "./events.ts";
import { verifyHubspotSignature } from "./signature.ts";

/** HubSpot's deliveries as the HTTP layer takes them in. */
export const hubspotInbound: InboundPlatform = {
  verify: ({ signature, timestamp, ...request }, clientSecret, now) =>
    verifyHubspotSignature({ ...request, signature, timestamp, clientSecret, now }),
  parse: (rawBody) => deliveredEvents(parseJson(rawBody)),
};

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch (cause) {
    throw new AppError("request_invalid", "The body is not JSON.", { cause });
  }
}

function deliveredEvents(json: unknown): DeliveredEvent[] {
  const { events, unreadable } = parseHubspotDelivery(json);
  return [
    ...events.map((event) => ({
      externalId: event.portalId,
      key: eventKey(event),
      type: event.subscriptionType,
      occurredAt: event.occurredAt,
      payload: event.payload,
      refs: eventRefs(event),
    })),
    ...unreadable.map(({ portalId, payload }) => ({
      externalId: portalId,
      key: unreadableKey(payload),
      type: "unreadable",
      occurredAt: new Date(0), // it does not say; the time must not depend on the attempt
      payload,
      refs: [],
    })),
  ];
}

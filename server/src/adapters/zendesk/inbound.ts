import { AppError } from "../../services/errors.ts";
import type { DeliveredEvent, InboundPlatform } from "../../services/inbound.ts";
import type { Clock } from "../../services/ports.ts";
import { storableJson } from "../platform/storable-json.ts";
import { eventKey, eventRefs, isOwnWrite, parseZendeskEvent, type ZendeskEvent } from "./events.ts";
import { verifyZendeskSignature } from "./signature.ts";

/** Zendesk's deliveries: one event each. @param clock dates the events that carry no readable time */
export const zendeskInbound = (clock: Clock): InboundPlatform => ({
  verify: ({ rawBody, signature, timestamp }, secret, now) =>
    verifyZendeskSignature({ secret, rawBody, signature, timestamp, now }),
  parse: (rawBody, actorId) => [
    delivered(parseZendeskEvent(storableJson(parseJson(rawBody))), actorId, clock),
  ],
});

const delivered = (event: ZendeskEvent, actorId: string | null, clock: Clock): DeliveredEvent => ({
  externalId: null,
  key: eventKey(event),
  type: event.type,
  occurredAt: event.time === null ? clock.now() : new Date(event.time),
  payload: event,
  refs: isOwnWrite(event, actorId) ? [] : eventRefs(event),
});

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch (cause) {
    throw new AppError("request_invalid", "the body is not JSON", { cause });
  }
}

import { AppError } from "../../services/errors.ts";
import type { InboundPlatform } from "../../services/inbound.ts";
import { unreadableBody } from "../platform/unreadable-body.ts";
import { eventFates, eventKey, eventRefs, isOwnWrite, parseZendeskEvent } from "./events.ts";
import { verifyZendeskSignature } from "./signature.ts";

/** Zendesk's deliveries: one event each. */
export const zendeskInbound: InboundPlatform = {
  verify: ({ rawBody, signature, timestamp }, secret, now) =>
    verifyZendeskSignature({ secret, rawBody, signature, timestamp, now }),
  parse: (rawBody, actorId) => {
    const event = parseZendeskEvent(parseJson(rawBody));
    const refs = isOwnWrite(event, actorId) ? [] : eventRefs(event);
    const fates = eventFates(event);
    return [
      {
        externalId: null,
        body: rawBody,
        events: [{ key: eventKey(event), refs, ...(fates.length > 0 && { fates }) }],
      },
    ];
  },
  unreadable: (rawBody, reason) => ({ ...unreadableBody(rawBody, reason), externalIds: [] }),
};

function parseJson(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch (cause) {
    throw new AppError("request_invalid", "the body is not JSON", { cause });
  }
}

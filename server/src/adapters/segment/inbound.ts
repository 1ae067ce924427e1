import type { ProductEvent } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { RejectedEvent, SegmentInbound, SentEvents } from "../../services/ports.ts";
import { jsonParameter } from "../db/json-parameter.ts";
import { shownText } from "../platform/without-secrets.ts";
import { readTime } from "./event-time.ts";
import { sha256 } from "./hashes.ts";
import { idText, isJson, type Json, type Request, readEvent } from "./read-event.ts";

/**
 * The Segment protocol as its HTTP API and its libraries speak it. Source: Segment's HTTP API Source and the spec's
 * common fields (segment.com/docs/connections/sources/catalog/libraries/server/http-api and /connections/spec/common).
 */
export const segmentInbound: SegmentInbound = {
  parse: (rawBody) => {
    const body = parsed(rawBody);
    return { body, writeKey: isJson(body) ? idText(body["writeKey"]) : null };
  },
  events: (body, { call, tenant, receivedAt }) => {
    if (!isJson(body)) throw new AppError("request_invalid", "The body is not a JSON object.");
    const request: Request = {
      tenant,
      receivedAt,
      sentAt: readTime(body["sentAt"]) ?? null,
      groupId: call === "batch" && isJson(body["context"]) ? idText(body["context"]["groupId"]) : null,
    };
    return call === "batch" ? batch(body, request) : sorted([readEvent(body, call, request)]);
  },
  rejectedBody: (rawBody, reason) => ({
    key: sha256(`body ${rawBody.toString("latin1")}`),
    reason,
    body: shownText(rawBody.subarray(0, 8_192).toString("utf8")),
  }),
  kept: (events) => {
    const first = new Map<string, ProductEvent>();
    for (const event of events) if (!first.has(event.key)) first.set(event.key, event);
    return Buffer.from(jsonParameter([...first.values()]));
  },
};

function parsed(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString("utf8"));
  } catch (cause) {
    throw new AppError("request_invalid", "The body is not JSON.", { cause });
  }
}

function batch(body: Json, request: Request): SentEvents {
  const events = body["batch"];
  if (!Array.isArray(events)) throw new AppError("request_invalid", "batch: it should be a list of events.");
  return sorted(
    events.map((event: unknown) =>
      readEvent(event, isJson(event) ? event["type"] : null, ofEvent(event, request)),
    ),
  );
}

/** An event in a batch may have been sent on by somebody: then its own time of sending counts. */
const ofEvent = (event: unknown, request: Request): Request =>
  isJson(event) ? { ...request, sentAt: readTime(event["sentAt"]) ?? request.sentAt } : request;

function sorted(read: readonly (ProductEvent | RejectedEvent)[]): SentEvents {
  const sent: SentEvents = { events: [], rejected: [] };
  for (const event of read) {
    if ("reason" in event) sent.rejected.push(event);
    else sent.events.push(event);
  }
  return sent;
}

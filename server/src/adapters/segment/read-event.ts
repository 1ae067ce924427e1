import {
  canonicalJson,
  type EventType,
  eventTypes,
  type GroupTraits,
  normaliseDomain,
  type ProductEvent,
  type TenantId,
} from "@bellwether/shared";
import type { RejectedEvent } from "../../services/ports.ts";
import { storableText } from "../db/json-parameter.ts";
import { shownEvent } from "../platform/without-secrets.ts";
import { eventTime, readTime } from "./event-time.ts";
import { sha256, userHash } from "./hashes.ts";

export type Json = Readonly<Record<string, unknown>>;

/** Source: Segment's HTTP API, "Max request size": 32 KB per event. */
const MAX_EVENT_BYTES = 32 * 1024;
const MAX_DEPTH = 64;
/** As long as an id of a party may be. */
const MAX_GROUP_ID = 64;
const MAX_NAME = 100;

/** What the events of one request have in common. */
export interface Request {
  tenant: TenantId;
  receivedAt: Date;
  /** `null` = not said, or not readable. */
  sentAt: Date | null;
  /** From the context of the whole batch. */
  groupId: string | null;
}

export const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A number is an id, too: some senders have no other. */
export function idText(value: unknown): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : null;
  if (typeof value !== "string") return null;
  return storableText(value).trim() || null;
}

const objectAt = (json: Json, key: string): Json => {
  const value = json[key];
  return isJson(value) ? value : {};
};

/** Long ids are hashed, so that every one of them can name a party. */
function groupIdText(value: unknown): string | null {
  const id = idText(value);
  return id !== null && id.length > MAX_GROUP_ID ? `sha256-${sha256(id)}` : id;
}

/** Level by level: a hostile event may be nested deeper than the stack is. */
function levelsOf(value: unknown): unknown[][] {
  const levels: unknown[][] = [];
  for (let level: unknown[] = [value]; level.length > 0; ) {
    levels.push(level);
    level = level.flatMap((item) =>
      typeof item === "object" && item !== null ? Object.entries(item).flat() : [],
    );
  }
  return levels;
}

const isText = (value: unknown): boolean => typeof value !== "object";

/** What an event says, or why it cannot be used; either way with the key by which it is known again. */
export function readEvent(sent: unknown, type: unknown, request: Request): ProductEvent | RejectedEvent {
  const levels = levelsOf(sent);
  if (levels.length > MAX_DEPTH) {
    const texts = levels.map((level) => level.filter(isText).join());
    return {
      key: sha256(`deep ${texts.join()}`),
      reason: "The event is nested deeper than 64 levels.",
      body: "",
    };
  }
  const event = isJson(sent) ? withoutEnvelope(sent) : {};
  const key = keyOf(isJson(sent) ? event : sent, type, request);
  const rejected = (reason: string): RejectedEvent => ({ key, reason, body: shownEvent(sent) });
  if (!isJson(sent)) return rejected("The event is not a JSON object.");
  if (Buffer.byteLength(JSON.stringify(sent)) > MAX_EVENT_BYTES)
    return rejected("The event is larger than 32 KB.");
  if (!isEventType(type))
    return rejected("The event's type is not one of track, identify, group, page, screen and alias.");
  const trouble = missingPart(event, type);
  if (trouble !== null) return rejected(trouble);
  const at = timeOf(event, request);
  if (at === null)
    return rejected(
      "The event's timestamp cannot be read; it should look like 2026-03-01T12:00:00.000Z (ISO 8601).",
    );
  return productEvent(event, { key, type, at }, request);
}

/**
 * By its messageId, else by its content; content without a time may well come again on another day, and is then
 * another event.
 */
function keyOf(event: unknown, type: unknown, { receivedAt }: Request): string {
  const { messageId, timestamp, originalTimestamp }: Json = isJson(event) ? event : {};
  const id = idText(messageId);
  if (id !== null) return sha256(`id ${id}`);
  const day = timestamp ?? originalTimestamp ?? receivedAt.toISOString().slice(0, 10);
  return sha256(`content ${canonicalJson([type, day, event])}`);
}

const isEventType = (type: unknown): type is EventType =>
  typeof type === "string" && (eventTypes as readonly string[]).includes(type);

/** The write key and the time of sending are not the event's: another try may have others. */
const withoutEnvelope = ({ writeKey: _, sentAt: __, ...event }: Json): Json => event;

function missingPart(event: Json, type: EventType): string | null {
  if (idText(event["userId"]) === null && idText(event["anonymousId"]) === null)
    return "The event names neither a userId nor an anonymousId.";
  if (type === "track" && nameText(event["event"]) === null)
    return "The track call has no name in its field event.";
  if (type === "group" && idText(event["groupId"]) === null) return "The group call has no groupId.";
  if (type === "alias" && idText(event["previousId"]) === null) return "The alias call has no previousId.";
  return null;
}

/** Without a timestamp it happened when it came. `null` = not readable. */
function timeOf(event: Json, { sentAt, receivedAt }: Request): Date | null {
  const said = event["timestamp"] ?? event["originalTimestamp"] ?? null;
  if (said === null) return receivedAt;
  const timestamp = readTime(said);
  return timestamp === undefined ? null : eventTime(timestamp, sentAt, receivedAt);
}

function productEvent(
  event: Json,
  { key, type, at }: { key: string; type: EventType; at: Date },
  { tenant, groupId }: Request,
): ProductEvent {
  const context = objectAt(event, "context");
  const [userId, anonymousId] = [idText(event["userId"]), idText(event["anonymousId"])];
  return {
    key,
    type,
    at: at.toISOString(),
    user:
      userId === null ? userHash(tenant, "anonymous", anonymousId ?? "") : userHash(tenant, "user", userId),
    // a group call is about the group that it names, whatever its context says
    group:
      type === "group"
        ? groupIdText(event["groupId"])
        : (groupIdText(context["groupId"]) ?? groupIdText(event["groupId"]) ?? groupId),
    event: type === "track" ? nameText(event["event"]) : null,
    isActive: type !== "group" && type !== "alias" && context["active"] !== false,
    previousUser: previousUser(tenant, type, event),
    traits: type === "group" ? traitsOf(objectAt(event, "traits")) : null,
  };
}

/** An alias' former id may be one of a user or an anonymous one; people mostly send the anonymous one. */
function previousUser(tenant: TenantId, type: EventType, event: Json): string | null {
  const [userId, anonymousId] = [idText(event["userId"]), idText(event["anonymousId"])];
  const previousId = idText(event["previousId"]);
  if (type === "alias" && previousId !== null)
    return userHash(tenant, previousId === anonymousId ? "anonymous" : "user", previousId);
  return type === "identify" && userId !== null && anonymousId !== null
    ? userHash(tenant, "anonymous", anonymousId)
    : null;
}

const nameText = (value: unknown): string | null =>
  typeof value === "string" ? storableText(value.slice(0, MAX_NAME)).trim() || null : null;

function traitsOf(traits: Json): GroupTraits {
  const domains = [traits["domain"], traits["website"]].map((text) =>
    typeof text === "string" ? normaliseDomain(text) : null,
  );
  return {
    name: nameText(traits["name"]),
    domains: [...new Set(domains.filter((domain) => domain !== null))],
    externalId: groupIdText(traits["externalId"]) ?? groupIdText(traits["id"]),
  };
}

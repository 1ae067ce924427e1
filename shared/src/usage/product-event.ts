/** The calls of the Segment protocol. */
export const eventTypes = ["track", "identify", "group", "page", "screen", "alias"] as const;
export type EventType = (typeof eventTypes)[number];

/** What a `group` call says of the group itself. */
export interface GroupTraits {
  name: string | null;
  domains: string[];
  externalId: string | null;
}

/** What is kept of an event that a product sent: enough to count it, nothing of the person. */
export interface ProductEvent {
  /** The same event twice has the same key. */
  key: string;
  type: EventType;
  /** When it happened, by our clock; ISO 8601. */
  at: string;
  /** Hash of the user's id, laid out as a UUID. */
  user: string;
  /** The group that the event itself names. */
  group: string | null;
  /** Name of a tracked event. */
  event: string | null;
  /** `false` for events that say something of a user who did nothing: `group`, `alias`, `context.active: false`. */
  isActive: boolean;
  /** The same person's hash before it had this one: from `alias`, and from `identify` with an anonymous id. */
  previousUser: string | null;
  /** Of `group` calls. */
  traits: GroupTraits | null;
}

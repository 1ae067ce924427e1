/**
 * The optional fields of an event, read by hand: most of them are absent in most events, and a schema that catches
 * each absence makes an error for it first. At thousands of events a second that was a quarter of the work.
 */
export interface OptionalFields {
  eventId: string | null;
  objectId: string | null;
  objectTypeId: string | null;
  propertyName: string | null;
  associationType: string | null;
  associationTypeId: string | null;
  associationRemoved: boolean | null;
  fromObjectId: string | null;
  toObjectId: string | null;
  fromObjectTypeId: string | null;
  toObjectTypeId: string | null;
  primaryObjectId: string | null;
  newObjectId: string | null;
  /** `null` where one of them names nothing. */
  mergedObjectIds: (string | null)[];
}

const MAX_TEXT = 200;
const MAX_EVENT_ID = 64;
const MAX_MERGED = 1000;

/** What is absent or unreadable counts as not said: `null`, or empty. */
export function readOptionalFields(
  event: { readonly [field in keyof OptionalFields]?: unknown },
): OptionalFields {
  const { associationRemoved } = event;
  return {
    eventId: readEventId(event.eventId),
    objectId: readId(event.objectId),
    objectTypeId: readText(event.objectTypeId, MAX_TEXT),
    propertyName: readText(event.propertyName, MAX_TEXT),
    associationType: readText(event.associationType, MAX_TEXT),
    associationTypeId: readId(event.associationTypeId),
    associationRemoved: typeof associationRemoved === "boolean" ? associationRemoved : null,
    fromObjectId: readId(event.fromObjectId),
    toObjectId: readId(event.toObjectId),
    fromObjectTypeId: readText(event.fromObjectTypeId, MAX_TEXT),
    toObjectTypeId: readText(event.toObjectTypeId, MAX_TEXT),
    primaryObjectId: readId(event.primaryObjectId),
    newObjectId: readId(event.newObjectId),
    mergedObjectIds: readIds(event.mergedObjectIds),
  };
}

/** HubSpot sends numbers, its CRM API strings; kept as text. Negative and fractional ones name nothing. */
function readId(value: unknown): string | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? String(value) : null;
  return typeof value === "string" && /^\d{1,20}$/.test(value) ? value : null;
}

const readText = (value: unknown, maxLength: number): string | null =>
  typeof value === "string" && value.length <= maxLength ? value : null;

/** Only compared, never read: any number will do. */
const readEventId = (value: unknown): string | null =>
  typeof value === "number" && Number.isFinite(value) ? String(value) : readText(value, MAX_EVENT_ID);

const readIds = (value: unknown): (string | null)[] =>
  Array.isArray(value) && value.length <= MAX_MERGED ? value.map(readId) : [];

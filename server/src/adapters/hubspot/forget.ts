import { type RecordRef, refKey } from "@bellwether/shared";
import { storableJson } from "../platform/storable-json.ts";
import { type HubspotEvent, objectOf, parseHubspotDelivery } from "./events.ts";

/** What identifies an event and says nothing of the record but its id. */
const KEPT: ReadonlySet<string> = new Set([
  "eventId",
  "subscriptionId",
  "portalId",
  "appId",
  "occurredAt",
  "subscriptionType",
  "attemptNumber",
  "objectId",
  "objectTypeId",
  "propertyName",
]);

/** A stored delivery without what its events say of these records; `null` = it says nothing of them. */
export function forgetInDelivery(body: Buffer, refs: readonly RecordRef[]): Buffer | null {
  const keys = new Set<string>(refs.map(refKey));
  const elements: unknown[] = JSON.parse(body.toString("utf8"));
  const { events } = parseHubspotDelivery(elements);
  const named = new Set(events.filter((event) => keys.has(keyOf(event) ?? "")).map(({ element }) => element));
  if (named.size === 0) return null;
  return Buffer.from(
    JSON.stringify(elements.map((each) => (named.has(each) ? skeleton(each) : storableJson(each)))),
  );
}

function keyOf(event: HubspotEvent): string | null {
  const objectType = objectOf(event);
  if (objectType === null || event.objectId === null) return null;
  return refKey({ platform: "hubspot", objectType, id: event.objectId });
}

const skeleton = (element: unknown): object =>
  storableJson(
    Object.fromEntries(Object.entries(element as object).filter(([name]) => KEPT.has(name))),
  ) as object;

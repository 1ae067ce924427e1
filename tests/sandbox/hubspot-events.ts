import { associationTypeId } from "./hubspot-associations.ts";
import { singular } from "./hubspot-context.ts";
import { OBJECT_TYPE_IDS } from "./hubspot-property-data.ts";
import type { HubspotChange } from "./hubspot-record.ts";

/** `typed` events are named `company.creation`, generic ones `object.creation` with an object type id. */
export type EventFamily = "typed" | "generic";

export interface HubspotEvent {
  eventId: number;
  subscriptionId: number;
  portalId: number;
  appId: number;
  occurredAt: number;
  subscriptionType: string;
  attemptNumber: number;
  objectId: number;
  changeSource: string;
  sourceId: string;
  [detail: string]: unknown;
}

export interface EventStamp {
  eventId: number;
  portalId: number;
  appId: number;
  occurredAt: number;
}

/** Webhooks exist for these records; feedback submissions have none. */
const TOLD = { companies: "company", contacts: "contact", deals: "deal", tickets: "ticket" } as const;

/** The event that the platform sends for a change; `null` where it sends none. */
export function eventOf(change: HubspotChange, family: EventFamily, stamp: EventStamp): HubspotEvent | null {
  const { type } = change.record;
  if (type === "feedback_submissions") return null;
  if (change.kind === "associationChange" && change.to.type === "feedback_submissions") return null;
  const prefix = family === "typed" || change.kind === "privacyDeletion" ? TOLD[type] : "object";
  return {
    ...stamp,
    subscriptionId: subscriptionId(type, change),
    subscriptionType: `${prefix}.${change.kind}`,
    attemptNumber: 0,
    objectId: Number(change.record.id),
    changeSource: change.source.changeSource,
    sourceId: change.source.sourceId,
    ...(prefix === "object" && { objectTypeId: OBJECT_TYPE_IDS[type] }),
    ...detail(change, family),
  };
}

function detail(change: HubspotChange, family: EventFamily): Record<string, unknown> {
  switch (change.kind) {
    case "creation":
      return { changeFlag: "NEW" };
    case "deletion":
      return { changeFlag: "DELETED" };
    case "propertyChange":
      return { propertyName: change.property, propertyValue: change.value, isSensitive: false };
    case "associationChange":
      return {
        changeFlag: change.isRemoved ? "DELETED" : "CREATED",
        associationType: `${upper(change.record.type)}_TO_${upper(change.to.type)}`,
        fromObjectId: Number(change.record.id),
        toObjectId: Number(change.to.id),
        associationRemoved: change.isRemoved,
        isPrimaryAssociation: change.isPrimary,
        ...(family === "generic" && {
          fromObjectTypeId: OBJECT_TYPE_IDS[change.record.type],
          toObjectTypeId: OBJECT_TYPE_IDS[change.to.type],
          associationTypeId: associationTypeId(change.record.type, change.to.type, change.isPrimary),
          associationCategory: "HUBSPOT_DEFINED",
        }),
      };
    case "merge":
      return {
        primaryObjectId: Number(change.primaryId),
        mergedObjectIds: change.mergedIds.map(Number),
        newObjectId: Number(change.record.id),
        numberOfPropertiesMoved: 0,
      };
    default:
      return {};
  }
}

const upper = (type: HubspotChange["record"]["type"]) => singular(type).toUpperCase();

/** Stable per object type, kind and property, as a subscription's id is. */
function subscriptionId(type: string, change: HubspotChange): number {
  const name = `${type}/${change.kind}/${change.kind === "propertyChange" ? change.property : ""}`;
  let id = 7;
  for (const char of name) id = (id * 31 + (char.codePointAt(0) ?? 0)) % 9_000_000;
  return 1_000_000 + id;
}

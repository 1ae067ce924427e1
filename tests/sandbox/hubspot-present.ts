import { isoMs } from "./clock.ts";
import { singular } from "./hubspot-context.ts";
import type { HubspotPortal } from "./hubspot-portal.ts";
import {
  createdProperty,
  DEFAULT_PROPERTIES,
  type HubspotType,
  modifiedProperty,
} from "./hubspot-property-data.ts";
import type { CrmRecord, PropertyVersion } from "./hubspot-record.ts";

export interface Shape {
  properties: readonly string[];
  propertiesWithHistory: readonly string[];
}

/** Versions that HubSpot gives out per property. */
const HISTORY = { contacts: 45, others: 20 };
/** Associated ids that a list shows before the caller has to page through them. */
const LISTED_LINKS = 100;

/** A record as the API answers it; names that the portal does not have are left out, as the platform does. */
export function present(portal: HubspotPortal, record: CrmRecord, shape: Shape) {
  const { type } = record;
  const always = ["hs_object_id", createdProperty(type), modifiedProperty(type)];
  const asked = shape.properties.length > 0 ? [...shape.properties, ...always] : DEFAULT_PROPERTIES[type];
  const known = [...new Set(asked)].filter((name) => portal.definition(type, name) !== null);
  const history = shape.propertiesWithHistory.filter((name) => portal.definition(type, name) !== null);
  return {
    id: record.id,
    properties: Object.fromEntries([...known, ...history].map((name) => [name, portal.value(record, name)])),
    ...(history.length > 0 && {
      propertiesWithHistory: Object.fromEntries(history.map((name) => [name, presentHistory(record, name)])),
    }),
    createdAt: isoMs(record.createdAt),
    updatedAt: isoMs(record.updatedAt),
    archived: record.archivedAt !== null,
    ...(record.archivedAt !== null && { archivedAt: isoMs(record.archivedAt) }),
    url: `https://app.hubspot.com/contacts/${portal.portalId}/record/${type}/${record.id}`,
  };
}

function presentHistory(record: CrmRecord, name: string) {
  const limit = record.type === "contacts" ? HISTORY.contacts : HISTORY.others;
  return (record.versions.get(name) ?? []).slice(0, limit).map((version: PropertyVersion) => ({
    value: version.value,
    timestamp: isoMs(version.timestamp),
    sourceType: version.sourceType,
    sourceId: version.sourceId,
  }));
}

/** The `associations` part of a record; types without any are left out. */
export function presentLinks(portal: HubspotPortal, record: CrmRecord, types: readonly HubspotType[]) {
  const entries = types.flatMap((type) => {
    const links = portal.links(record, type).slice(0, LISTED_LINKS);
    const name = `${singular(record.type)}_to_${singular(type)}`;
    const results = links.flatMap(({ id, isPrimary }) =>
      isPrimary
        ? [
            { id, type: name },
            { id, type: `${name}_unlabeled` },
          ]
        : [{ id, type: name }],
    );
    return results.length > 0 ? [[type, { results }] as const] : [];
  });
  return entries.length > 0 ? { associations: Object.fromEntries(entries) } : {};
}

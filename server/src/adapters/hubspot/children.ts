import { type RecordRef, refKey } from "@bellwether/shared";
import { LINKED, readAssociations } from "./associations.ts";
import type { HubspotClient } from "./client.ts";
import { type HubspotObject, hubspotObjects, isHubspotObject } from "./object-types.ts";

/**
 * Records that belong to these, at two removes where they do so through a contact: a ticket without a company of its
 * own has that of its contact.
 */
export async function childrenOf(client: HubspotClient, refs: readonly RecordRef[]): Promise<RecordRef[]> {
  const children = await directChildren(client, refs);
  const contacts = children.filter(({ objectType }) => objectType === "contact");
  const all = [...children, ...(await directChildren(client, contacts))];
  return [...new Map(all.map((ref) => [refKey(ref), ref])).values()];
}

async function directChildren(client: HubspotClient, refs: readonly RecordRef[]): Promise<RecordRef[]> {
  const found: RecordRef[] = [];
  for (const [objectType, parents] of Map.groupBy(refs, (ref) => ref.objectType)) {
    if (!isHubspotObject(objectType)) continue;
    for (const child of childTypes(objectType)) {
      const ids = parents.map(({ id }) => id);
      const idsOf = await readAssociations(client, objectType, child, ids);
      for (const id of new Set([...idsOf.values()].flat()))
        found.push({ platform: "hubspot", objectType: child, id });
    }
  }
  return found;
}

const childTypes = (parent: HubspotObject): HubspotObject[] =>
  hubspotObjects.filter((type) => LINKED[type].includes(parent));

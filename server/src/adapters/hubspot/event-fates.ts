import type { RecordRef } from "@bellwether/shared";
import type { RecordFate } from "../../services/ports.ts";
import { type HubspotEvent, objectOf } from "./events.ts";

/** What a merge or a privacy deletion says of records that are gone from now on. */
export function eventFates(event: HubspotEvent): RecordFate[] {
  const isErasure = event.subscriptionType.endsWith(".privacyDeletion");
  if (!isErasure && !event.subscriptionType.endsWith(".merge")) return [];
  const objectType = objectOf(event);
  if (objectType === null) return [];
  const ref = (id: string): RecordRef => ({ platform: "hubspot", objectType, id });
  if (isErasure) return event.objectId === null ? [] : [{ kind: "erased", ref: ref(event.objectId) }];
  const survivor = event.newObjectId ?? event.primaryObjectId ?? event.objectId;
  if (survivor === null) return [];
  const primary = event.primaryObjectId ?? survivor;
  const merged = event.mergedObjectIds.filter((id) => id !== null && id !== primary && id !== survivor);
  return [
    ...merged.flatMap((id): RecordFate[] =>
      id === null ? [] : [{ kind: "merged", ref: ref(id), into: ref(primary) }],
    ),
    ...(primary === survivor ? [] : [{ kind: "renamed", ref: ref(primary), into: ref(survivor) } as const]),
  ];
}

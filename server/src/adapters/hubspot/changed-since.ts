import type { RecordRef } from "@bellwether/shared";
import { PATHS } from "./api-version.ts";
import type { HubspotClient } from "./client.ts";
import { readAnswer, recordPage } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS, type HubspotObject } from "./object-types.ts";

/** Source: HubSpot, search: 200 per page. */
const PAGE = 200;

/**
 * Records of a kind that changed since then. Goes on by id instead of by `after`, because a search gives out
 * 10,000 results at most, and an import can change more than that in one millisecond.
 */
export async function changedSince(
  client: HubspotClient,
  type: HubspotObject,
  since: Date,
): Promise<RecordRef[]> {
  const { path: name, modified } = HUBSPOT_OBJECTS[type];
  const path = PATHS.search(name);
  const refs: RecordRef[] = [];
  let last = "0";
  for (;;) {
    const filters = [
      { propertyName: modified, operator: "GTE", value: String(since.getTime()) },
      { propertyName: "hs_object_id", operator: "GT", value: last },
    ];
    const sorts = [{ propertyName: "hs_object_id", direction: "ASCENDING" }];
    const { body } = await client.call({
      method: "POST",
      path,
      body: { filterGroups: [{ filters }], sorts, properties: ["hs_object_id"], limit: PAGE },
    });
    const page = readAnswer(recordPage, body, `POST ${path}`);
    const ids = page.results.map(({ id }) => id);
    refs.push(...ids.map((id) => ({ platform: "hubspot", objectType: type, id }) as const));
    const highest = ids.reduce((top, id) => (isHigher(id, top) ? id : top), last);
    const isLastPage = ids.length < PAGE && page.paging?.next === undefined;
    if (isLastPage || highest === last) return refs;
    last = highest;
  }
}

/** Ids are numbers in text that may outgrow a double. */
const isHigher = (id: string, than: string): boolean =>
  id.length > than.length || (id.length === than.length && id > than);

import type { ListedRecord } from "../../services/ports.ts";
import { PATHS } from "./api-version.ts";
import { LINKED, listedLinks } from "./associations.ts";
import type { HubspotClient } from "./client.ts";
import { type CrmRecord, readAnswer, recordPage } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS, type HubspotObject } from "./object-types.ts";
import { ratingFields } from "./support-fields.ts";
import { instantOf } from "./values.ts";

/** Source: HubSpot: 100 per page of a list. */
const PAGE = "100";
/** What tells the answers that we keep from those to surveys of another kind. */
const FEEDBACK_PROPERTIES = "hs_survey_type,hs_value,hs_submission_timestamp,hs_createdate";

/**
 * Set by HubSpot on the survivor of a merge, of those that it took in and of what these had taken in before.
 * Source: HubSpot, "Merged record IDs" of contacts, companies, deals and tickets.
 */
export const MERGED_IDS = "hs_merged_object_ids";

/**
 * One list call: ids, times of the last change, what was merged into them and, of the types that belong to others, the
 * associations.
 * @param tellsMerges whether the portal has the property for it
 */
export async function inventoryPage(
  client: HubspotClient,
  type: HubspotObject,
  cursor: string | null,
  tellsMerges: boolean,
): Promise<{ rows: ListedRecord[]; next: string | null }> {
  const { path: name, modified } = HUBSPOT_OBJECTS[type];
  const path = PATHS.objects(name);
  const query = {
    limit: PAGE,
    archived: "false",
    properties: propertiesOf(type, modified, tellsMerges),
    ...(LINKED[type].length > 0 && {
      associations: LINKED[type].map((to) => HUBSPOT_OBJECTS[to].path).join(","),
    }),
    ...(cursor !== null && { after: cursor }),
  };
  const { body } = await client.call({ method: "GET", path, query, lane: "bulk" });
  const page = readAnswer(recordPage, body, `GET ${path}`);
  // records without associations come without the field: on a page with others that means none
  const isTold = page.results.some((record) => record.associations !== undefined);
  const isKept = (record: CrmRecord) => type !== "feedback" || ratingFields(record) !== null;
  return {
    rows: page.results.filter(isKept).flatMap((record) => {
      const updatedAt = instantOf(record.updatedAt) ?? instantOf(record.createdAt);
      if (updatedAt === null) return [];
      const whole = isTold ? { ...record, associations: record.associations ?? {} } : record;
      return [{ id: record.id, updatedAt, links: linksIn(type, whole), mergedIds: mergedIdsOf(record) }];
    }),
    next: page.paging?.next?.after ?? null,
  };
}

const propertiesOf = (type: HubspotObject, modified: string, tellsMerges: boolean): string =>
  type === "feedback" ? FEEDBACK_PROPERTIES : [modified, ...(tellsMerges ? [MERGED_IDS] : [])].join(",");

/** A list of ids with `;` between them. */
const mergedIdsOf = ({ properties }: CrmRecord): string[] => properties[MERGED_IDS]?.match(/\d+/g) ?? [];

/** Of answers to surveys the links say nothing: their account is found through other records. */
const linksIn = (type: HubspotObject, record: CrmRecord): ListedRecord["links"] =>
  type === "company" ? [] : type === "feedback" ? null : listedLinks(type, record);

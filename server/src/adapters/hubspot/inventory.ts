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

/** One list call: ids, times of the last change and, of the types that belong to others, the associations. */
export async function inventoryPage(
  client: HubspotClient,
  type: HubspotObject,
  cursor: string | null,
): Promise<{ rows: ListedRecord[]; next: string | null }> {
  const { path: name, modified } = HUBSPOT_OBJECTS[type];
  const path = PATHS.objects(name);
  const query = {
    limit: PAGE,
    archived: "false",
    properties: type === "feedback" ? FEEDBACK_PROPERTIES : modified,
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
      return [{ id: record.id, updatedAt, links: linksIn(type, whole) }];
    }),
    next: page.paging?.next?.after ?? null,
  };
}

/** Of answers to surveys the links say nothing: their account is found through other records. */
const linksIn = (type: HubspotObject, record: CrmRecord): ListedRecord["links"] =>
  type === "company" ? [] : type === "feedback" ? null : listedLinks(type, record);

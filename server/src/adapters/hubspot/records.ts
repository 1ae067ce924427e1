import type { RecordRef, SourceRecord } from "@bellwether/shared";
import { companyFields } from "./company-fields.ts";
import type { CrmRecord, Pipelines } from "./crm-answers.ts";
import type { HubspotObject } from "./object-types.ts";
import { contactFields, dealFields } from "./people-and-deal-fields.ts";
import { ratingFields, ticketFields } from "./support-fields.ts";
import { instantOf } from "./values.ts";
import type { FieldMap } from "./wanted-properties.ts";

export interface MappingContext {
  fieldMap: FieldMap;
  dealPipelines: Pipelines;
  ticketPipelines: Pipelines;
}

/**
 * @param links the records it belongs to, the primary one first
 * @returns `null` for what has no place in the model: surveys of another kind, records without a time
 */
export function toSourceRecord(
  objectType: HubspotObject,
  record: CrmRecord,
  links: readonly RecordRef[],
  context: MappingContext,
): SourceRecord | null {
  const createdAt = instantOf(record.createdAt) ?? instantOf(record.properties["createdate"]);
  const fields = fieldsOf(objectType, record, context);
  if (createdAt === null || fields === null) return null;
  return {
    ref: { platform: "hubspot", objectType, id: record.id },
    createdAt,
    updatedAt: instantOf(record.updatedAt) ?? createdAt,
    links: [...links],
    fields,
  };
}

function fieldsOf(
  objectType: HubspotObject,
  record: CrmRecord,
  context: MappingContext,
): SourceRecord["fields"] | null {
  switch (objectType) {
    case "company":
      return companyFields(record, context.fieldMap);
    case "contact":
      return contactFields(record);
    case "deal":
      return dealFields(record, context.dealPipelines);
    case "ticket":
      return ticketFields(record, context.ticketPipelines);
    case "feedback":
      return ratingFields(record);
  }
}

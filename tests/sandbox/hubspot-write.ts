import { type ErrorRow, type HubspotCall, type HubspotContext, hubspotError } from "./hubspot-context.ts";
import type { HubspotType } from "./hubspot-property-data.ts";
import type { ChangeSource, CrmRecord } from "./hubspot-record.ts";
import { storedValue } from "./hubspot-values.ts";
import type { SandboxWrite } from "./types.ts";

export interface RowInput {
  id: string;
  properties: Record<string, string>;
  objectWriteTraceId?: string | undefined;
}

type Checked =
  | { kind: "good"; record: CrmRecord; values: Record<string, string> }
  | { kind: "bad"; code: "unknown_id" | "bad_value" | "refused"; row: ErrorRow };

const WRITTEN_AS = {
  companies: "company",
  contacts: "contact",
  deals: "deal",
  tickets: "ticket",
} as const satisfies Partial<Record<HubspotType, SandboxWrite["objectType"]>>;

/**
 * Updates rows as `batch/update` does.
 * @throws {ApiFailure} 400 where one bad row refuses the whole call
 */
export function writeRows(
  context: HubspotContext,
  call: HubspotCall,
  type: HubspotType,
  rows: readonly RowInput[],
): { records: CrmRecord[]; errors: ErrorRow[] } {
  if (type === "feedback_submissions")
    throw hubspotError(405, "METHOD_NOT_ALLOWED", "Feedback submissions are read-only");
  const checked = rows.map((row) => check(call, type, row));
  const bad = checked.filter((result) => result.kind === "bad");
  const { rejectWholeBatchOnBadRow: rejects } = call.fault;
  const refusing = bad.find(
    ({ code }) => rejects === true || (rejects === undefined && code === "bad_value"),
  );
  if (refusing !== undefined) {
    throw hubspotError(400, refusing.row.category, refusing.row.message, {
      errors: refusing.row.errors ?? [],
    });
  }
  const good = checked.filter((result) => result.kind === "good");
  for (const { record, values } of good) apply(context, call, type, record, values);
  return { records: good.map(({ record }) => record), errors: bad.map(({ row }) => row) };
}

function apply(
  context: HubspotContext,
  call: HubspotCall,
  type: keyof typeof WRITTEN_AS,
  record: CrmRecord,
  values: Record<string, string>,
): void {
  const source: ChangeSource = { changeSource: "INTEGRATION", sourceId: String(context.appId) };
  call.portal.update(record, values, source);
  context.recordWrite({
    at: context.clock.now(),
    platform: "hubspot",
    tenant: String(call.portal.portalId),
    objectType: WRITTEN_AS[type],
    id: record.id,
    values,
    ticketStatus: null,
  });
}

function check(call: HubspotCall, type: HubspotType, row: RowInput): Checked {
  const { portal, fault } = call;
  const record = portal.find(type, row.id);
  const trace = row.objectWriteTraceId === undefined ? {} : { objectWriteTraceId: [row.objectWriteTraceId] };
  const bad = (
    code: "unknown_id" | "bad_value" | "refused",
    category: string,
    message: string,
    errors?: unknown[],
  ) => ({
    kind: "bad" as const,
    code,
    row: {
      status: "error" as const,
      category,
      message,
      context: { ids: [row.id], ...trace },
      ...(errors && { errors }),
    },
  });
  if (fault.partialIds?.includes(row.id))
    return bad("refused", "RATE_LIMITS", "The row could not be written.");
  if (fault.refusedIds?.includes(row.id))
    return bad("bad_value", "VALIDATION_ERROR", "A workflow does not let this company be changed.");
  if (record === null || record.archivedAt !== null) {
    const why = portal.isMergedAway(type, row.id) ? "has been merged into another record" : "does not exist";
    return bad("unknown_id", "OBJECT_NOT_FOUND", `Object with id ${row.id} ${why}.`);
  }
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(row.properties)) {
    const stored = checkValue(call, type, name, value);
    if (typeof stored !== "string") {
      return bad(
        "bad_value",
        "VALIDATION_ERROR",
        `Property values were not valid: ${JSON.stringify([stored])}`,
        [{ message: stored.message, code: stored.error, context: { propertyName: [name] } }],
      );
    }
    values[name] = stored;
  }
  return { kind: "good", record, values };
}

function checkValue(call: HubspotCall, type: HubspotType, name: string, value: string) {
  const property = call.portal.definition(type, name);
  if (property === null) {
    return {
      isValid: false as const,
      name,
      error: "PROPERTY_DOESNT_EXIST",
      message: `Property "${name}" does not exist`,
    };
  }
  if (property.isReadOnly) {
    return {
      isValid: false as const,
      name,
      error: "READ_ONLY_VALUE",
      message: `"${name}" is a read only property`,
    };
  }
  return storedValue(property, value);
}

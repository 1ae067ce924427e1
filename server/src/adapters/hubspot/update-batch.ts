import type { OutboxRow, WriteOutcome } from "../../services/ports.ts";
import { PATHS } from "./api-version.ts";
import type { HubspotClient } from "./client.ts";
import { type BatchError, batchAnswer, readAnswer } from "./crm-answers.ts";
import { HUBSPOT_OBJECTS } from "./object-types.ts";

export interface BatchResult {
  /** By company id; one for every row that was sent. */
  outcomes: Map<string, WriteOutcome>;
  /** Rows that failed because a property of ours is not there. */
  withoutProperty: OutboxRow[];
}

const UNCONFIRMED: WriteOutcome = { kind: "failed", reason: "HubSpot did not confirm the row" };
const traceId = (row: OutboxRow): string => `${row.ref.id}-${row.version}`;

/**
 * One batch update. Only rows that HubSpot names in its results are confirmed, whatever the status says.
 * @param rows at most 100, each company once
 * @throws {HubspotRefusal} when the batch was refused as a whole
 */
export async function updateBatch(client: HubspotClient, rows: readonly OutboxRow[]): Promise<BatchResult> {
  const path = PATHS.batch(HUBSPOT_OBJECTS.company.path, "update");
  const inputs = rows.map((row) => ({
    id: row.ref.id,
    properties: row.values,
    objectWriteTraceId: traceId(row),
  }));
  const { body } = await client.call({ method: "POST", path, body: { inputs } });
  const { results, errors } = readAnswer(batchAnswer, body, `POST ${path}`);
  const confirmed = new Set(results.map(({ id }) => id));
  const result: BatchResult = { outcomes: new Map(), withoutProperty: [] };
  for (const row of rows) {
    const error = errors.find((entry) => isAbout(entry, row, rows.length));
    if (error?.category === "PROPERTY_DOESNT_EXIST" || error?.message?.includes("PROPERTY_DOESNT_EXIST"))
      result.withoutProperty.push(row);
    result.outcomes.set(row.ref.id, outcomeOf(confirmed.has(row.ref.id), error));
  }
  return result;
}

function isAbout(error: BatchError, row: OutboxRow, rows: number): boolean {
  const named = Object.values(error.context ?? {}).flat();
  return named.includes(row.ref.id) || named.includes(traceId(row)) || (rows === 1 && named.length === 0);
}

function outcomeOf(isConfirmed: boolean, error: BatchError | undefined): WriteOutcome {
  if (isConfirmed) return { kind: "confirmed" };
  if (error === undefined) return UNCONFIRMED;
  if (error.category === "OBJECT_NOT_FOUND")
    return { kind: "dropped", reason: "the company is gone from HubSpot" };
  const reason = `HubSpot: ${(error.message ?? error.category ?? "no reason given").slice(0, 200)}`;
  return { kind: error.category === "VALIDATION_ERROR" ? "refused" : "failed", reason };
}

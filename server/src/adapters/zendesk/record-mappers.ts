import { refKey, type SourceRecord } from "@bellwether/shared";
import type { z } from "zod";
import type { Clock, Log } from "../../services/ports.ts";
import type { ZendeskFieldMap } from "./field-map.ts";
import {
  organizationRecord,
  satisfactionRecord,
  surveyRecord,
  ticketRecord,
  userRecord,
} from "./map-records.ts";
import {
  type MetricSetRow,
  metricSetRow,
  organizationRow,
  readRows,
  satisfactionRow,
  surveyRow,
  ticketRow,
  userRow,
} from "./rest-rows.ts";

/**
 * Rows to records. Deleted ones are left out, unreadable ones are counted in the log, and of a row that comes
 * twice the newest is kept.
 * @param answer what came with the rows
 */
type ToRecords = (rows: readonly unknown[], answer?: Readonly<Record<string, unknown>>) => SourceRecord[];

export type RecordMappers = Record<"organization" | "user" | "ticket" | "legacy" | "survey", ToRecords>;

export function recordMappers({
  clock,
  log,
  fieldMap,
}: {
  clock: Clock;
  log: Log;
  fieldMap: ZendeskFieldMap;
}): RecordMappers {
  const make =
    <T>(
      what: string,
      schema: z.ZodType<T>,
      toRecord: (row: T, readAt: Date, metrics: Map<string, MetricSetRow>) => SourceRecord | null,
    ): ToRecords =>
    (raw, answer = {}) => {
      const { rows, unreadable } = readRows(schema, raw);
      if (unreadable > 0) log.warn({ platform: "zendesk", what, unreadable }, "rows could not be read");
      const metrics = metricsBeside(answer);
      const records = rows.map((row) => toRecord(row, clock.now(), metrics)).filter((each) => each !== null);
      return newestOfEach(records);
    };
  return {
    organization: make("organizations", organizationRow, (row, readAt) =>
      organizationRecord(row, readAt, fieldMap),
    ),
    user: make("users", userRow, userRecord),
    ticket: make("tickets", ticketRow, (row, readAt, metrics) =>
      ticketRecord(row, metrics.get(row.id) ?? null, readAt, fieldMap),
    ),
    legacy: make("satisfaction ratings", satisfactionRow, satisfactionRecord),
    survey: make("survey responses", surveyRow, surveyRecord),
  };
}

/** `include=metric_sets` puts them inside the tickets, or beside them in a list of their own. */
function metricsBeside(answer: Readonly<Record<string, unknown>>): Map<string, MetricSetRow> {
  const beside = answer["metric_sets"];
  const { rows } = readRows(metricSetRow, Array.isArray(beside) ? beside : []);
  return new Map(rows.flatMap((row) => (row.ticket_id === null ? [] : [[row.ticket_id, row] as const])));
}

/** Exports by time name a row twice when it changed between their pages, and at their seams. */
export function newestOfEach(records: readonly SourceRecord[]): SourceRecord[] {
  const newest = new Map<string, SourceRecord>();
  for (const record of records) {
    const known = newest.get(refKey(record.ref));
    if (!known || record.updatedAt.localeCompare(known.updatedAt) >= 0)
      newest.set(refKey(record.ref), record);
  }
  return [...newest.values()];
}

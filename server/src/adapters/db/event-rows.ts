import type { ConnectionId, RecordRef, TenantId } from "@bellwether/shared";
import { AppError } from "../../services/errors.ts";
import type { InboundEvent } from "../../services/ports.ts";
import { indexKey } from "./index-key.ts";

/** One event on its way into the inbox; short names, because they are repeated for every event. */
export interface EventRow {
  /** Unique over tenants and sources. */
  id: string;
  t: TenantId;
  s: InboundEvent["source"];
  c: ConnectionId;
  k: string;
  y: string;
  o: string;
  p: unknown;
  refs: readonly RecordRef[];
}

export const eventId = (tenant: string, source: string, key: string): string => `${tenant} ${source} ${key}`;

/** @throws {AppError} `request_invalid` for an event without a valid time */
export function eventRow(event: InboundEvent): EventRow {
  if (Number.isNaN(event.occurredAt.getTime()))
    throw new AppError("request_invalid", `event ${event.key} has no valid time`);
  const k = indexKey(event.key);
  return {
    id: eventId(event.tenantId, event.source, k),
    t: event.tenantId,
    s: event.source,
    c: event.connectionId,
    k,
    y: event.type,
    o: event.occurredAt.toISOString(),
    p: event.payload ?? null,
    refs: event.refs,
  };
}

/**
 * Of equal rows the first one, in the order of the id (by code unit, the same in every process): two processes with
 * the same events wait for each other instead of locking up.
 */
export function distinctRows(rows: readonly EventRow[]): EventRow[] {
  const first = new Map<string, EventRow>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return [...first.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Tenant, connection and source that many rows share, numbered from 1. */
export class Origins {
  readonly tenants: string[] = [];
  readonly connections: string[] = [];
  readonly sources: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(row: EventRow): number {
    const key = `${row.s} ${row.c}`; // a connection has one tenant
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.tenants.push(row.t);
    this.connections.push(row.c);
    this.sources.push(row.s);
    this.#numbers.set(key, this.tenants.length);
    return this.tenants.length;
  }
}

/** Each record that the rows name once, in the order of the key. */
export function markedRecords(rows: readonly EventRow[]): { row: EventRow; ref: RecordRef }[] {
  const found = new Map<string, { key: string; row: EventRow; ref: RecordRef }>();
  for (const row of rows)
    for (const ref of row.refs) {
      const key = `${row.c} ${ref.objectType} ${ref.id}`;
      if (!found.has(key)) found.set(key, { key, row, ref });
    }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What a call adds to the counts: of `rows` those in `stored` were new. Sorted. */
export function countsOf(rows: readonly EventRow[], stored: readonly EventRow[]): object[] {
  const found = new Map<string, { t: string; s: string; a: number; d: number; r: number }>();
  const of = (row: EventRow) => {
    const key = `${row.t} ${row.s}`;
    const entry = found.get(key) ?? { t: row.t, s: row.s, a: 0, d: 0, r: 0 };
    found.set(key, entry);
    return entry;
  };
  for (const row of rows) of(row).d++;
  for (const row of stored) {
    of(row).a++;
    of(row).d--;
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

import { type ConnectionId, type RecordRef, refKey, type TenantId } from "@bellwether/shared";
import type { InboundDelivery, RecordFate } from "../../services/ports.ts";
import { indexKey } from "./index-key.ts";

/** One event on its way into the inbox. */
export interface EventRow {
  /** Unique over tenants and sources. */
  id: string;
  key: string;
  refs: readonly RecordRef[];
  delivery: InboundDelivery;
  fates?: readonly RecordFate[] | undefined;
  /** Of the request that brought it, where that is known. */
  requestIds?: readonly string[] | undefined;
}

export const eventId = (tenant: string, source: string, key: string): string => `${tenant} ${source} ${key}`;

export const eventRows = (delivery: InboundDelivery, requestIds?: readonly string[]): EventRow[] =>
  delivery.events.map(({ key, refs, fates }) => {
    const k = indexKey(key);
    return { id: eventId(delivery.tenantId, delivery.source, k), key: k, refs, delivery, fates, requestIds };
  });

/** Of equal rows the first one. */
export function distinctRows(rows: readonly EventRow[]): EventRow[] {
  const first = new Map<string, EventRow>();
  for (const row of rows) if (!first.has(row.id)) first.set(row.id, row);
  return first.size === rows.length ? [...rows] : [...first.values()];
}

/** Tenant, connection and source that many rows share, numbered from 1. */
export class Origins {
  readonly tenants: TenantId[] = [];
  readonly connections: ConnectionId[] = [];
  readonly sources: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf({ tenantId, connectionId, source }: InboundDelivery): number {
    const known = this.#numbers.get(connectionId); // a connection has one tenant and one platform…
    if (known !== undefined && this.sources[known - 1] === source) return known;
    this.tenants.push(tenantId);
    this.connections.push(connectionId);
    this.sources.push(source);
    this.#numbers.set(connectionId, this.tenants.length);
    return this.tenants.length;
  }
}

/** The deliveries that `rows` are of, each with the keys of its rows and where its body is in `bodies`. */
export function storedDeliveries(rows: readonly EventRow[], origins: Origins, newId: () => string) {
  const ids: string[] = [];
  const bodies: Buffer[] = [];
  let start = 1; // SQL counts from 1
  const deliveries = [...Map.groupBy(rows, (row) => row.delivery)].map(([delivery, own]) => {
    const length = delivery.body.length;
    const stored = { g: origins.numberOf(delivery), d: ids.push(newId()), s: start, n: length };
    start += length;
    bodies.push(delivery.body);
    return { ...stored, k: own.map((row) => row.key) };
  });
  return { deliveries, ids, body: bodies.length === 1 && bodies[0] ? bodies[0] : Buffer.concat(bodies) };
}

/** The records that the rows name, by origin and type, each once; in the order of the key. */
export function markedRecords(
  rows: readonly EventRow[],
  origins: Origins,
): { g: number; f: string; y: string; i: string[] }[] {
  const found = new Map<string, { g: number; f: string; y: string; ids: Set<string>; order: string }>();
  for (const { refs, delivery } of rows)
    for (const { platform, objectType, id } of refs) {
      const g = origins.numberOf(delivery);
      const key = `${g} ${objectType}`;
      const group = found.get(key);
      if (group) group.ids.add(id);
      else
        found.set(key, {
          g,
          f: platform,
          y: objectType,
          ids: new Set([id]),
          order: `${delivery.connectionId} ${objectType}`,
        });
    }
  return [...found.values()]
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ g, f, y, ids }) => ({ g, f, y, i: [...ids].sort() }));
}

/** The fates that the rows bring, each once; of several of one record the last. In the order of the key. */
export function fatesOf(rows: readonly EventRow[]): object[] {
  const found = new Map<string, object>();
  for (const { fates = [], delivery } of rows)
    for (const fate of fates) {
      const r = refKey(fate.ref);
      const i = fate.kind === "erased" ? null : refKey(fate.into);
      const row = { t: delivery.tenantId, c: delivery.connectionId, k: fate.kind, r, i };
      found.set(`${row.t} ${row.k} ${r}`, row);
    }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** What a call adds to the counts: of `rows` those in `stored` were new. Sorted. */
export function countsOf(rows: readonly EventRow[], stored: readonly EventRow[]): object[] {
  const found = new Map<string, { t: string; s: string; a: number; d: number; r: number }>();
  const of = ({ delivery: { tenantId, source } }: EventRow) => {
    const key = `${tenantId} ${source}`;
    const entry = found.get(key) ?? { t: tenantId, s: source, a: 0, d: 0, r: 0 };
    found.set(key, entry);
    return entry;
  };
  for (const row of rows) of(row).d++;
  for (const row of stored) {
    const entry = of(row);
    entry.a++;
    entry.d--;
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

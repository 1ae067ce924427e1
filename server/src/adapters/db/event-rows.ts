import { type ConnectionId, type RecordRef, refKey, type TenantId } from "@bellwether/shared";
import type { InboundDelivery } from "../../services/ports.ts";
import { indexKey } from "./index-key.ts";

/** A delivery on its way into the inbox. What can be done once for all of its events is not done for each. */
export interface IntakeBatch {
  delivery: InboundDelivery;
  /** As the inbox has them, one per event. */
  keys: readonly string[];
  /** Which of its events are taken for new, in the same order. */
  isNew: readonly boolean[];
  /** Of the request that brought it, where that is known. */
  requestIds: readonly string[];
}

/** All of its events are taken for new. */
export const intakeBatch = (delivery: InboundDelivery, requestIds: readonly string[] = []): IntakeBatch => ({
  delivery,
  keys: delivery.events.map(({ key }) => indexKey(key)),
  isNew: delivery.events.map(() => true),
  requestIds,
});

const newIn = ({ isNew }: IntakeBatch): number => {
  let count = 0;
  for (const each of isNew) if (each) count++;
  return count;
};
export const newEvents = (batches: readonly IntakeBatch[]): number =>
  batches.reduce((sum, batch) => sum + newIn(batch), 0);

/** Takes only those of the new events for new that pass; `isNew` is asked once for each of them, in order. */
export const onlyNew = (
  batches: readonly IntakeBatch[],
  isNew: (batch: IntakeBatch, key: string) => boolean,
): IntakeBatch[] =>
  batches.map((batch) => ({
    ...batch,
    isNew: batch.isNew.map((was, i) => was && isNew(batch, batch.keys[i] ?? "")),
  }));

const eventId = (tenant: string, source: string, key: string): string => `${tenant} ${source} ${key}`;

/** Of equal events the first one is new. */
export function firstOfEqual(batches: readonly IntakeBatch[]): IntakeBatch[] {
  const seen = new Set<string>();
  return onlyNew(batches, ({ delivery: { tenantId, source } }, key) => {
    const before = seen.size;
    return seen.add(eventId(tenantId, source, key)).size > before;
  });
}

export interface StoredKey {
  tenant: string;
  source: string;
  key: string;
}

/** What is stored already is not new. */
export function withoutStored(batches: readonly IntakeBatch[], stored: readonly StoredKey[]): IntakeBatch[] {
  const ids = new Set(stored.map(({ tenant, source, key }) => eventId(tenant, source, key)));
  return onlyNew(
    batches,
    ({ delivery: { tenantId, source } }, key) => !ids.has(eventId(tenantId, source, key)),
  );
}

const newKeys = ({ keys, isNew }: IntakeBatch): string[] => keys.filter((_, i) => isNew[i]);

/** The new events' keys with their tenant and source, to ask which of them are stored. */
export const askedKeys = (batches: readonly IntakeBatch[]): object[] =>
  batches.flatMap((batch) =>
    newKeys(batch).map((k) => ({ t: batch.delivery.tenantId, s: batch.delivery.source, k })),
  );

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

/** The deliveries with something new, each with the keys of its new events and where its body is in `body`. */
export function storedDeliveries(batches: readonly IntakeBatch[], origins: Origins, newId: () => string) {
  const ids: string[] = [];
  const bodies: Buffer[] = [];
  const deliveries: { g: number; d: number; s: number; n: number; k: string[] }[] = [];
  let start = 1; // SQL counts from 1
  for (const batch of batches) {
    const k = newKeys(batch);
    if (k.length === 0) continue;
    const { body } = batch.delivery;
    const n = body.length;
    deliveries.push({ g: origins.numberOf(batch.delivery), d: ids.push(newId()), s: start, n, k });
    start += n;
    bodies.push(body);
  }
  return { deliveries, ids, body: bodies.length === 1 && bodies[0] ? bodies[0] : Buffer.concat(bodies) };
}

interface MarkGroup {
  g: number;
  f: string;
  y: string;
  ids: Set<string>;
}

/** The records that the new events name, by origin and type, each once; in the order of the key. */
export function markedRecords(
  batches: readonly IntakeBatch[],
  origins: Origins,
): { g: number; f: string; y: string; i: string[] }[] {
  const found = new Map<string, MarkGroup>();
  for (const { delivery, isNew } of batches) {
    const own = new Map<string, MarkGroup>();
    const groupOf = ({ platform: f, objectType: y }: RecordRef): MarkGroup => {
      const order = `${delivery.connectionId} ${y}`;
      const group = found.get(order) ?? { g: origins.numberOf(delivery), f, y, ids: new Set() };
      found.set(order, group);
      own.set(y, group);
      return group;
    };
    delivery.events.forEach(({ refs }, i) => {
      if (isNew[i]) for (const ref of refs) (own.get(ref.objectType) ?? groupOf(ref)).ids.add(ref.id);
    });
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { g, f, y, ids }]) => ({ g, f, y, i: [...ids].sort() }));
}

/** The fates that the new events bring, each once; of several of one record the last. In the order of the key. */
export function fatesOf(batches: readonly IntakeBatch[]): object[] {
  const found = new Map<string, object>();
  for (const { delivery, isNew } of batches)
    delivery.events.forEach(({ fates }, i) => {
      if (fates === undefined || !isNew[i]) return; // nearly always
      for (const fate of fates) {
        const r = refKey(fate.ref);
        const into = fate.kind === "erased" ? null : refKey(fate.into);
        const row = { t: delivery.tenantId, c: delivery.connectionId, k: fate.kind, r, i: into };
        found.set(`${row.t} ${row.k} ${r}`, row);
      }
    });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** What the batches add to the counts: what is not new is a duplicate. Sorted. */
export function countsOf(batches: readonly IntakeBatch[]): object[] {
  const found = new Map<string, { t: string; s: string; a: number; d: number; r: number }>();
  for (const batch of batches) {
    const { tenantId: t, source: s } = batch.delivery;
    const key = `${t} ${s}`;
    const entry = found.get(key) ?? { t, s, a: 0, d: 0, r: 0 };
    const accepted = newIn(batch);
    entry.a += accepted;
    entry.d += batch.isNew.length - accepted;
    found.set(key, entry);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

import { randomUUID } from "node:crypto";
import type { RecordRef, TenantId } from "@bellwether/shared";
import { beforeAll, expect, it } from "vitest";
import { createEventStore } from "../../server/src/adapters/db/event-store.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import type { WakeUp, WakeUps } from "../../server/src/adapters/db/wake-ups.ts";
import type { EventStore, InboundDelivery, InboundEvent } from "../../server/src/services/ports.ts";
import { forEachDatabase, newConnectionId, newTenant } from "../support/database.ts";

const company = (id: string): RecordRef => ({ platform: "hubspot", objectType: "company", id });
const NONE = { accepted: 0, duplicates: 0, rejected: 0 };
const event = (key: string, refs: readonly RecordRef[] = [company("1")]): InboundEvent => ({ key, refs });

forEachDatabase("EventStore", (under) => {
  let store: EventStore;
  const sent: WakeUp[] = [];
  const wakeUps: WakeUps = { send: async (_, list) => void sent.push(...list) };
  beforeAll(() => {
    store = createEventStore(under.database, { wakeUps, newId: randomUUID });
  });

  const tenantWithEvents = () => {
    const tenantId = newTenant();
    const connectionId = newConnectionId();
    const delivery = (
      events: readonly InboundEvent[],
      change: Partial<InboundDelivery> = {},
    ): InboundDelivery => ({
      tenantId,
      connectionId,
      source: "hubspot",
      body: Buffer.from(JSON.stringify(events.map(({ key }) => ({ key })))),
      events,
      ...change,
    });
    return { tenantId, connectionId, delivery };
  };
  const rows = (database: Database, tenant: TenantId) =>
    database.query<{ event_key: string; body: string }>(
      `SELECT event_key, convert_from(body, 'UTF8') AS body FROM inbox
       JOIN delivery ON delivery.tenant_id = inbox.tenant_id AND delivery.id = inbox.delivery_id
       WHERE inbox.tenant_id = $1 ORDER BY event_key`,
      [tenant],
    );
  const deliveries = async (database: Database, tenant: TenantId) =>
    (await database.query("SELECT id FROM delivery WHERE tenant_id = $1", [tenant])).length;
  const marks = (database: Database, tenant: TenantId) =>
    database.query<{ object_id: string; version: number }>(
      "SELECT object_id, version FROM record_mark WHERE tenant_id = $1 ORDER BY object_id",
      [tenant],
    );
  const wakeUpsFor = (connectionId: string) =>
    sent.filter((wakeUp) => "connectionId" in wakeUp.payload && wakeUp.payload.connectionId === connectionId);

  it("stores events and their body once, marks their records and wakes their connection once", async () => {
    const { tenantId, connectionId, delivery } = tenantWithEvents();
    const sentNow = delivery([
      event("a", [company("1"), company("2")]),
      event("b", [company("2")]),
      event("c", []),
    ]);
    expect(await store.append(sentNow)).toEqual([true, true, true]);
    expect(await rows(under.database, tenantId)).toEqual(
      ["a", "b", "c"].map((event_key) => ({ event_key, body: sentNow.body.toString() })),
    );
    expect(await deliveries(under.database, tenantId)).toBe(1);
    expect(await marks(under.database, tenantId)).toEqual([
      { object_id: "1", version: 1 },
      { object_id: "2", version: 1 },
    ]);
    expect(wakeUpsFor(connectionId)).toHaveLength(1);
    expect(await store.counts(tenantId)).toEqual({
      hubspot: { accepted: 3, duplicates: 0, rejected: 0 },
      zendesk: NONE,
      segment: NONE,
    });
  });

  it("wakes nobody for records that are marked already, and for one that somebody works on", async () => {
    const { tenantId, connectionId, delivery } = tenantWithEvents();
    await store.append(delivery([event("a")]));
    await store.append(delivery([event("b")]));
    expect(wakeUpsFor(connectionId)).toHaveLength(1);
    await under.database.query("UPDATE record_mark SET claimed_by = $2 WHERE tenant_id = $1", [
      tenantId,
      randomUUID(),
    ]);
    await store.append(delivery([event("c")]));
    expect(wakeUpsFor(connectionId)).toHaveLength(2);
    expect(await marks(under.database, tenantId)).toEqual([{ object_id: "1", version: 2 }]);
  });

  it("counts a repeated delivery as duplicates, and keeps, marks and wakes nothing for it", async () => {
    const { tenantId, connectionId, delivery } = tenantWithEvents();
    const first = delivery([event("a"), event("b")]);
    await store.append(first);
    expect(await store.append(first)).toEqual([false, false]);
    expect(await deliveries(under.database, tenantId)).toBe(1);
    expect(await store.append(delivery([event("b", [company("9")]), event("c", [company("3")])]))).toEqual([
      false,
      true,
    ]);
    expect(await deliveries(under.database, tenantId)).toBe(2);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 3, duplicates: 3, rejected: 0 });
    expect((await marks(under.database, tenantId)).map((mark) => mark.object_id)).toEqual(["1", "3"]);
    expect(wakeUpsFor(connectionId)).toHaveLength(2);
  });

  it("takes one of equal events in a call, the first", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    const twice = delivery([event("a", [company("1")]), event("a", [company("2")]), event("b")]);
    expect(await store.append(twice)).toEqual([true, false, true]);
    expect((await marks(under.database, tenantId)).map((mark) => mark.object_id)).toEqual(["1"]);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 2, duplicates: 1, rejected: 0 });
  });

  it("tells calls that share a commit apart when some of their events are known or come twice", async () => {
    const [one, two] = [tenantWithEvents(), tenantWithEvents()];
    const erased = { kind: "erased", ref: company("5") } as const;
    await store.append(one.delivery([event("known")]));
    const outcomes = await Promise.all([
      // under way while the others gather
      store.append(tenantWithEvents().delivery([event("a")])),
      store.append(tenantWithEvents().delivery([event("a")])),
      store.append(one.delivery([event("known", [company("7")]), event("new", [company("2")])])),
      store.append(
        two.delivery([event("known", [company("3")]), event("new"), event("new", [company("8")])]),
      ),
      store.append(one.delivery([{ ...event("new", [company("9")]), fates: [erased] }, event("last", [])])),
      store.append(one.delivery([event("known")])),
    ]);
    expect(outcomes).toEqual([[true], [true], [false, true], [true, true, false], [false, true], [false]]);
    const countsOf = async ({ tenantId }: { tenantId: TenantId }) => (await store.counts(tenantId)).hubspot;
    expect(await countsOf(one)).toEqual({ accepted: 3, duplicates: 3, rejected: 0 });
    expect(await countsOf(two)).toEqual({ accepted: 2, duplicates: 1, rejected: 0 });
    const keys = async ({ tenantId }: { tenantId: TenantId }) =>
      (await rows(under.database, tenantId)).map((row) => row.event_key);
    expect(await keys(one)).toEqual(["known", "last", "new"]);
    expect(await keys(two)).toEqual(["known", "new"]);
    const marked = async ({ tenantId }: { tenantId: TenantId }) =>
      (await marks(under.database, tenantId)).map((mark) => mark.object_id);
    expect(await marked(one)).toEqual(["1", "2"]);
    expect(await marked(two)).toEqual(["1", "3"]);
    expect(await deliveries(under.database, one.tenantId)).toBe(3);
    const fates = await under.database.query("SELECT 1 FROM record_fate WHERE tenant_id = $1", [
      one.tenantId,
    ]);
    expect(fates).toEqual([]);
  });

  it("keeps the fates that new events bring", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    const merged = { kind: "merged", ref: company("1"), into: company("2") } as const;
    const erased = { kind: "erased", ref: company("3") } as const;
    await store.append(
      delivery([
        { ...event("a"), fates: [merged] },
        { ...event("b"), fates: [erased] },
      ]),
    );
    expect(
      await under.database.query(
        "SELECT kind, ref, into_ref FROM record_fate WHERE tenant_id = $1 ORDER BY ref",
        [tenantId],
      ),
    ).toEqual([
      { kind: "merged", ref: "hubspot:company:1", into_ref: "hubspot:company:2" },
      { kind: "erased", ref: "hubspot:company:3", into_ref: null },
    ]);
  });

  it("keeps the same key of another tenant and of another source apart, each with its own body", async () => {
    const one = tenantWithEvents();
    const two = tenantWithEvents();
    expect(
      await Promise.all([
        store.append(one.delivery([event("k")], { body: Buffer.from('"one"') })),
        store.append(two.delivery([event("k")], { body: Buffer.from('"zwei"') })),
        store.append(one.delivery([event("k")], { source: "zendesk", body: Buffer.from("3") })),
      ]),
    ).toEqual([[true], [true], [true]]);
    expect(await store.counts(one.tenantId)).toMatchObject({
      hubspot: { accepted: 1 },
      zendesk: { accepted: 1 },
    });
    expect((await rows(under.database, one.tenantId)).map((row) => row.body).toSorted()).toEqual([
      '"one"',
      "3",
    ]);
    expect((await rows(under.database, two.tenantId)).map((row) => row.body)).toEqual(['"zwei"']);
  });

  it("gives exact answers to many calls at once with the same events", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    const calls = Array.from({ length: 20 }, (_, call) =>
      store.append(
        delivery(
          Array.from({ length: 30 }, (__, i) => event(`${(i * 7 + call) % 50}`, [company(`${i % 5}`)])),
        ),
      ),
    );
    const isNew = (await Promise.all(calls)).flat();
    expect(isNew.filter(Boolean)).toHaveLength(50);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 50, duplicates: 550, rejected: 0 });
    expect(await rows(under.database, tenantId)).toHaveLength(50);
  });

  it("stores hostile text: NUL and broken surrogates in a key, any bytes in a body", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    const body = Buffer.from([0, 0xff, 0x80, ...Buffer.from("🚀")]);
    const hostile = delivery([event(`k\u0000\ud800${"y".repeat(10_000)}`), event("plain")], { body });
    expect(await store.append(hostile)).toEqual([true, true]);
    expect(await store.append(hostile)).toEqual([false, false]);
    const [kept] = await under.database.query<{ body: Uint8Array }>(
      "SELECT body FROM delivery WHERE tenant_id = $1",
      [tenantId],
    );
    expect(Buffer.from(kept?.body ?? []).equals(body)).toBe(true);
  });

  it("stores nothing when the wake-up cannot be sent", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    const failing = createEventStore(under.database, {
      wakeUps: { send: () => Promise.reject(new Error("no queue")) },
      newId: randomUUID,
    });
    await expect(failing.append(delivery([event("a")]))).rejects.toThrow("no queue");
    expect(await rows(under.database, tenantId)).toEqual([]);
    expect(await deliveries(under.database, tenantId)).toBe(0);
    expect(await marks(under.database, tenantId)).toEqual([]);
    expect((await store.counts(tenantId)).hubspot).toEqual(NONE);
  });

  it("counts rejected deliveries beside the others", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    await store.append(delivery([event("a")]));
    await Promise.all([
      store.countRejected(tenantId, "hubspot", 2),
      store.countRejected(tenantId, "hubspot", 3),
    ]);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 1, duplicates: 0, rejected: 5 });
  });

  it("answers an empty call without storing anything", async () => {
    const { tenantId, delivery } = tenantWithEvents();
    expect(await store.append(delivery([]))).toEqual([]);
    expect(await deliveries(under.database, tenantId)).toBe(0);
  });
});

import type { RecordRef, TenantId } from "@bellwether/shared";
import { beforeAll, expect, it } from "vitest";
import { createEventStore } from "../../server/src/adapters/db/event-store.ts";
import type { Database } from "../../server/src/adapters/db/sql.ts";
import type { WakeUp, WakeUps } from "../../server/src/adapters/db/wake-ups.ts";
import type { EventStore, InboundEvent } from "../../server/src/services/ports.ts";
import { forEachDatabase, newConnectionId, newTenant } from "../support/database.ts";

const company = (id: string): RecordRef => ({ platform: "hubspot", objectType: "company", id });
const NONE = { accepted: 0, duplicates: 0, rejected: 0 };

forEachDatabase("EventStore", (under) => {
  let store: EventStore;
  const sent: WakeUp[] = [];
  const wakeUps: WakeUps = { send: async (_, list) => void sent.push(...list) };
  beforeAll(() => {
    store = createEventStore(under.database, wakeUps);
  });

  const tenantWithEvents = () => {
    const tenantId = newTenant();
    const connectionId = newConnectionId();
    const event = (key: string, change: Partial<InboundEvent> = {}): InboundEvent => ({
      tenantId,
      connectionId,
      source: "hubspot",
      key,
      type: "company.propertyChange",
      occurredAt: new Date("2026-03-01T10:00:00.123Z"),
      payload: { objectId: 1, propertyName: "name" },
      refs: [company("1")],
      ...change,
    });
    return { tenantId, connectionId, event };
  };
  const rows = (database: Database, tenant: TenantId) =>
    database.query<{ event_key: string; payload: unknown; occurred_at: Date }>(
      "SELECT event_key, payload, occurred_at FROM inbox WHERE tenant_id = $1 ORDER BY event_key",
      [tenant],
    );
  const marks = (database: Database, tenant: TenantId) =>
    database.query<{ object_id: string; version: number }>(
      "SELECT object_id, version FROM record_mark WHERE tenant_id = $1 ORDER BY object_id",
      [tenant],
    );
  const wakeUpsFor = (connectionId: string) =>
    sent.filter((wakeUp) => "connectionId" in wakeUp.payload && wakeUp.payload.connectionId === connectionId);

  it("stores events once, marks their records and wakes their connection once", async () => {
    const { tenantId, connectionId, event } = tenantWithEvents();
    const refs = [company("1"), company("2")];
    expect(
      await store.append([
        event("a", { refs }),
        event("b", { refs: [company("2")] }),
        event("c", { refs: [] }),
      ]),
    ).toEqual([true, true, true]);
    expect(await rows(under.database, tenantId)).toEqual(
      ["a", "b", "c"].map((event_key) => ({
        event_key,
        payload: { objectId: 1, propertyName: "name" },
        occurred_at: new Date("2026-03-01T10:00:00.123Z"),
      })),
    );
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

  it("counts a repeated delivery as duplicates, and marks and wakes nothing for it", async () => {
    const { tenantId, connectionId, event } = tenantWithEvents();
    const delivery = [event("a"), event("b")];
    await store.append(delivery);
    expect(await store.append(delivery)).toEqual([false, false]);
    expect(
      await store.append([event("b", { refs: [company("9")] }), event("c", { refs: [company("3")] })]),
    ).toEqual([false, true]);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 3, duplicates: 3, rejected: 0 });
    expect((await marks(under.database, tenantId)).map((mark) => mark.object_id)).toEqual(["1", "3"]);
    expect(wakeUpsFor(connectionId)).toHaveLength(2);
  });

  it("takes one of equal events in a call, the first", async () => {
    const { tenantId, event } = tenantWithEvents();
    expect(await store.append([event("a", { payload: 1 }), event("a", { payload: 2 }), event("b")])).toEqual([
      true,
      false,
      true,
    ]);
    expect((await rows(under.database, tenantId)).map((row) => row.payload)).toEqual([
      1,
      { objectId: 1, propertyName: "name" },
    ]);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 2, duplicates: 1, rejected: 0 });
  });

  it("keeps the same key of another tenant and of another source apart", async () => {
    const one = tenantWithEvents();
    const two = tenantWithEvents();
    expect(
      await store.append([one.event("k"), two.event("k"), one.event("k", { source: "zendesk" })]),
    ).toEqual([true, true, true]);
    expect(await store.counts(one.tenantId)).toMatchObject({
      hubspot: { accepted: 1 },
      zendesk: { accepted: 1 },
    });
    expect((await store.counts(two.tenantId)).hubspot).toEqual({ accepted: 1, duplicates: 0, rejected: 0 });
    expect(await rows(under.database, two.tenantId)).toHaveLength(1);
  });

  it("gives exact answers to many calls at once with the same events", async () => {
    const { tenantId, event } = tenantWithEvents();
    const calls = Array.from({ length: 20 }, (_, call) =>
      store.append(
        Array.from({ length: 30 }, (__, i) =>
          event(`${(i * 7 + call) % 50}`, { refs: [company(`${i % 5}`)] }),
        ),
      ),
    );
    const isNew = (await Promise.all(calls)).flat();
    expect(isNew.filter(Boolean)).toHaveLength(50);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 50, duplicates: 550, rejected: 0 });
    expect(await rows(under.database, tenantId)).toHaveLength(50);
  });

  it("stores hostile text: NUL, broken surrogates, emoji, 10,000 characters, __proto__", async () => {
    const { tenantId, event } = tenantWithEvents();
    const payload = JSON.parse(
      JSON.stringify({
        name: `\u0000\ud83d ${"x".repeat(10_000)} 🚀`,
        deep: { "a\u0000": [null, -1e300] },
      }).replace('"deep"', '"__proto__":{"x":1},"deep"'),
    );
    const hostile = event(`k\u0000\ud800${"y".repeat(10_000)}`, { type: "t\u0000", payload });
    expect(await store.append([hostile, event("plain")])).toEqual([true, true]);
    expect(await store.append([hostile])).toEqual([false]);
    expect(await rows(under.database, tenantId)).toHaveLength(2);
  });

  it("refuses an event without a valid time alone, not those beside it", async () => {
    const { event } = tenantWithEvents();
    const outcomes = await Promise.allSettled([
      store.append([event("a")]),
      store.append([event("bad", { occurredAt: new Date(Number.NaN) })]),
      store.append([event("b")]),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  it("stores nothing when the wake-up cannot be sent", async () => {
    const { tenantId, event } = tenantWithEvents();
    const failing = createEventStore(under.database, { send: () => Promise.reject(new Error("no queue")) });
    await expect(failing.append([event("a")])).rejects.toThrow("no queue");
    expect(await rows(under.database, tenantId)).toEqual([]);
    expect(await marks(under.database, tenantId)).toEqual([]);
    expect((await store.counts(tenantId)).hubspot).toEqual(NONE);
  });

  it("counts rejected deliveries beside the others", async () => {
    const { tenantId, event } = tenantWithEvents();
    await store.append([event("a")]);
    await Promise.all([
      store.countRejected(tenantId, "hubspot", 2),
      store.countRejected(tenantId, "hubspot", 3),
    ]);
    expect((await store.counts(tenantId)).hubspot).toEqual({ accepted: 1, duplicates: 0, rejected: 5 });
  });

  it("answers an empty call without storing anything", async () => {
    expect(await store.append([])).toEqual([]);
  });
});

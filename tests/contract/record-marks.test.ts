import { type RecordRef, refKey } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import { change, newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const SOON = new Date(Date.now() + 3_600_000);

forEachDatabase("Marks of records", (under) => {
  let stores: Stores;
  let other: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
    other = await storesOfProcess(under.database);
    // the embedded database takes every other process for dead when one starts
    await stores.lease.holder();
    await under.database.query(
      "INSERT INTO process_heartbeat VALUES ($1, now()), ($2, now()) ON CONFLICT (process_id) DO UPDATE SET seen_at = now()",
      [await stores.lease.holder(), await other.lease.holder()],
    );
  });
  afterAll(async () => {
    await stores.lease.end();
    await other.lease.end();
  });

  const marked = async (world: World, count: number): Promise<RecordRef[]> => {
    const refs = Array.from({ length: count }, (_, i) => ref("company", `${i}`));
    await stores.ledger.markRecords(world.tenantId, world.hubspot, refs);
    return refs;
  };

  it("hands each mark to one of two processes that claim at once", async () => {
    const world = await newWorld(stores);
    await marked(world, 50);
    const claims = await Promise.all(
      [stores, other, stores, other].map((each) => each.ledger.claimRecords(world.hubspot, 20)),
    );
    const keys = claims.flat().map((claim) => refKey(claim.ref));
    expect(keys).toHaveLength(50);
    expect(new Set(keys).size).toBe(50);
    expect(await other.ledger.claimRecords(world.hubspot, 20)).toEqual([]);
    expect(await other.ledger.connectionsWithMarks()).not.toContain(world.hubspot);
  });

  it("says how many wait and since when, and hands out none where fewer are there than are asked for", async () => {
    const world = await newWorld(stores);
    const waiting = () => stores.ledger.waitingRecords(world.hubspot, 10);
    expect(await waiting()).toEqual({ records: 0, oldestMs: 0 });
    await marked(world, 12);
    await under.database.query(
      "UPDATE record_mark SET due_at = now() - interval '1 minute' WHERE tenant_id = $1 AND object_id = '3'",
      [world.tenantId],
    );
    expect((await waiting()).records).toBe(10);
    expect((await waiting()).oldestMs).toBeGreaterThanOrEqual(60_000);
    expect(await stores.ledger.claimRecords(world.hubspot, 100, 13)).toEqual([]);
    expect(await other.ledger.claimRecords(world.hubspot, 100, 12)).toHaveLength(12);
    expect((await waiting()).records).toBe(0);
  });

  it("gives the claims of a process without a sign of life for 6 s to others, and not sooner", async () => {
    const world = await newWorld(stores);
    await marked(world, 3);
    const dying = await storesOfProcess(under.database);
    expect(await dying.ledger.claimRecords(world.hubspot, 10)).toHaveLength(3);
    await dying.ageHeartbeat(4);
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toEqual([]);
    await dying.ageHeartbeat(7);
    expect(await stores.ledger.connectionsWithMarks()).toContain(world.hubspot);
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toHaveLength(3);
    await dying.lease.end();
  });

  it("frees all claims of a process that ends", async () => {
    const world = await newWorld(stores);
    await marked(world, 2);
    const ending = await storesOfProcess(under.database);
    await ending.ledger.claimRecords(world.hubspot, 10);
    await ending.lease.end();
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toHaveLength(2);
  });

  it("frees its claims when settling them failed, and works on under another name", async () => {
    const world = await newWorld(stores);
    await marked(world, 1);
    const failing = await storesOfProcess(under.database);
    const claims = await failing.ledger.claimRecords(world.hubspot, 10);
    const bad = { ...change(world, { claims }), tenantId: "not a uuid" as World["tenantId"] };
    await expect(failing.ledger.commit(bad)).rejects.toThrow();
    expect(await failing.ledger.claimRecords(world.hubspot, 10)).toHaveLength(1);
    await failing.lease.end();
  });

  it("settles a claim unless it was marked again meanwhile, and wakes up for that one", async () => {
    const world = await newWorld(stores);
    const [first, second] = await marked(world, 2);
    if (!first || !second) throw new Error("two marks");
    const claims = await stores.ledger.claimRecords(world.hubspot, 10);
    await stores.ledger.markRecords(world.tenantId, world.hubspot, [second]);
    const before = stores.sent.length;
    await stores.ledger.commit(change(world, { claims }));
    expect(stores.sent.slice(before)).toEqual([
      { name: "refresh-records", payload: { connectionId: world.hubspot } },
    ]);
    const again = await stores.ledger.claimRecords(world.hubspot, 10);
    expect(again.map((claim) => refKey(claim.ref))).toEqual([refKey(second)]);
    await stores.ledger.commit(change(world, { claims: again }));
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toEqual([]);
  });

  it("lets nobody settle a mark made after its claim was given back or taken over", async () => {
    const world = await newWorld(stores);
    const refs = await marked(world, 1);
    const markAgain = () => stores.ledger.markRecords(world.tenantId, world.hubspot, refs);
    const first = await stores.ledger.claimRecords(world.hubspot, 10);
    await stores.ledger.releaseRecords(world.tenantId, world.hubspot, first, new Date(Date.now() - 1_000));
    await markAgain();
    await stores.ledger.commit(change(world, { claims: first }));
    const second = await stores.ledger.claimRecords(world.hubspot, 10);
    expect(second).toHaveLength(1);
    await stores.ledger.commit(change(world, { claims: first })); // frees what another holds, and takes nothing away
    await markAgain();
    await stores.ledger.commit(change(world, { claims: second }));
    const third = await stores.ledger.claimRecords(world.hubspot, 10);
    expect(third).toHaveLength(1);
    await stores.ledger.commit(change(world, { claims: third }));
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toEqual([]);
  });

  it("holds released claims back until their time, with a wake-up for then", async () => {
    const world = await newWorld(stores);
    await marked(world, 1);
    const claims = await stores.ledger.claimRecords(world.hubspot, 10);
    await stores.ledger.releaseRecords(world.tenantId, world.hubspot, claims, SOON);
    expect(stores.sent.at(-1)).toEqual({
      name: "refresh-records",
      payload: { connectionId: world.hubspot },
      at: SOON,
    });
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toEqual([]);
    await stores.ledger.releaseRecords(world.tenantId, world.hubspot, claims, new Date(Date.now() - 1_000));
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toHaveLength(1);
  });
});

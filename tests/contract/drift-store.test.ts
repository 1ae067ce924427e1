import { randomUUID } from "node:crypto";
import { type AccountId, accountId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { noticeDrift } from "../../server/src/services/notice-drift.ts";
import type { Connection, WriteOutcome } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { hubspotConnection, silentLog } from "../support/scripted-hubspot.ts";
import { change, newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const SCORE = "bellwether_health_score";
const BAND = "bellwether_health_band";
const COMPANY = ref("company", "1");
const CONFIRMED: WriteOutcome = { kind: "confirmed" };

forEachDatabase("DriftStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  let clock = Date.parse("2026-03-01T00:00:00.000Z");
  const next = () => {
    clock += 1_000;
    return new Date(clock);
  };
  const account: AccountId = accountId.parse(randomUUID());
  const want = async (world: World, score: string, band = "green") => {
    const values = { [SCORE]: score, [BAND]: band };
    const desired = [{ connectionId: world.hubspot, ref: COMPANY, values }];
    const result = healthResult({ scoredAt: next().toISOString() });
    await stores.scores.save(world.tenantId, [scoredAccount(account, result, { desired })], []);
  };
  const claim = (world: World) => stores.outbox.claim(world.hubspot, "company", 10, new Date());
  const write = async (world: World) => {
    const rows = await claim(world);
    await stores.outbox.settle(
      world.hubspot,
      rows.map((row) => ({ row, outcome: CONFIRMED })),
      next(),
    );
    return rows.map((row) => row.values);
  };
  const connectionOf = (world: World): Connection =>
    hubspotConnection({ id: world.hubspot, tenantId: world.tenantId });
  /** What a reading of the company shows now. */
  const read = (world: World, values: Record<string, string>, readAt = next()) =>
    noticeDrift(
      { drift: stores.drift, clock: { now: () => new Date(clock) }, log: silentLog },
      connectionOf(world),
      [{ ref: COMPANY, values }],
      readAt,
    );
  const drift = (world: World) => stores.drift.list(world.tenantId, 10);
  const written = async (score = "80") => {
    const world = await newWorld(stores);
    await want(world, score);
    await write(world);
    return world;
  };
  const theirs = { [SCORE]: "12", [BAND]: "green" };

  it("takes our own value, in whatever form, for no drift", async () => {
    const world = await written();
    await read(world, { [SCORE]: "80.0", [BAND]: "green" });
    await read(world, {});
    expect(await drift(world)).toEqual([]);
  });

  it("keeps what somebody else changed, once, with both values, and shows it to its tenant only", async () => {
    const world = await written();
    await read(world, theirs);
    const [first] = await drift(world);
    expect(first).toMatchObject({ ref: COMPANY, key: SCORE, ours: "80", theirs: "12", wanted: "80" });
    await read(world, theirs);
    expect(await drift(world)).toEqual([first]);
    expect(await drift(await newWorld(stores))).toEqual([]);
    expect(await claim(world)).toEqual([]); // nothing is written over it by itself
  });

  it("holds back our later values of that property alone, until a person chooses", async () => {
    const world = await written();
    await read(world, theirs);
    await want(world, "70");
    expect(await claim(world)).toEqual([]);
    await want(world, "40", "red");
    expect(await write(world)).toEqual([{ [BAND]: "red" }]);
    expect(await write(world)).toEqual([]);
    expect(await drift(world)).toMatchObject([{ ours: "80", theirs: "12", wanted: "40" }]);
  });

  it("restores ours by choice, with the value that we would write now", async () => {
    const world = await written();
    await read(world, theirs);
    await want(world, "70");
    const sent = stores.sent.length;
    expect(await stores.drift.settle(world.tenantId, "restore", null)).toBe(1);
    expect(stores.sent.slice(sent)).toEqual([
      { name: "write-back", payload: { connectionId: world.hubspot } },
    ]);
    expect(await write(world)).toEqual([{ [SCORE]: "70", [BAND]: "green" }]);
    expect(await drift(world)).toEqual([]);
    expect(await stores.drift.settle(world.tenantId, "restore", null)).toBe(0);
  });

  it("accepts theirs by choice, until our value changes", async () => {
    const world = await written();
    await read(world, theirs);
    expect(await stores.drift.settle(world.tenantId, "accept", null)).toBe(1);
    await read(world, theirs);
    expect(await drift(world)).toEqual([]);
    expect(await claim(world)).toEqual([]);
    await want(world, "80", "yellow"); // the other property only
    expect(await write(world)).toEqual([{ [BAND]: "yellow" }]);
    await want(world, "60", "yellow");
    expect(await write(world)).toEqual([{ [SCORE]: "60", [BAND]: "yellow" }]);
    await want(world, "80", "yellow");
    expect(await write(world)).toEqual([{ [SCORE]: "80", [BAND]: "yellow" }]);
  });

  it("sees another change after one was accepted", async () => {
    const world = await written();
    await read(world, theirs);
    await stores.drift.settle(world.tenantId, "accept", null);
    await read(world, { ...theirs, [SCORE]: "13" });
    expect(await drift(world)).toMatchObject([{ ours: "12", theirs: "13" }]);
  });

  it("is over when the platform shows our value again, and what waited is written", async () => {
    const world = await written();
    await read(world, theirs);
    await want(world, "70");
    await read(world, { [SCORE]: "80", [BAND]: "green" });
    expect(await drift(world)).toEqual([]);
    expect(await write(world)).toEqual([{ [SCORE]: "70", [BAND]: "green" }]);
  });

  it("says nothing of a reading from before the last write, or during one", async () => {
    const world = await newWorld(stores);
    await want(world, "80");
    const before = next();
    await write(world);
    await read(world, theirs, before);
    await want(world, "70");
    const rows = await claim(world);
    await read(world, { [SCORE]: "70", [BAND]: "green" });
    await read(world, theirs);
    expect(await drift(world)).toEqual([]);
    await stores.outbox.settle(
      world.hubspot,
      rows.map((row) => ({ row, outcome: { kind: "failed", reason: "timeout" } as const })),
      new Date(0),
    );
    await read(world, { [SCORE]: "70", [BAND]: "green" }); // arrived, though its answer was lost
    expect(await drift(world)).toEqual([]);
  });

  it("is none where a merge brought another company's value for our empty one: ours is written again", async () => {
    const world = await written("");
    await read(world, { [SCORE]: "12", [BAND]: "green" });
    expect(await drift(world)).toHaveLength(1); // read before anybody said that there was a merge
    await under.database.query(
      `INSERT INTO record_fate (tenant_id, connection_id, kind, ref, into_ref, known_at)
       VALUES ($1, $2, 'merged', 'hubspot:company:2', 'hubspot:company:1', $3)`,
      [world.tenantId, world.hubspot, next()],
    );
    await read(world, { [SCORE]: "12", [BAND]: "green" });
    expect(await drift(world)).toEqual([]);
    expect(await write(world)).toEqual([{ [SCORE]: "", [BAND]: "green" }]);
    await read(world, { [SCORE]: "13", [BAND]: "green" }); // a person's, after that
    expect(await drift(world)).toMatchObject([{ ours: "", theirs: "13" }]);
  });

  it("goes with the record", async () => {
    const [world, other] = [await written(), await written()];
    for (const each of [world, other]) await read(each, theirs);
    await stores.ledger.commit(change(world, { removed: [COMPANY] }));
    const rows = await under.database.query<{ tenant_id: string }>(
      "SELECT tenant_id FROM drift WHERE tenant_id IN ($1, $2)",
      [world.tenantId, other.tenantId],
    );
    expect(rows).toEqual([{ tenant_id: other.tenantId }]);
  });

  it("says when a property that took our value is no longer there, which is no drift", async () => {
    const world = await written();
    expect(await read(world, { [SCORE]: "80", [BAND]: "green" })).toBe(false);
    expect(await read(world, { [BAND]: "green" })).toBe(true);
    expect(await drift(world)).toEqual([]);
  });

  it("is none where a property was deleted and made anew: everything is written again", async () => {
    const [world, other] = [await written(), await written()];
    await read(world, { [SCORE]: "", [BAND]: "green" });
    expect(await drift(world)).toHaveLength(1);
    await stores.outbox.rewrite(world.hubspot, [SCORE]);
    expect(await drift(world)).toEqual([]);
    await read(world, { [SCORE]: "", [BAND]: "green" });
    expect(await drift(world)).toEqual([]);
    expect(await write(world)).toEqual([{ [SCORE]: "80", [BAND]: "green" }]);
    expect(await write(world)).toEqual([]);
    expect(await claim(other)).toEqual([]);
    await stores.outbox.rewrite(other.hubspot, ["bellwether_reasons"]);
    expect(await claim(other)).toEqual([]);
  });

  it("never settles another tenant's, nor what was not chosen", async () => {
    const [world, other] = [await written(), await written()];
    for (const each of [world, other]) await read(each, { [SCORE]: "1", [BAND]: "red" });
    const key = { connectionId: world.hubspot, objectType: "company", objectId: "1", key: BAND } as const;
    expect(await stores.drift.settle(other.tenantId, "restore", [key])).toBe(0);
    expect(await stores.drift.settle(world.tenantId, "restore", [key])).toBe(1);
    expect((await drift(world)).map((each) => each.key)).toEqual([SCORE]);
    expect(await write(world)).toEqual([{ [BAND]: "green" }]);
    expect(await drift(other)).toHaveLength(2);
  });
});

import { randomUUID } from "node:crypto";
import { type AccountId, accountId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deadLetterKey } from "../../server/src/services/list-dead-letters.ts";
import { MAX_READ_REFUSALS, MAX_WRITE_ATTEMPTS, type WriteOutcome } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

forEachDatabase("DeadLetterStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  let clock = Date.parse("2026-03-01T00:00:00.000Z");
  const account: AccountId = accountId.parse(randomUUID());
  const want = async (world: World, values: Record<string, string>, id = "1") => {
    clock += 1_000;
    const desired = [{ connectionId: world.hubspot, ref: ref("company", id), values }];
    const result = healthResult({ scoredAt: new Date(clock).toISOString() });
    await stores.scores.save(world.tenantId, [scoredAccount(account, result, { desired })], []);
  };
  const claim = (world: World, now = new Date()) => stores.outbox.claim(world.hubspot, "company", 10, now);
  const settleAll = async (world: World, outcome: WriteOutcome, at = new Date()) => {
    const rows = await claim(world, at);
    await stores.outbox.settle(
      world.hubspot,
      rows.map((row) => ({ row, outcome })),
      at,
    );
    return rows;
  };
  const refused: WriteOutcome = { kind: "refused", reason: "HubSpot refused the values: too long" };
  const letters = (world: World) => stores.deadLetters.list(world.tenantId, 10);
  const keyOf = (world: World, id = "1") => deadLetterKey(`write:${world.hubspot}:company:${id}`);

  it("lists a refused row at once, with the platform's reason, to its tenant only", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    const at = new Date();
    await settleAll(world, refused, at);
    expect(await claim(world)).toEqual([]);
    expect(await letters(world)).toEqual([
      {
        kind: "write",
        connectionId: world.hubspot,
        ref: ref("company", "1"),
        accountName: null,
        values: { score: "1" },
        attempts: 1,
        reason: "HubSpot refused the values: too long",
        since: at,
      },
    ]);
    expect(await letters(await newWorld(stores))).toEqual([]);
    expect((await stores.deadLetters.counts()).find(({ kind }) => kind === "write")?.count).toBeGreaterThan(
      0,
    );
  });

  it(`gives a row up after ${MAX_WRITE_ATTEMPTS} failures, but never for the connection's trouble`, async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    let now = Date.now();
    for (let n = 0; n < 40; n += 1) {
      await settleAll(
        world,
        { kind: "deferred", reason: "503", retryAt: new Date(now + 5_000) },
        new Date(now),
      );
      expect(await claim(world, new Date(now + 4_999))).toEqual([]);
      now += 5_000;
    }
    // an attempt of which nothing is known counts as the first
    for (let n = 2; n <= MAX_WRITE_ATTEMPTS; n += 1) {
      expect(await letters(world)).toEqual([]);
      expect(await settleAll(world, { kind: "failed", reason: "locked" }, new Date(now))).toHaveLength(1);
      now += 900_000;
    }
    expect(await claim(world, new Date(now))).toEqual([]);
    expect(await letters(world)).toMatchObject([{ reason: "locked", attempts: MAX_WRITE_ATTEMPTS }]);
  });

  it("tries a parked row again by itself when something else is wanted, and not when the same is", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settleAll(world, refused);
    await want(world, { score: "1" });
    expect(await letters(world)).toHaveLength(1);
    await want(world, { score: "2" });
    expect(await letters(world)).toEqual([]);
    expect(await claim(world)).toMatchObject([{ values: { score: "2" }, attempts: 0 }]);
  });

  it("does not park what was wanted anew while the old values were being refused", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    const rows = await claim(world);
    await want(world, { score: "2" });
    await stores.outbox.settle(
      world.hubspot,
      rows.map((row) => ({ row, outcome: refused })),
      new Date(),
    );
    expect(await letters(world)).toEqual([]);
    expect(await claim(world)).toMatchObject([{ values: { score: "2" } }]);
  });

  it("replays the chosen ones with a wake-up, twice does nothing, and never another tenant's", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    for (const each of [world, other]) {
      for (const id of ["1", "2"]) await want(each, { score: "1" }, id);
      await settleAll(each, refused);
    }
    expect(await stores.deadLetters.replay(other.tenantId, [keyOf(world)])).toBe(0);
    const sent = stores.sent.length;
    expect(await stores.deadLetters.replay(world.tenantId, [keyOf(world)])).toBe(1);
    expect(await stores.deadLetters.replay(world.tenantId, [keyOf(world)])).toBe(0);
    expect(stores.sent.slice(sent)).toEqual([
      { name: "write-back", payload: { connectionId: world.hubspot } },
    ]);
    expect(await claim(world)).toMatchObject([{ ref: ref("company", "1"), values: { score: "1" } }]);
    expect(await stores.deadLetters.replay(other.tenantId, null)).toBe(2);
    expect(await letters(world)).toHaveLength(1);
  });

  it("discards: nothing is written until something else is wanted", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settleAll(world, refused);
    expect(await stores.deadLetters.discard(world.tenantId, null)).toBe(1);
    expect(await letters(world)).toEqual([]);
    expect(await claim(world)).toEqual([]);
    await want(world, { score: "2" });
    expect(await claim(world)).toHaveLength(1);
  });

  it(`gives a record up after ${MAX_READ_REFUSALS} refusals, and reads it again when replayed`, async () => {
    const world = await newWorld(stores);
    await stores.ledger.markRecords(world.tenantId, world.hubspot, [ref("company", "9")]);
    const refuse = async () =>
      stores.deadLetters.refuseRecords(
        world.tenantId,
        world.hubspot,
        await stores.ledger.claimRecords(world.hubspot, 10),
        { reason: "HubSpot answered 400", retryAt: new Date(0) },
      );
    for (let n = 1; n <= MAX_READ_REFUSALS; n += 1) {
      expect(await letters(world)).toEqual([]);
      await refuse();
    }
    expect(await letters(world)).toMatchObject([
      { kind: "read", values: null, attempts: MAX_READ_REFUSALS, reason: "HubSpot answered 400" },
    ]);
    expect(
      await stores.deadLetters.replay(world.tenantId, [
        { kind: "read", connectionId: world.hubspot, objectType: "company", objectId: "9" },
      ]),
    ).toBe(1);
    expect(await letters(world)).toEqual([]);
    expect(await stores.ledger.claimRecords(world.hubspot, 10)).toHaveLength(1);
  });
});

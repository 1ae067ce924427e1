import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type RecordRef } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { OutboxRow, WriteOutcome } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { change, newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

forEachDatabase("OutboxStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  let clock = Date.parse("2026-03-01T00:00:00.000Z");
  /** Each calculation is later than the one before. */
  const want = async (
    world: World,
    values: Record<string, string>,
    target = ref("company", "1"),
    id = account,
  ) => {
    clock += 1_000;
    await stores.scores.save(
      world.tenantId,
      [
        scoredAccount(id, healthResult({ scoredAt: new Date(clock).toISOString() }), {
          desired: [{ connectionId: world.hubspot, ref: target, values }],
        }),
      ],
      [],
    );
  };
  const account: AccountId = accountId.parse(randomUUID());
  const claim = (world: World, from = stores, now = new Date()) =>
    from.outbox.claim(world.hubspot, "company", 10, now);
  const settle = (world: World, rows: readonly OutboxRow[], outcome: WriteOutcome, at = new Date()) =>
    stores.outbox.settle(
      world.hubspot,
      rows.map((row) => ({ row, outcome })),
      at,
    );
  const CONFIRMED: WriteOutcome = { kind: "confirmed" };

  it("hands out none where fewer are there than are asked for", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    expect(await stores.outbox.claim(world.hubspot, "company", 10, new Date(), 2)).toEqual([]);
    expect(await stores.outbox.claim(world.hubspot, "company", 10, new Date(), 1)).toHaveLength(1);
  });

  it("hands out first what was wanted first, also to a process whose clock is years behind", async () => {
    const world = await newWorld(stores);
    const ids = ["3", "1", "2"];
    for (const id of ids) await want(world, { score: id }, ref("company", id), accountId.parse(randomUUID()));
    await want(world, { score: "4" }, ref("company", "3"), account); // what changes again keeps its place
    const handedOut: string[] = [];
    for (const _ of ids) {
      const [row] = await stores.outbox.claim(world.hubspot, "company", 1, new Date("2016-01-01"));
      handedOut.push(row?.ref.id ?? "none");
    }
    expect(handedOut).toEqual(ids);
  });

  it("says whether more may follow soon: accounts to be scored, or records that are being read", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const isMoreComing = () => stores.outbox.isMoreComing(world.hubspot);
    expect(await isMoreComing()).toBe(false);
    await stores.ledger.markRecords(world.tenantId, world.zendesk, [ref("organization", "1")]);
    expect(await isMoreComing()).toBe(false); // it may wait for company yet
    const claims = await stores.ledger.claimRecords(world.zendesk, 10);
    expect(await isMoreComing()).toBe(true);
    expect(await stores.outbox.isMoreComing(other.hubspot)).toBe(false);
    await stores.ledger.releaseRecords(world.tenantId, world.zendesk, claims, new Date(Date.now() + 60_000));
    expect(await isMoreComing()).toBe(false);
    await under.database.query("INSERT INTO account_mark (tenant_id, account_id) VALUES ($1, $2)", [
      world.tenantId,
      account,
    ]);
    expect(await isMoreComing()).toBe(true);
    expect(await stores.outbox.isMoreComing(other.hubspot)).toBe(false);
  });

  it("hands out what is wanted and not confirmed, once, and nothing of another connection or type", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    expect(stores.sent.at(-1)).toEqual({ name: "write-back", payload: { connectionId: world.hubspot } });
    expect(await stores.outbox.connectionsWithPending(new Date())).toContain(world.hubspot);
    expect(await stores.outbox.claim(world.hubspot, "organization", 10, new Date())).toEqual([]);
    expect(await stores.outbox.claim((await newWorld(stores)).hubspot, "company", 10, new Date())).toEqual(
      [],
    );
    const rows = await claim(world);
    expect(rows).toEqual([{ ref: ref("company", "1"), values: { score: "1" }, version: 1, attempts: 0 }]);
    expect(await claim(world)).toEqual([]);
    await settle(world, rows, CONFIRMED);
    expect(await claim(world)).toEqual([]);
    expect(await stores.outbox.connectionsWithPending(new Date())).not.toContain(world.hubspot);
  });

  it("takes a new time of scoring alone for no reason to write", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1", bellwether_scored_at: "a" });
    await settle(world, await claim(world), CONFIRMED);
    const sent = stores.sent.length;
    await want(world, { score: "1", bellwether_scored_at: "b" });
    expect(await claim(world)).toEqual([]);
    expect(stores.sent).toHaveLength(sent);
    await want(world, { score: "2", bellwether_scored_at: "c" });
    expect((await claim(world)).map((row) => row.values)).toEqual([
      { score: "2", bellwether_scored_at: "c" },
    ]);
  });

  it("writes nothing for a value that went back before it was written", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settle(world, await claim(world), CONFIRMED);
    await want(world, { score: "2" });
    await want(world, { score: "1" });
    expect(await claim(world)).toEqual([]);
  });

  it("writes again when a value went back while the other one was being written", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settle(world, await claim(world), CONFIRMED);
    await want(world, { score: "2" });
    const writing = await claim(world);
    await want(world, { score: "1" });
    await settle(world, writing, CONFIRMED);
    expect((await claim(world)).map((row) => row.values)).toEqual([{ score: "1" }]);
  });

  it("writes again when a value went back after a write whose answer was lost", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settle(world, await claim(world), CONFIRMED);
    await want(world, { score: "2" });
    await settle(world, await claim(world), { kind: "failed", reason: "timeout" }, new Date(0));
    await want(world, { score: "1" });
    expect((await claim(world)).map((row) => row.values)).toEqual([{ score: "1" }]);
  });

  it("writes again when a value went back after a write whose process died before it could say how it went", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settle(world, await claim(world), CONFIRMED);
    await want(world, { score: "2" });
    const dying = await storesOfProcess(under.database);
    await claim(world, dying); // the platform may have it
    await dying.ageHeartbeat(11);
    await want(world, { score: "1" });
    expect(await stores.outbox.connectionsWithPending(new Date())).toContain(world.hubspot);
    const rows = await claim(world);
    expect(rows.map((row) => row.values)).toEqual([{ score: "1" }]);
    await settle(world, rows, CONFIRMED);
    expect(await claim(world)).toEqual([]);
    await dying.lease.end();
  });

  it("settles the claimed version only: what was wanted anew meanwhile stays pending", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    const first = await claim(world);
    await want(world, { score: "2" });
    await settle(world, first, CONFIRMED);
    const [second] = await claim(world);
    expect(second).toMatchObject({ values: { score: "2" }, version: 2 });
    await settle(world, second ? [second] : [], { kind: "dropped", reason: "gone" });
    expect(await claim(world)).toEqual([]);
  });

  it("waits 2, 4, 8 s and so on after failures, at most 15 minutes", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    let now = Date.now();
    for (const [attempts, seconds] of [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900].entries()) {
      const rows = await claim(world, stores, new Date(now));
      expect(rows.map((row) => row.attempts)).toEqual([attempts]);
      await settle(world, rows, { kind: "failed", reason: "503" }, new Date(now));
      expect(await claim(world, stores, new Date(now + seconds * 1_000 - 1))).toEqual([]);
      expect(await stores.outbox.connectionsWithPending(new Date(now + seconds * 1_000 - 1))).not.toContain(
        world.hubspot,
      );
      now += seconds * 1_000;
    }
  });

  it("does not try a dropped row again until something else is wanted", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    await settle(world, await claim(world), { kind: "dropped", reason: "record is gone" });
    await want(world, { score: "1" });
    expect(await claim(world)).toEqual([]);
    await want(world, { score: "2" });
    expect(await claim(world)).toHaveLength(1);
  });

  it("gives the rows of a dead process to another one", async () => {
    const world = await newWorld(stores);
    await want(world, { score: "1" });
    const dying = await storesOfProcess(under.database);
    expect(await claim(world, dying)).toHaveLength(1);
    expect(await claim(world)).toEqual([]);
    await dying.ageHeartbeat(11);
    expect(await stores.outbox.connectionsWithPending(new Date())).toContain(world.hubspot);
    expect(await claim(world)).toHaveLength(1);
    await dying.lease.end();
  });

  it("shows what was written lately, newest first, with the account's name, to its tenant only", async () => {
    const world = await newWorld(stores);
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: new Date() }],
      links: [],
      suggestions: [],
    });
    await want(world, { score: "1" }, ref("company", "1"), id);
    await settle(world, await claim(world), CONFIRMED, new Date("2026-03-01T00:00:00.000Z"));
    await want(world, { score: "2" }, ref("company", "1"), id);
    await settle(
      world,
      await claim(world),
      { kind: "failed", reason: "503" },
      new Date("2026-03-01T00:00:01.000Z"),
    );
    expect(await stores.outbox.recent(world.tenantId, 10)).toEqual([
      {
        at: new Date("2026-03-01T00:00:01.000Z"),
        ref: ref("company", "1"),
        accountName: "Acme",
        values: { score: "2" },
        outcome: "failed",
        reason: "503",
      },
      {
        at: new Date("2026-03-01T00:00:00.000Z"),
        ref: ref("company", "1"),
        accountName: "Acme",
        values: { score: "1" },
        outcome: "confirmed",
        reason: null,
      },
    ]);
    expect(await stores.outbox.recent(world.tenantId, 1)).toHaveLength(1);
    expect(await stores.outbox.recent((await newWorld(stores)).tenantId, 10)).toEqual([]);
  });

  it("forgets of the log what is older than a month, while it writes", async () => {
    const world = await newWorld(stores);
    const at = new Date("2026-03-31T12:00:00.000Z");
    for (const day of ["2026-02-28", "2026-03-02"])
      await under.database.query(
        `INSERT INTO write_log (tenant_id, at, platform, object_type, object_id, values, outcome)
         VALUES ($1, $2, 'hubspot', 'company', '1', '{}', 'confirmed')`,
        [world.tenantId, day],
      );
    await want(world, { score: "1" });
    await settle(world, await claim(world), CONFIRMED, at);
    const kept = await stores.outbox.recent(world.tenantId, 10);
    expect(kept.map((entry) => entry.at.toISOString().slice(0, 10))).toEqual(["2026-03-31", "2026-03-02"]);
  });

  it("does not write to a record that was removed", async () => {
    const world = await newWorld(stores);
    const gone: RecordRef = ref("company", "7");
    await want(world, { score: "1" }, gone);
    await stores.ledger.commit(change(world, { removed: [gone] }));
    expect(await claim(world)).toEqual([]);
  });
});

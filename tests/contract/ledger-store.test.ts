import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type RecordRef, refKey } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import {
  change,
  company,
  linked,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  ticket,
  usage,
  type World,
  zendeskTicket,
} from "../support/stores.ts";

const SOON = new Date(Date.now() + 3_600_000);

forEachDatabase("LedgerStore", (under) => {
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
  const linkAccount = async (world: World, party: RecordRef): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: refKey(party), createdAt: new Date() }],
      links: [{ ref: party, accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    return id;
  };
  const observations = (world: World) =>
    under.database.query<{ at: Date; value: unknown }>(
      "SELECT at, value FROM observation WHERE tenant_id = $1 ORDER BY at, value_hash",
      [world.tenantId],
    );
  const settleAccounts = async (world: World): Promise<number> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
    return claims.length;
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

  it("keeps the newer version, whatever the order, and the later of equal times", async () => {
    const world = await newWorld(stores);
    const version = (day: string, name: string) =>
      company("1", { updatedAt: `2026-02-${day}T00:00:00.000Z`, fields: { name } });
    const known = async () => {
      const map = await stores.ledger.knownRecords(world.tenantId, [
        ref("company", "1"),
        ref("company", "2"),
      ]);
      expect([...map.keys()]).toEqual(["hubspot:company:1"]);
      return map.get("hubspot:company:1")?.fields;
    };
    await stores.ledger.commit(change(world, { records: [version("03", "third"), version("02", "second")] }));
    expect(await known()).toMatchObject({ name: "third" });
    await stores.ledger.commit(change(world, { records: [version("01", "first")] }));
    expect(await known()).toMatchObject({ name: "third" });
    await stores.ledger.commit(change(world, { records: [version("03", "again")] }));
    expect(await known()).toMatchObject({ name: "again" });
  });

  it("stores an observation once, tells values of one moment apart, and keeps no value as one", async () => {
    const world = await newWorld(stores);
    const at = "2026-02-01T10:00:00.000Z";
    const facts = [usage("1", at, 5), usage("1", at, 6), usage("1", at, null), usage("1", at, 5)];
    await stores.ledger.commit(change(world, { observations: facts }));
    await stores.ledger.commit(change(world, { observations: facts.toReversed() }));
    expect((await observations(world)).map((row) => row.value).toSorted()).toEqual([5, 6, null].toSorted());
  });

  it("marks an account once for what is new, and not for what was known", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1"), company("2")] }));
    await linkAccount(world, ref("company", "1"));
    expect(await settleAccounts(world)).toBe(1);
    const observed = change(world, {
      observations: [usage("1", "2026-02-01T00:00:00.000Z", 1), usage("2", "2026-02-01T00:00:00.000Z", 1)],
    });
    const before = stores.sent.length;
    await stores.ledger.commit(observed);
    expect(stores.sent.slice(before)).toEqual([
      { name: "score-accounts", payload: { tenantId: world.tenantId } },
    ]);
    expect(await settleAccounts(world)).toBe(1);
    await stores.ledger.commit(observed);
    expect(await settleAccounts(world)).toBe(0);
    expect(stores.sent.slice(before)).toHaveLength(1);
  });

  it("finds an account through the record, its parties and its linked records, the nearest first", async () => {
    const world = await newWorld(stores);
    const [direct, viaUser] = [ref("organization", "1"), ref("organization", "2")];
    const user = ref("user", "9");
    await stores.ledger.commit(
      change(world, {
        connectionId: world.zendesk,
        records: [
          organization("1"),
          organization("2"),
          linked(user, [viaUser]),
          ticket("100", [direct, user]),
          ticket("101", [user]),
          ticket("102", []),
        ],
      }),
    );
    const [near, far] = [await linkAccount(world, direct), await linkAccount(world, viaUser)];
    const accountOf = (of: RecordRef, in_ = world) => stores.ledger.accountOf(in_.tenantId, of);
    expect(await accountOf(direct)).toBe(near);
    expect(await accountOf(zendeskTicket("100"))).toBe(near);
    expect(await accountOf(zendeskTicket("101"))).toBe(far);
    expect(await accountOf(user)).toBe(far);
    expect(await accountOf(zendeskTicket("102"))).toBeNull();
    expect(await accountOf(zendeskTicket("999"))).toBeNull();
    expect(await accountOf(zendeskTicket("100"), await newWorld(stores))).toBeNull();
  });

  it("follows a record whose links changed", async () => {
    const world = await newWorld(stores);
    const [from, to] = [ref("organization", "1"), ref("organization", "2")];
    const both = change(world, { records: [organization("1"), organization("2"), ticket("1", [from])] });
    await stores.ledger.commit(both);
    await linkAccount(world, from);
    const account = await linkAccount(world, to);
    await stores.ledger.commit(change(world, { records: [ticket("1", [to])] }));
    expect(await stores.ledger.accountOf(world.tenantId, zendeskTicket("1"))).toBe(account);
  });

  it("forgets a removed record, keeps its account's history, and takes it back when it is read again", async () => {
    const world = await newWorld(stores);
    const party = ref("company", "1");
    const read = change(world, {
      records: [company("1")],
      observations: [usage("1", "2026-02-01T00:00:00.000Z", 1)],
    });
    await stores.ledger.commit(read);
    const account = await linkAccount(world, party);
    const ledger = async () => (await stores.scores.ledgers(world.tenantId, [account], new Date()))[0];
    await stores.ledger.commit(change(world, { removed: [party] }));
    expect(await stores.ledger.knownRecords(world.tenantId, [party])).toEqual(new Map());
    expect(await stores.ledger.accountOf(world.tenantId, party)).toBeNull();
    expect(await stores.accounts.parties(world.tenantId, [party])).toEqual([]);
    expect(await ledger()).toMatchObject({ links: [], observations: [{ value: 1 }] });
    await stores.ledger.commit(read);
    expect(await stores.ledger.accountOf(world.tenantId, party)).toBe(account);
    expect(await ledger()).toMatchObject({ links: [{ ref: party }] });
  });

  it("does not bring a removed record back from a backfill that began before the removal", async () => {
    const world = await newWorld(stores);
    const page = (startedAt: Date) =>
      change(world, {
        records: [company("1")],
        progress: {
          connectionId: world.hubspot,
          objectType: "company",
          cursor: "c1",
          recordsRead: 1,
          recordsTotal: null,
          isDone: false,
          startedAt,
          updatedAt: startedAt,
        },
      });
    const known = async () => (await stores.ledger.knownRecords(world.tenantId, [ref("company", "1")])).size;
    await stores.ledger.commit(change(world, { records: [company("1")] }));
    await stores.ledger.commit(change(world, { removed: [ref("company", "1")] }));
    await stores.ledger.commit(page(new Date(Date.now() - 60_000)));
    expect(await known()).toBe(0);
    await stores.ledger.commit(page(new Date(Date.now() + 60_000)));
    expect(await known()).toBe(1);
  });

  it("keeps a backfill's place with its page", async () => {
    const world = await newWorld(stores);
    const progress = {
      connectionId: world.hubspot,
      objectType: "company" as const,
      cursor: "next",
      recordsRead: 100,
      recordsTotal: 250,
      isDone: false,
      startedAt: new Date("2026-02-01T00:00:00.000Z"),
      updatedAt: new Date("2026-02-01T00:00:05.000Z"),
    };
    await stores.ledger.commit(change(world, { progress }));
    expect(await stores.ledger.progress(world.hubspot)).toEqual([progress]);
    const done = { ...progress, cursor: null, recordsRead: 250, isDone: true };
    await stores.ledger.commit(change(world, { progress: done }));
    expect(await stores.ledger.progress(world.hubspot)).toEqual([done]);
    expect(await stores.ledger.progress(world.zendesk)).toEqual([]);
  });

  it("stores a page that two read at once for one of them, and nothing of the other's", async () => {
    const world = await newWorld(stores);
    const page = (cursor: string | null, readAt: string | null, id: string) => ({
      ...change(world, { records: [company(id)] }),
      readAt,
      progress: {
        connectionId: world.hubspot,
        objectType: "company" as const,
        cursor,
        recordsRead: 1,
        recordsTotal: null,
        isDone: cursor === null,
        startedAt: new Date("2026-02-01T00:00:00.000Z"),
        updatedAt: new Date("2026-02-01T00:00:05.000Z"),
      },
    });
    const first = await Promise.all(["1", "2"].map((id) => stores.ledger.commit(page("c1", null, id))));
    expect(first.filter((stored) => stored === null)).toHaveLength(1);
    const known = await stores.ledger.knownRecords(world.tenantId, [
      ref("company", "1"),
      ref("company", "2"),
    ]);
    expect(known.size).toBe(1);
    expect(await stores.ledger.commit(page(null, "c1", "3"))).not.toBeNull();
    expect(await stores.ledger.commit(page(null, "c1", "4"))).toBeNull();
    expect((await stores.ledger.progress(world.hubspot))[0]).toMatchObject({ cursor: null, isDone: true });
  });

  it("marks all known records of a type, or those that changed since then, of one connection alone", async () => {
    const [one, two] = [await newWorld(stores), await newWorld(stores)];
    const old = { updatedAt: "2025-01-01T00:00:00.000Z" };
    for (const world of [one, two])
      await stores.ledger.commit(
        change(world, { records: [company("1", old), company("2"), company("3"), organization("4")] }),
      );
    await stores.ledger.commit(change(one, { removed: [ref("company", "3")] }));
    const claimed = async (world: World): Promise<string[]> =>
      (await stores.ledger.claimRecords(world.hubspot, 10)).map(({ ref: each }) => refKey(each)).toSorted();

    expect(await stores.ledger.markKnown(one.tenantId, one.hubspot, "deal", null)).toBe(0);
    expect(await claimed(one)).toEqual([]);
    const since = new Date("2025-06-01T00:00:00Z");
    expect(await stores.ledger.markKnown(one.tenantId, one.hubspot, "company", since)).toBe(1);
    // marked twice is marked once, and what is claimed meanwhile comes back
    expect(await stores.ledger.markKnown(one.tenantId, one.hubspot, "company", null)).toBe(2);
    expect(await claimed(one)).toEqual(["hubspot:company:1", "hubspot:company:2"]);
    expect(await stores.ledger.markKnown(two.tenantId, one.hubspot, "company", null)).toBe(0);
    expect(await claimed(two)).toEqual([]);
  });

  it("keeps tenants apart: the same record ids, marks and observations of another one are untouched", async () => {
    const [one, two] = [await newWorld(stores), await newWorld(stores)];
    for (const world of [one, two])
      await stores.ledger.commit(
        change(world, {
          records: [company("1", { fields: { name: world.tenantId } })],
          observations: [usage("1", "2026-02-01T00:00:00.000Z", 1)],
        }),
      );
    await marked(one, 1);
    await stores.ledger.commit(change(two, { removed: [ref("company", "1")] }));
    const known = await stores.ledger.knownRecords(one.tenantId, [ref("company", "1")]);
    expect(known.get("hubspot:company:1")?.fields).toMatchObject({ name: one.tenantId });
    expect(await stores.ledger.claimRecords(two.hubspot, 10)).toEqual([]);
    expect(await observations(one)).toHaveLength(1);
  });

  it("stores hostile names, and thousands of characters of them", async () => {
    const world = await newWorld(stores);
    const name = `${"漢🚀\u0000\ud800".repeat(2_500)}`;
    await stores.ledger.commit(
      change(world, {
        records: [
          company("1", { fields: { name, externalId: name, domain: name } }),
          organization("2", { name }),
        ],
      }),
    );
    const [found] = await stores.accounts.parties(world.tenantId, [ref("company", "1")]);
    expect(found?.name).toHaveLength(name.length);
  });
});

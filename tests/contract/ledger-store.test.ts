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

forEachDatabase("LedgerStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

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

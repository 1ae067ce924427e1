import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type Party, type RecordRef, refKey } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import {
  change,
  company,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  type World,
} from "../support/stores.ts";

forEachDatabase("AccountStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newAccount = (name = "Account"): { id: AccountId; name: string; createdAt: Date } => ({
    id: accountId.parse(randomUUID()),
    name,
    createdAt: new Date("2026-02-01T00:00:00.000Z"),
  });
  const link = async (world: World, party: RecordRef, account = newAccount()): Promise<AccountId> => {
    await stores.accounts.link(world.tenantId, {
      accounts: [account],
      links: [{ ref: party, accountId: account.id, rule: "anchor" }],
      suggestions: [],
    });
    return account.id;
  };
  const marks = async (world: World): Promise<number> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
    return claims.length;
  };
  const keys = (parties: readonly Party[]): string[] => parties.map((party) => refKey(party.ref)).toSorted();

  it("reads parties from records, and says which of them have not bought yet", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(
      change(world, {
        records: [
          company("1", { fields: { domain: "https://WWW.Acme.com/", externalId: "X-1" } }),
          company("2", { fields: { lifecycleStage: "lead" } }),
          company("3", { fields: { lifecycleStage: "lead", becameCustomerAt: "2025-01-01T00:00:00.000Z" } }),
          organization("4", { domains: ["a.example", "b.example", "no domain"] }),
        ],
      }),
    );
    const refs = [ref("company", "1"), ref("company", "2"), ref("company", "3"), ref("organization", "4")];
    const parties = await stores.accounts.parties(world.tenantId, refs);
    expect(parties).toEqual([
      { ref: refs[0], name: "Company 1", domains: ["acme.com"], externalId: "X-1", isCustomer: true },
      { ref: refs[1], name: "Company 2", domains: [], externalId: null, isCustomer: false },
      { ref: refs[2], name: "Company 3", domains: [], externalId: null, isCustomer: true },
      {
        ref: refs[3],
        name: "Organization 4",
        domains: ["a.example", "b.example"],
        externalId: null,
        isCustomer: true,
      },
    ]);
    expect(await stores.accounts.parties((await newWorld(stores)).tenantId, refs)).toEqual([]);
  });

  it("lists parties without an account by page, until they have one", async () => {
    const world = await newWorld(stores);
    const records = [...["1", "2", "3"].map((id) => company(id)), organization("4")];
    await stores.ledger.commit(
      change(world, { records: [...records, company("5", { fields: { lifecycleStage: "subscriber" } })] }),
    );
    const first = await stores.accounts.unlinkedParties(world.tenantId, null, 2);
    const last = first.at(-1);
    const second = await stores.accounts.unlinkedParties(world.tenantId, last ? refKey(last.ref) : null, 10);
    expect(keys([...first, ...second])).toEqual(keys(records.map((r) => ({ ref: r.ref }) as Party)));
    await link(world, ref("company", "2"));
    // read again, it still has its account
    await stores.ledger.commit(change(world, { records: [company("2")] }));
    const left = await stores.accounts.unlinkedParties(world.tenantId, null, 10);
    expect(keys(left)).toEqual(["hubspot:company:1", "hubspot:company:3", "zendesk:organization:4"]);
  });

  it("finds candidates of the other platform by external id, by its own id, by domain and by name", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(
      change(world, {
        records: [
          company("1", { fields: { externalId: "Ext-7", name: "Acme Inc.", domain: "acme.example" } }),
          company("2", { fields: { name: "Other" } }),
          organization("10", { externalId: " EXT-7 " }),
          organization("11", { externalId: "1" }),
          organization("12", { domains: ["acme.example"] }),
          organization("13", { name: "ACME, Incorporated" }),
          organization("14", { externalId: "2", name: "unrelated" }),
          organization("15", { name: "Company 1" }),
        ],
      }),
    );
    const account = await link(world, ref("organization", "12"));
    const [acme] = await stores.accounts.parties(world.tenantId, [ref("company", "1")]);
    if (!acme) throw new Error("no party");
    const found = await stores.accounts.candidates(world.tenantId, [acme]);
    expect(keys(found)).toEqual(["10", "11", "12", "13"].map((id) => `zendesk:organization:${id}`));
    expect(found.filter((candidate) => candidate.accountId !== null)).toMatchObject([
      { ref: ref("organization", "12"), accountId: account },
    ]);
    const [byId] = await stores.accounts.parties(world.tenantId, [ref("organization", "14")]);
    if (!byId) throw new Error("no party");
    expect(keys(await stores.accounts.candidates(world.tenantId, [byId]))).toEqual(["hubspot:company:2"]);
    expect(await stores.accounts.candidates((await newWorld(stores)).tenantId, [acme])).toEqual([]);
  });

  it("does not take parties that share a free-mail domain for candidates", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(
      change(world, {
        records: [
          company("1", { fields: { name: "A", domain: "gmail.com" } }),
          organization("2", { name: "B", domains: ["gmail.com"] }),
        ],
      }),
    );
    const parties = await stores.accounts.parties(world.tenantId, [ref("company", "1")]);
    expect(await stores.accounts.candidates(world.tenantId, parties)).toEqual([]);
  });

  it("follows a party that lost a domain", async () => {
    const world = await newWorld(stores);
    const asked = { ...organization("1"), name: "x" };
    const party: Party = {
      ref: asked.ref,
      name: null,
      domains: ["old.example", "new.example"],
      externalId: null,
      isCustomer: true,
    };
    const at = (day: string, domain: string) =>
      company("1", { updatedAt: `2026-02-${day}T00:00:00.000Z`, fields: { domain } });
    await stores.ledger.commit(change(world, { records: [at("01", "old.example")] }));
    await stores.ledger.commit(change(world, { records: [at("02", "third.example")] }));
    expect(await stores.accounts.candidates(world.tenantId, [party])).toEqual([]);
    await stores.ledger.commit(change(world, { records: [at("03", "new.example")] }));
    expect(await stores.accounts.candidates(world.tenantId, [party])).toHaveLength(1);
  });

  it("keeps the first link of a party, marks only an account that got one, and follows its party's name", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1")] }));
    const first = newAccount("Old name");
    const id = await link(world, ref("company", "1"), first);
    expect(await marks(world)).toBe(1);
    const sent = stores.sent.length;
    await link(world, ref("company", "1"), { ...first, name: "New name", createdAt: new Date() });
    await link(world, ref("company", "1"), newAccount("Another"));
    expect(await marks(world)).toBe(0);
    expect(stores.sent).toHaveLength(sent);
    expect(await stores.accounts.find(world.tenantId, id)).toEqual({
      id,
      name: "New name",
      createdAt: first.createdAt,
      links: [{ ref: ref("company", "1"), accountId: id, rule: "anchor" }],
      suggestions: [],
    });
  });

  it("shows a suggestion until it is replaced or its party has an account", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1"), company("2"), organization("3")] }));
    const [one, two] = [await link(world, ref("company", "1")), await link(world, ref("company", "2"))];
    const suggest = (id: AccountId) =>
      stores.accounts.link(world.tenantId, {
        accounts: [],
        links: [],
        suggestions: [{ ref: ref("organization", "3"), accountId: id, rule: "name", reason: "same name" }],
      });
    const shown = async () =>
      Promise.all(
        [one, two].map(async (id) => (await stores.accounts.find(world.tenantId, id))?.suggestions.length),
      );
    await suggest(one);
    expect(await shown()).toEqual([1, 0]);
    await suggest(two);
    expect(await shown()).toEqual([0, 1]);
    await stores.accounts.link(world.tenantId, {
      accounts: [],
      links: [{ ref: ref("organization", "3"), accountId: two, rule: "person" }],
      suggestions: [],
    });
    await suggest(one);
    expect(await shown()).toEqual([0, 0]);
  });

  it("lists accounts by page to the end, and those of this tenant only", async () => {
    const world = await newWorld(stores);
    const records = Array.from({ length: 5 }, (_, i) => company(`${i}`));
    await stores.ledger.commit(change(world, { records }));
    const ids = await Promise.all(records.map((record) => link(world, record.ref)));
    const seen: AccountId[] = [];
    let after: string | null = null;
    do {
      const page = await stores.accounts.list(world.tenantId, { after, limit: 2 });
      seen.push(...page.accounts.map((account) => account.id));
      expect(page.accounts.every((account) => account.latest === null && account.links.length === 1)).toBe(
        true,
      );
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(ids.toSorted());
    const elsewhere = await newWorld(stores);
    expect(await stores.accounts.list(elsewhere.tenantId, { after: null, limit: 10 })).toEqual({
      accounts: [],
      next: null,
    });
    const [id] = ids;
    expect(id && (await stores.accounts.find(elsewhere.tenantId, id))).toBeNull();
  });

  it("makes one account of two links of the same party at once", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1")] }));
    const account = newAccount();
    await Promise.all([1, 2, 3].map(() => link(world, ref("company", "1"), account)));
    expect((await stores.accounts.list(world.tenantId, { after: null, limit: 10 })).accounts).toHaveLength(1);
  });
});

import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS, type RecordRef, refKey, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countUsage } from "../../server/src/services/count-usage.ts";
import { matchParties } from "../../server/src/services/match-parties.ts";
import { tenantSources } from "../../server/src/services/scoring-inputs.ts";
import { forgetUsageEvents, moveUsageWindows, sweepUsage } from "../../server/src/services/sweep-usage.ts";
import { type NewDatabase, openNewDatabase } from "../support/database.ts";
import { group, identify, type Product, productOf, track, usageStores } from "../support/product.ts";
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

const GROUP: RecordRef = { platform: "segment", objectType: "group", id: "g-1" };
const OF_GROUP = { context: { groupId: "g-1" } };

let database: NewDatabase["database"];
let remove: NewDatabase["remove"];
let stores: Stores;
beforeAll(async () => {
  ({ database, remove } = await openNewDatabase("embedded"));
  stores = await storesOfProcess(database);
});
afterAll(async () => {
  await stores.lease.end();
  await remove();
});

const depsAt = (now: Date, ids: Map<string, AccountId>) => ({
  ...stores,
  ...usageStores(database),
  clock: { now: () => now },
  accountIdOf: (tenant: TenantId, party: RecordRef) => {
    const key = `${tenant} ${refKey(party)}`;
    const id = ids.get(key) ?? accountId.parse(randomUUID());
    ids.set(key, id);
    return id;
  },
});

/** A tenant with both platforms and a product, and what is done with them. */
async function newTenantWithProduct() {
  const world: World = await newWorld(stores);
  const ids = new Map<string, AccountId>();
  const product: Product = productOf(usageStores(database), world.tenantId, new Date());
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS + 60_000);
  return {
    world,
    product,
    count: (days = 0) => countUsage(depsAt(inDays(days), ids), world.tenantId),
    deps: (days = 0) => depsAt(inDays(days), ids),
    match: (...refs: RecordRef[]) => matchParties(depsAt(inDays(0), ids), world.tenantId, refs),
    read: (...records: ReturnType<typeof company>[]) => stores.ledger.commit(change(world, { records })),
    unlinked: async () =>
      (await stores.accounts.unlinkedParties(world.tenantId, null, 10)).map((party) => refKey(party.ref)),
    account: async () => {
      const { accounts } = await stores.accounts.list(world.tenantId, { after: null, limit: 10 });
      expect(accounts).toHaveLength(1);
      const [account] = accounts;
      if (account === undefined) throw new Error("no account");
      const [ledger] = await stores.scores.ledgers(world.tenantId, [account.id], inDays(0));
      return {
        rules: Object.fromEntries(account.links.map((link) => [refKey(link.ref), link.rule])),
        suggestions: account.suggestions.map((suggestion) => suggestion.rule),
        usage: (ledger?.observations ?? []).filter(({ kind }) => kind === "usage"),
      };
    },
  };
}

describe("a group of product users", () => {
  it("joins the account of the company that has its id, beside the organization", async () => {
    const { read, match, product, count, account } = await newTenantWithProduct();
    await read(
      company("1", { fields: { externalId: "G-1", domain: "acme.example" } }),
      organization("7", { domains: ["acme.example"] }),
    );
    await match(ref("company", "1"), ref("organization", "7"));
    await product.send(
      identify("ann", OF_GROUP),
      group("ann", "g-1", { traits: { website: "acme.example" } }),
    );
    await count();
    const { rules, usage } = await account();
    expect(rules).toEqual({
      "hubspot:company:1": "anchor",
      "zendesk:organization:7": "domain",
      "segment:group:g-1": "external_id",
    });
    expect(usage.map(({ key, value }) => [key, value])).toContainEqual(["activeUsers", 1]);
  });

  it("waits in the list of unmatched parties, and counts with its history once it is linked", async () => {
    const { read, match, product, count, account, unlinked, world } = await newTenantWithProduct();
    await read(company("1", { fields: { name: "Acme", domain: "acme.example" } }));
    await match(ref("company", "1"));
    await product.send(track("ann", "Opened", OF_GROUP), track("bob", "Opened", OF_GROUP));
    await count();
    expect(await unlinked()).toEqual([refKey(GROUP)]);
    expect((await account()).usage).toEqual([]);
    const [company1] = (await stores.accounts.list(world.tenantId, { after: null, limit: 1 })).accounts;
    await stores.accounts.link(world.tenantId, {
      accounts: [],
      links: [{ ref: GROUP, accountId: company1?.id ?? accountId.parse(randomUUID()), rule: "person" }],
      suggestions: [],
    });
    expect(await unlinked()).toEqual([]);
    expect((await account()).usage.map(({ key, value }) => [key, value])).toContainEqual(["activeUsers", 2]);
  });

  it("joins by domain when its company comes later, and is only suggested by name", async () => {
    const { read, match, product, count, account } = await newTenantWithProduct();
    await product.send(group("ann", "g-1", { traits: { domain: "acme.example" } }));
    await product.send(group("bob", "g-2", { traits: { name: "Acme Inc." } }));
    await count();
    await read(company("1", { fields: { name: "Acme", domain: "acme.example" } }));
    await match(ref("company", "1"));
    const { rules, suggestions } = await account();
    expect(rules["segment:group:g-1"]).toBe("domain");
    expect(suggestions).toEqual(["name"]);
  });

  it("founds no account", async () => {
    const { product, count, world } = await newTenantWithProduct();
    await product.send(group("ann", "g-1", { traits: { domain: "acme.example" } }));
    await count();
    expect(await stores.accounts.count(world.tenantId)).toBe(0);
  });
});

describe("the jobs of product usage", () => {
  it("wake up what a crash left undone, and nothing when all is done", async () => {
    const { product, count, deps, world } = await newTenantWithProduct();
    const woken: string[] = [];
    const queue = {
      enqueue: async (_: string, payload: object) => void woken.push(JSON.stringify(payload)),
      work: () => Promise.resolve(),
      schedule: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    };
    const own = JSON.stringify({ tenantId: world.tenantId });
    await product.send(track("ann", "Opened", OF_GROUP));
    await sweepUsage({ ...deps(), queue });
    expect(woken).toContain(own);
    await count();
    woken.length = 0;
    await sweepUsage({ ...deps(), queue });
    expect(woken).not.toContain(own);
    await moveUsageWindows({ ...deps(31), queue });
    expect(woken).toContain(own);
  });

  it("say how fresh a tenant's product is, and forget events after three days", async () => {
    const { product, count, deps, world } = await newTenantWithProduct();
    const seen = async () =>
      (await tenantSources(stores.connections, world.tenantId, deps().usage)).seen.usage;
    expect(await seen()).toBeUndefined();
    await product.send(track("ann", "Opened", OF_GROUP));
    await count();
    expect(await seen()).toBeInstanceOf(Date);
    const kept = async () =>
      (await database.query("SELECT 1 FROM inbox WHERE tenant_id = $1", [world.tenantId])).length;
    const queue = {
      enqueue: async () => undefined,
      work: async () => undefined,
      schedule: async () => undefined,
      stop: async () => undefined,
    };
    await forgetUsageEvents({ ...deps(2), queue });
    expect(await kept()).toBe(1);
    await forgetUsageEvents({ ...deps(4), queue });
    expect(await kept()).toBe(0);
  });
});

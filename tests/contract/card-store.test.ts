import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS, type HealthResult } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createCardStore } from "../../server/src/adapters/db/card-store.ts";
import type { CardParts, FoundCard, KeptCard, StoredCorrection } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
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
  type World,
  zendeskTicket,
} from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const FRESHNESS = [
  { source: "crm", label: "HubSpot", lastSeenAt: NOW.toISOString(), limitHours: 24, isStale: false },
];

interface Customer {
  world: World;
  id: AccountId;
  /** Its company's. */
  record: ReturnType<typeof ref>;
}

forEachDatabase("CardStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const score = (world: World, id: AccountId, part: Partial<HealthResult> = {}): Promise<void> =>
    stores.scores.save(world.tenantId, [scoredAccount(id, healthResult(part))], []);
  const newCustomer = async (world: World, company: string = randomUUID()): Promise<Customer> => {
    const id = accountId.parse(randomUUID());
    const record = ref("company", company);
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: inDays(-400) }],
      links: [{ ref: record, accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    await score(world, id);
    return { world, id, record };
  };
  const find = (
    { world, record }: Pick<Customer, "world" | "record">,
    { now = NOW, audience = "csm", cards = stores.cards } = {},
  ): Promise<FoundCard | null> => cards.find({ tenant: world.tenantId, ref: record, audience, now });
  const known = async (customer: Customer): Promise<FoundCard> => {
    const found = await find(customer);
    if (found === null) throw new Error("there is no account");
    return found;
  };
  const partsOf = async ({ world, id }: Pick<Customer, "world" | "id">, now = NOW): Promise<CardParts> => {
    const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY_MS);
    const asked = { tenant: world.tenantId, accountId: id, now, weekAgo: daysAgo(7), monthAgo: daysAgo(30) };
    const parts = await stores.cards.parts({ ...asked, trendSince: daysAgo(183) });
    if (parts === null) throw new Error("there is no account");
    return parts;
  };
  const keep = async (customer: Customer, part: Partial<KeptCard> = {}): Promise<void> =>
    stores.cards.keep({
      tenant: customer.world.tenantId,
      accountId: customer.id,
      audience: "csm",
      basis: (await partsOf(customer)).basis,
      builtAt: NOW,
      agesDays: [7, 30, 183],
      validUntil: inDays(7),
      body: `{"account":"${customer.id}"}`,
      freshness: FRESHNESS,
      ...part,
    });
  const isReady = async (customer: Customer, now = NOW): Promise<boolean> =>
    (await find(customer, { now }))?.card !== null;
  const correction = ({ id }: Customer): StoredCorrection => ({
    id: randomUUID(),
    accountId: id,
    target: "score",
    direction: "too_high",
    reason: "They told us.",
    evidence: null,
    override: null,
    shown: { healthScore: 71.5, band: "yellow", churnProbability: 0.04, versions: "default-1/prior-1" },
    author: "hubspot:7",
    authorName: "HubSpot user 7",
    createdAt: NOW,
    expiresAt: inDays(30),
    withdrawnAt: null,
    withdrawnBy: null,
  });

  it("gives the very text back that was kept, with the places as they are, until something is erased", async () => {
    const customer = await newCustomer(await newWorld(stores));
    const { tenantId, hubspot } = customer.world;
    expect(await find(customer)).toMatchObject({ accountId: customer.id, card: null });
    const body = '{"name":"😀 \\" \\u0000 \\\\"}';
    await keep(customer, { body });
    // connected at the same moment
    const placesOf = async () =>
      (await known(customer)).places.toSorted((a, b) => (a.platform < b.platform ? -1 : 1));
    expect((await known(customer)).card).toEqual({ body, freshness: FRESHNESS });
    await stores.connections.update(hubspot, { syncedAt: inDays(-1), status: "disconnected" });
    expect(await placesOf()).toMatchObject([
      { platform: "hubspot", status: "disconnected", syncedAt: inDays(-1) },
      { platform: "zendesk", status: "active", syncedAt: null },
    ]);
    expect(await isReady(customer)).toBe(true);
    await keep(customer, { body: "{}", freshness: null });
    expect((await known(customer)).card).toEqual({ body: "{}", freshness: null });
    const erased = { kind: "erased", ref: ref("contact", "1") } as const;
    await stores.fates.settle(tenantId, [erased], NOW);
    expect(await isReady(customer)).toBe(false);
  });

  it("has a card for its audience and its tenant alone", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const ours = await newCustomer(world, "42");
    const theirs = await newCustomer(other, "42");
    await keep(ours);
    expect((await find(ours, { audience: "agent zendesk:unverified" }))?.card).toBeNull();
    expect(await find(theirs)).toMatchObject({ accountId: theirs.id, card: null });
    await keep(theirs, { accountId: ours.id, basis: (await partsOf(ours)).basis });
    expect((await find(theirs))?.card).toBeNull();
    expect(await find({ world: other, record: ref("company", "43") })).toBeNull();
    const erased = { kind: "erased", ref: ref("contact", "1") } as const;
    await stores.fates.settle(other.tenantId, [erased], NOW);
    expect(await isReady(ours)).toBe(true);
  });

  it("finds the account of a record beside it, as the ledger does", async () => {
    const world = await newWorld(stores);
    const customer = await newCustomer(world, "7");
    const records = [ticket("9", [ref("contact", "8")]), linked(ref("contact", "8"), [customer.record])];
    await stores.ledger.commit(change(world, { records }));
    await keep(customer);
    for (const record of [ref("contact", "8"), zendeskTicket("9")]) {
      expect(await stores.ledger.accountOf(world.tenantId, record)).toBe(customer.id);
      expect(await find({ world, record })).toMatchObject({
        accountId: customer.id,
        card: { body: expect.any(String) },
      });
    }
  });

  const changes: [string, (customer: Customer) => Promise<unknown>][] = [
    ["a new result", ({ world, id }) => score(world, id, { scoredAt: inDays(1).toISOString() })],
    ["the same result, stored again", ({ world, id }) => score(world, id)],
    ["a correction", (customer) => stores.corrections.save(customer.world.tenantId, correction(customer))],
    [
      "a new name",
      ({ world, id }) =>
        stores.accounts.link(world.tenantId, {
          accounts: [{ id, name: "Acme Ltd", createdAt: NOW }],
          links: [],
          suggestions: [],
        }),
    ],
    [
      "another party",
      ({ world, id }) =>
        stores.accounts.link(world.tenantId, {
          accounts: [],
          links: [{ ref: ref("organization", "77"), accountId: id, rule: "domain" }],
          suggestions: [],
        }),
    ],
    [
      "results of the past",
      ({ world, id }) =>
        stores.scores.saveReconstructed(world.tenantId, [
          { accountId: id, result: healthResult({ scoredAt: inDays(-50).toISOString() }) },
        ]),
    ],
    [
      "another portal",
      ({ world }) =>
        stores.connections.connect(
          {
            tenantId: world.tenantId,
            platform: "zendesk",
            externalId: randomUUID(),
            mode: "oauth",
            scopes: [],
          },
          { accessToken: "x", refreshToken: null, expiresAt: null, webhookSecret: null, appSecret: null },
          NOW,
        ),
    ],
  ];
  it.each(changes)("is out of date after %s, and ready again when it was built anew", async (_, happens) => {
    const customer = await newCustomer(await newWorld(stores));
    await keep(customer);
    expect(await isReady(customer)).toBe(true);
    await happens(customer);
    expect(await isReady(customer)).toBe(false);
    await keep(customer);
    expect(await isReady(customer)).toBe(true);
  });

  it.each(changes)("is not kept where it was built before %s", async (_, happens) => {
    const customer = await newCustomer(await newWorld(stores));
    const { basis } = await partsOf(customer);
    await happens(customer);
    await keep(customer, { basis });
    expect(await isReady(customer)).toBe(false);
    const values = [customer.world.tenantId, customer.id];
    const kept = "SELECT 1 FROM ready_card WHERE tenant_id = $1 AND account_id = $2";
    expect(await under.database.query(kept, values)).toEqual([]);
  });

  it("is out of date when a word is taken back", async () => {
    const customer = await newCustomer(await newWorld(stores));
    const { id } = await stores.corrections.save(customer.world.tenantId, correction(customer));
    await keep(customer);
    await stores.corrections.withdraw(customer.world.tenantId, id, "hubspot:7", NOW);
    expect(await isReady(customer)).toBe(false);
  });

  it("is out of date when its party is gone or moves, when it takes another account in, and by words about that one", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1"), company("2"), organization("3")] }));
    const [one, two] = [await newCustomer(world, "1"), await newCustomer(world, "2")];
    for (const each of [one, two]) await keep(each);
    const ann = { id: "token:1", name: "Ann" };
    const merge = { kind: "merge", into: one.id, from: two.id } as const;
    const act = (action: Parameters<Stores["matches"]["act"]>[1][number]["action"]) =>
      stores.matches.act(world.tenantId, [{ id: randomUUID(), action }], {
        at: NOW,
        actor: ann,
        ownAccountOf: () => accountId.parse(randomUUID()),
      });
    expect(await act(merge)).toMatchObject([{ kind: "done" }]);
    expect(await isReady(one)).toBe(false);
    expect(await find(two)).toMatchObject({ accountId: one.id, card: null });
    await keep(one);
    expect(await isReady(one)).toBe(true);
    expect(await isReady(two)).toBe(true);
    await stores.corrections.save(world.tenantId, correction(two));
    expect(await isReady(one)).toBe(false);
    await keep(one);
    await stores.ledger.commit(change(world, { removed: [one.record] }));
    expect(await find(one)).toBeNull();
    expect(await isReady(two)).toBe(false);
  });

  it("is out of date for another build of the program", async () => {
    const customer = await newCustomer(await newWorld(stores));
    await keep(customer);
    const newer = createCardStore(under.database, async () => "newer");
    expect((await find(customer, { cards: newer }))?.card).toBeNull();
    expect(await isReady(customer)).toBe(true);
  });

  it("holds until the time that is said", async () => {
    const customer = await newCustomer(await newWorld(stores));
    await keep(customer, { validUntil: inDays(0.5) });
    expect(await isReady(customer, new Date(inDays(0.5).getTime() - 1))).toBe(true);
    expect(await isReady(customer, inDays(0.5))).toBe(false);
    await stores.cards.dropExpired(inDays(0.5));
    expect(await isReady(customer, NOW)).toBe(false);
  });

  it("holds until a result comes of an age that counts", async () => {
    const world = await newWorld(stores);
    const customer = await newCustomer(world);
    await stores.scores.saveReconstructed(world.tenantId, [
      { accountId: customer.id, result: healthResult({ scoredAt: inDays(-182.75).toISOString() }) },
      { accountId: customer.id, result: healthResult({ scoredAt: inDays(-29.5).toISOString() }) },
    ]);
    for (const [agesDays, days] of [
      [[183], 0.25],
      [[7, 30, 183], 0.25],
      [[7, 30], 0.5],
      [[7], 7],
    ] as const) {
      await keep(customer, { agesDays, validUntil: inDays(9) });
      expect([agesDays, await isReady(customer, new Date(inDays(days).getTime() - 1))]).toEqual([
        agesDays,
        true,
      ]);
      expect([agesDays, await isReady(customer, inDays(days))]).toEqual([agesDays, false]);
    }
  });

  it("tells what a card is made of as the other stores do, of the survivor where it was merged", async () => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records: [company("1"), company("2")] }));
    const [one, two] = [await newCustomer(world, "1"), await newCustomer(world, "2")];
    const past = [-40, -8.5, -8.25, -3].map((days, i) => ({
      accountId: one.id,
      result: healthResult({ scoredAt: inDays(days).toISOString(), healthScore: 40 + i }),
    }));
    await stores.scores.saveReconstructed(world.tenantId, past);
    const override = { kind: "band", band: "red" } as const;
    await stores.corrections.save(world.tenantId, { ...correction(one), override, expiresAt: inDays(2) });
    await stores.corrections.save(world.tenantId, { ...correction(two), createdAt: inDays(0.01) });
    const { tenantId } = world;
    const merge = { kind: "merge", into: one.id, from: two.id } as const;
    await stores.matches.act(tenantId, [{ id: randomUUID(), action: merge }], {
      at: NOW,
      actor: { id: "token:1", name: "Ann" },
      ownAccountOf: () => accountId.parse(randomUUID()),
    });
    const at = async (days: number) => (await stores.scores.at(tenantId, one.id, inDays(days)))?.result;
    for (const { id } of [one, two]) {
      const parts = await partsOf({ world, id });
      const { suggestions: _, ...account } = (await stores.accounts.find(tenantId, one.id)) ?? {};
      expect(parts.account).toEqual(account);
      expect(parts.account.links).toHaveLength(2);
      expect(parts.result).toEqual((await stores.scores.latest(tenantId, one.id))?.result);
      expect([parts.weekAgo, parts.monthAgo]).toEqual([await at(-7), await at(-30)]);
      expect([parts.weekAgo?.healthScore, parts.monthAgo?.healthScore]).toEqual([42, 40]);
      expect(parts.trend).toEqual(await stores.scores.trend(tenantId, one.id, inDays(-183)));
      expect(parts.corrections).toEqual(await stores.corrections.ofAccount(tenantId, one.id));
      expect(parts.corrections).toHaveLength(2);
      for (const [now, held] of [
        [NOW, 1],
        [inDays(2), 0],
      ] as const) {
        const { overrides } = await partsOf({ world, id }, now);
        const stored = await stores.corrections.overrides(tenantId, [one.id], now);
        expect(overrides).toEqual(stored.get(one.id) ?? []);
        expect(overrides).toHaveLength(held);
      }
    }
    const asked = { now: NOW, weekAgo: NOW, monthAgo: NOW, trendSince: NOW };
    const foreign = { ...asked, tenant: (await newWorld(stores)).tenantId, accountId: one.id };
    expect(await stores.cards.parts(foreign)).toBeNull();
  });

  it("keeps each card that was made at the same time, and one of those that were made of the same", async () => {
    const world = await newWorld(stores);
    const [one, two] = [await newCustomer(world), await newCustomer(world)];
    await Promise.all([one, two, one, two, one].map((customer) => keep(customer)));
    for (const each of [one, two])
      expect((await known(each)).card).toEqual({ body: `{"account":"${each.id}"}`, freshness: FRESHNESS });
  });

  it("gives everybody their own, however many ask at once", async () => {
    const worlds = [await newWorld(stores), await newWorld(stores)];
    const customers: Customer[] = [];
    for (let i = 0; i < 20; i++) {
      const world = worlds[i % 2];
      if (world) customers.push(await newCustomer(world, String(100 + i)));
    }
    for (const [i, customer] of customers.entries()) if (i % 3 > 0) await keep(customer);
    const asked = [...customers, ...customers.toReversed()];
    const found = await Promise.all(asked.map((customer) => find(customer)));
    expect(found.map((each) => [each?.accountId, each?.card?.body ?? null])).toEqual(
      asked.map((customer) => [
        customer.id,
        customers.indexOf(customer) % 3 > 0 ? `{"account":"${customer.id}"}` : null,
      ]),
    );
  });
});

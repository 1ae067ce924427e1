import { randomUUID } from "node:crypto";
import {
  type AccountId,
  accountId,
  DAY_MS,
  type HealthResult,
  memoryOf,
  type RecordRef,
} from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ScoredAccount } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount, scoreInputs } from "../support/scored-account.ts";
import {
  change,
  company,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  ticket,
  usage,
  type World,
} from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

forEachDatabase("ScoreStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newAccount = async (world: World, ...known: RecordRef[]): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    const parties = known.length > 0 ? known : [ref("company", id)];
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: NOW }],
      links: parties.map((party) => ({ ref: party, accountId: id, rule: "anchor" })),
      suggestions: [],
    });
    return id;
  };
  const scored = (
    id: AccountId,
    at: Date,
    part: Partial<HealthResult> = {},
    more: Partial<ScoredAccount> = {},
  ): ScoredAccount => scoredAccount(id, healthResult({ scoredAt: at.toISOString(), ...part }), more);
  const save = (world: World, ...accounts: ScoredAccount[]) =>
    stores.scores.save(world.tenantId, accounts, []);
  const history = async (world: World, id: AccountId) =>
    (await stores.scores.history(world.tenantId, id, ago(365))).map(({ result, isReconstructed }) => [
      result.scoredAt.slice(0, 10),
      result.healthScore,
      isReconstructed,
    ]);

  it("gives an account's whole ledger, oldest observation first, and that of no other tenant", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    for (const each of [world, other])
      await stores.ledger.commit(
        change(each, {
          records: [company("1"), organization("2")],
          observations: [
            usage("1", "2026-02-03T00:00:00.000Z", 3),
            usage("1", "2026-02-01T00:00:00.123Z", each === world ? 1 : 99),
          ],
        }),
      );
    const id = await newAccount(world, ref("company", "1"), ref("organization", "2"));
    const silent = await newAccount(world);
    const ledgers = await stores.scores.ledgers(world.tenantId, [id, silent], NOW);
    expect(ledgers.find((ledger) => ledger.accountId === id)).toEqual({
      accountId: id,
      name: "Acme",
      createdAt: NOW,
      subjects: ["hubspot:company:1", "zendesk:organization:2"],
      position: expect.stringMatching(/^[1-9][0-9]*$/),
      overrides: [],
      memories: [],
      lostAt: null,
      frozen: null,
      links: [
        { ref: ref("company", "1"), accountId: id, rule: "anchor" },
        { ref: ref("organization", "2"), accountId: id, rule: "anchor" },
      ],
      observations: [usage("1", "2026-02-01T00:00:00.123Z", 1), usage("1", "2026-02-03T00:00:00.000Z", 3)],
      latestAt: null,
      monthAgo: null,
    });
    expect(ledgers.find((ledger) => ledger.accountId === silent)?.observations).toEqual([]);
    expect(await stores.scores.ledgers(other.tenantId, [id], NOW)).toEqual([]);
  });

  it("gives back what it saved to the last bit", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const result = healthResult({
      healthScore: 61.30000000000001,
      coverage: 1 / 3,
      nextStep: 'Call "Zoë" 🚀',
    });
    const inputs = scoreInputs({ position: "9007199254740991", previous: memoryOf(result, null) });
    const memories = [memoryOf(result, null)];
    await save(world, scoredAccount(id, result, { inputs, memories }));
    expect(await stores.scores.latest(world.tenantId, id)).toEqual({ result, isReconstructed: false });
    const [ledger] = await stores.scores.ledgers(world.tenantId, [id], NOW);
    expect(ledger).toMatchObject({ latestAt: NOW, frozen: null, memories });
    expect(await stores.scores.latest((await newWorld(stores)).tenantId, id)).toBeNull();
    const { accounts } = await stores.accounts.list(world.tenantId, { after: null, limit: 1 });
    expect(accounts[0]?.latest?.result).toEqual(result);
    const lost = healthResult({ ...result, lostAt: ago(2).toISOString() });
    await save(world, scoredAccount(id, lost, { inputs, memories }));
    const [frozen] = await stores.scores.ledgers(world.tenantId, [id], NOW);
    expect(frozen?.frozen).toEqual({ result: lost, inputs });
  });

  it("adds to the history what changed, not what was only calculated again", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    await save(world, scored(id, ago(3), { healthScore: 70 }));
    await save(world, scored(id, ago(2), { healthScore: 70, ageDays: 1 }));
    await save(world, scored(id, ago(1), { healthScore: 65 }));
    expect(await history(world, id)).toEqual([
      ["2026-02-26", 70, false],
      ["2026-02-28", 65, false],
    ]);
    const trend = await stores.scores.trend(world.tenantId, id, ago(365));
    expect(trend.map(({ at, ...point }) => [at.toISOString().slice(0, 10), point])).toEqual([
      ["2026-02-26", { healthScore: 70, isReconstructed: false }],
      ["2026-02-28", { healthScore: 65, isReconstructed: false }],
    ]);
    expect(await stores.scores.trend((await newWorld(stores)).tenantId, id, ago(365))).toEqual([]);
    // what is current says when it was last calculated
    await save(world, scored(id, ago(0), { healthScore: 65 }));
    expect((await stores.scores.latest(world.tenantId, id))?.result.scoredAt).toBe(NOW.toISOString());
  });

  it("never lets an older calculation replace a newer one", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const want = (value: string) => ({
      desired: [{ connectionId: world.hubspot, ref: ref("company", "1"), values: { score: value } }],
    });
    await save(world, scored(id, ago(1), { healthScore: 40 }, want("40")));
    await save(world, scored(id, ago(2), { healthScore: 90 }, want("90")));
    expect((await stores.scores.latest(world.tenantId, id))?.result.healthScore).toBe(40);
    const rows = await stores.outbox.claim(world.hubspot, "company", 10, new Date());
    expect(rows.map((row) => row.values)).toEqual([{ score: "40" }]);
  });

  it("shows one point a day, the day's last, and the newest at a moment", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const hour = 3_600_000;
    for (const [i, healthScore] of [10, 20, 30].entries())
      await save(world, scored(id, new Date(ago(2).getTime() + i * hour), { healthScore }));
    await save(world, scored(id, ago(1), { healthScore: 40 }));
    expect(await history(world, id)).toEqual([
      ["2026-02-27", 30, false],
      ["2026-02-28", 40, false],
    ]);
    const at = async (when: Date) => (await stores.scores.at(world.tenantId, id, when))?.result.healthScore;
    expect(await at(new Date(ago(2).getTime() + hour))).toBe(20);
    expect(await at(ago(3))).toBeUndefined();
    expect(await at(NOW)).toBe(40);
  });

  it("adds reconstructed points without replacing calculated ones, once", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    await save(world, scored(id, ago(1), { healthScore: 50 }));
    const past = [ago(40), ago(33), ago(1)].map((at) => ({
      accountId: id,
      result: healthResult({ scoredAt: at.toISOString(), healthScore: 80 }),
    }));
    await stores.scores.saveReconstructed(world.tenantId, past);
    await stores.scores.saveReconstructed(world.tenantId, past);
    expect(await history(world, id)).toEqual([
      ["2026-01-20", 80, true],
      ["2026-01-27", 80, true],
      ["2026-02-28", 50, false],
    ]);
    const [ledger] = await stores.scores.ledgers(world.tenantId, [id], NOW);
    expect(ledger?.monthAgo).toEqual({ at: ago(33), healthScore: 80 });
    expect(ledger?.latestAt).toEqual(ago(1));
  });

  it("hands marked accounts out once, gives them back, and keeps what was marked again", async () => {
    const world = await newWorld(stores);
    for (let i = 0; i < 5; i++) await newAccount(world);
    const [one, two] = await Promise.all([
      stores.scores.claimAccounts(world.tenantId, 3),
      stores.scores.claimAccounts(world.tenantId, 3),
    ]);
    expect(new Set([...one, ...two].map((claim) => claim.accountId)).size).toBe(5);
    expect(await stores.scores.tenantsWithMarks()).not.toContain(world.tenantId);
    await stores.scores.releaseAccounts(one, new Date(Date.now() - 1_000));
    expect(await stores.scores.tenantsWithMarks()).toContain(world.tenantId);
    expect(await stores.scores.claimAccounts(world.tenantId, 10)).toHaveLength(one.length);
    expect(await stores.scores.markAll(world.tenantId)).toBe(5);
    await stores.scores.save(world.tenantId, [], [...one, ...two]);
    const again = await stores.scores.claimAccounts(world.tenantId, 10);
    expect(again).toHaveLength(5);
    await stores.scores.save(world.tenantId, [], again);
    expect(await stores.scores.claimAccounts(world.tenantId, 10)).toEqual([]);
  });

  it("lets others have the accounts of a process that died", async () => {
    const world = await newWorld(stores);
    await newAccount(world);
    const dying = await storesOfProcess(under.database);
    expect(await dying.scores.claimAccounts(world.tenantId, 10)).toHaveLength(1);
    await dying.ageHeartbeat(11);
    expect(await stores.scores.claimAccounts(world.tenantId, 10)).toHaveLength(1);
    await dying.lease.end();
  });

  it("marks the accounts of its tenant alone", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    for (const each of [world, other]) {
      await newAccount(each);
      await stores.scores.save(each.tenantId, [], await stores.scores.claimAccounts(each.tenantId, 10));
    }
    expect(await stores.scores.markAll(world.tenantId)).toBe(1);
    expect(await stores.scores.claimAccounts(other.tenantId, 10)).toEqual([]);
  });

  it("wants the band on open tickets of the account's organizations, and takes none that are solved", async () => {
    const world = await newWorld(stores);
    const [mine, theirs] = [ref("organization", "1"), ref("organization", "2")];
    await stores.ledger.commit(
      change(world, {
        connectionId: world.zendesk,
        records: [
          organization("1"),
          organization("2"),
          ticket("10", [mine]),
          ticket("11", [mine], "pending"),
          ticket("12", [mine], "solved"),
          ticket("13", [theirs]),
        ],
      }),
    );
    const id = await newAccount(world, mine);
    const band = (value: string, at: Date) =>
      save(world, scored(id, at, {}, { ticketBand: { connectionId: world.zendesk, value } }));
    const claim = () => stores.outbox.claim(world.zendesk, "ticket", 10, new Date());
    await band("", ago(3));
    expect(await claim()).toEqual([]);
    await band("bellwether_band_red", ago(2));
    const rows = await claim();
    expect(rows.map((row) => row.ref.id).toSorted()).toEqual(["10", "11"]);
    await stores.outbox.settle(
      world.zendesk,
      rows.map((row) => ({ row, outcome: { kind: "confirmed" } })),
      new Date(),
    );
    await band("bellwether_band_red", ago(1));
    expect(await claim()).toEqual([]);
    await stores.ledger.commit(
      change(world, { connectionId: world.zendesk, records: [ticket("14", [mine])] }),
    );
    await band("bellwether_band_red", NOW);
    expect((await claim()).map((row) => row.ref.id)).toEqual(["14"]);
  });
});

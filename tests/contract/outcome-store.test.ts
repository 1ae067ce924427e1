import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredOutcome } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { change, newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

forEachDatabase("OutcomeStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newAccount = async (world: World): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: NOW }],
      links: [{ ref: ref("company", id), accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    return id;
  };
  /** Scored, so that a mark is one that the outcome made. */
  const settled = async (world: World): Promise<void> => {
    await stores.scores.save(world.tenantId, [], await stores.scores.claimAccounts(world.tenantId, 100));
  };
  const marked = async (world: World): Promise<AccountId[]> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
    return claims.map((claim) => claim.accountId);
  };
  const outcome = (
    account: AccountId,
    part: Partial<StoredOutcome> = {},
  ): Omit<StoredOutcome, "retractedBy" | "retractedAt"> => ({
    id: randomUUID(),
    accountId: account,
    kind: "churned",
    at: ago(10),
    source: "deal",
    sourceKey: "hubspot:deal:1",
    reason: null,
    note: null,
    recordedBy: "system",
    recordedAt: NOW,
    ...part,
  });
  const believed = async (world: World, ...accounts: AccountId[]) =>
    (await stores.outcomes.believed(world.tenantId, accounts)).get(accounts[0] ?? accountId.parse(""));

  it("gives back what it saved, and marks the account", async () => {
    const world = await newWorld(stores);
    const [id, other] = [await newAccount(world), await newAccount(world)];
    await settled(world);
    const saved = outcome(id, { reason: "price", note: 'Too dear, said "Zoë" 🚀' });
    stores.sent.length = 0;
    expect(await stores.outcomes.save(world.tenantId, [saved])).toBe(1);
    expect(stores.sent).toEqual([{ name: "score-accounts", payload: { tenantId: world.tenantId } }]);
    expect(await marked(world)).toEqual([id]);
    expect(await stores.outcomes.ofAccount(world.tenantId, id)).toEqual([
      { ...saved, retractedBy: null, retractedAt: null },
    ]);
    expect(await stores.outcomes.ofAccount(world.tenantId, other)).toEqual([]);
  });

  it("counts what is told twice once, also within one call", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const first = outcome(id);
    expect(await stores.outcomes.save(world.tenantId, [first, outcome(id)])).toBe(1);
    await settled(world);
    expect(await stores.outcomes.save(world.tenantId, [outcome(id)])).toBe(0);
    expect(await marked(world)).toEqual([]);
    expect(await stores.outcomes.ofAccount(world.tenantId, id)).toHaveLength(1);
    expect(await stores.outcomes.save(world.tenantId, [outcome(id, { kind: "contracted" })])).toBe(1);
    expect(await stores.outcomes.save(world.tenantId, [outcome(id, { sourceKey: "hubspot:deal:2" })])).toBe(
      1,
    );
    expect(await stores.outcomes.save(world.tenantId, [outcome(id, { source: "event" })])).toBe(1);
    expect(await stores.outcomes.counts(world.tenantId)).toEqual({
      renewed: 0,
      churned: 3,
      contracted: 1,
      expanded: 0,
    });
  });

  it("follows an automatic source that corrects itself, but leaves a person's word as it was", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const mine = outcome(id, { source: "person", sourceKey: "p1", note: "They told me." });
    await stores.outcomes.save(world.tenantId, [outcome(id), mine]);
    const changes = [
      outcome(id, { at: ago(12), reason: "support" }),
      { ...mine, id: randomUUID(), note: "No, they did not." },
    ];
    expect(await stores.outcomes.save(world.tenantId, changes)).toBe(1);
    const stored = await stores.outcomes.ofAccount(world.tenantId, id);
    expect(stored.map(({ source, at, reason, note }) => [source, at, reason, note])).toEqual([
      ["person", ago(10), null, "They told me."],
      ["deal", ago(12), "support", null],
    ]);
  });

  it("keeps what was taken back, believes it no longer, and lets nobody tell it again", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const taken = outcome(id);
    await stores.outcomes.save(world.tenantId, [taken]);
    await settled(world);
    await stores.outcomes.retract(world.tenantId, taken.id, "token:1", NOW);
    expect(await marked(world)).toEqual([id]);
    await stores.outcomes.retract(world.tenantId, taken.id, "token:2", ago(-1));
    expect(await stores.outcomes.save(world.tenantId, [outcome(id, { at: ago(3) })])).toBe(0);
    expect(await believed(world, id)).toBeUndefined();
    expect(await stores.outcomes.ofAccount(world.tenantId, id)).toEqual([
      { ...taken, retractedBy: "token:1", retractedAt: NOW },
    ]);
    expect((await stores.outcomes.counts(world.tenantId)).churned).toBe(0);
  });

  it("brings back what the synchronisation took back, once it is true again", async () => {
    const world = await newWorld(stores);
    const id = await newAccount(world);
    const reopened = outcome(id);
    await stores.outcomes.save(world.tenantId, [reopened]);
    await stores.outcomes.retract(world.tenantId, reopened.id, "system", NOW);
    expect(await stores.outcomes.save(world.tenantId, [outcome(id)])).toBe(1);
    expect((await believed(world, id))?.map((each) => each.id)).toEqual([reopened.id]);
  });

  it("gives those of many accounts at once, oldest first", async () => {
    const world = await newWorld(stores);
    const [one, two, none] = [await newAccount(world), await newAccount(world), await newAccount(world)];
    await stores.outcomes.save(world.tenantId, [
      outcome(one, { at: ago(1), sourceKey: "b" }),
      outcome(two, { at: ago(5) }),
      outcome(one, { at: ago(9), sourceKey: "a", kind: "renewed" }),
    ]);
    const found = await stores.outcomes.believed(world.tenantId, [one, two, none]);
    expect(found.get(one)?.map((each) => each.sourceKey)).toEqual(["a", "b"]);
    expect(found.get(two)).toHaveLength(1);
    expect(found.has(none)).toBe(false);
    expect((await stores.outcomes.ofAccount(world.tenantId, one)).map((each) => each.sourceKey)).toEqual([
      "b",
      "a",
    ]);
  });

  it("gives what the ledger says about outcomes, and nothing else of it", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const id = await newAccount(world);
    const base = { subject: `hubspot:company:${id}`, source: "hubspot", at: ago(3).toISOString() } as const;
    const stage = { ...base, kind: "profile", key: "lifecycleStage", value: "customer" } as const;
    const deal = {
      ...base,
      kind: "deal",
      key: "hubspot:1",
      value: { dealType: "renewal", status: "lost" },
    } as const;
    const rest = { ...base, kind: "profile", key: "name", value: "Acme" } as const;
    for (const each of [world, other])
      await stores.ledger.commit(change(each, { observations: [stage, deal, rest] }));
    const found = (await stores.outcomes.evidence(world.tenantId, [id])).get(id) ?? [];
    expect(found.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))).toEqual([deal, stage]);
    expect((await stores.outcomes.evidence(other.tenantId, [id])).size).toBe(0);
  });

  it("finds accounts by their ids and parties", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const [id, nobody] = [await newAccount(world), accountId.parse(randomUUID())];
    const named = { accounts: [id, nobody], parties: [ref("company", id), ref("company", "none")] };
    const known = await stores.outcomes.known(world.tenantId, named);
    expect([...known.accounts]).toEqual([id]);
    expect([...known.parties]).toEqual([[`hubspot:company:${id}`, id]]);
    const foreign = await stores.outcomes.known(other.tenantId, named);
    expect([foreign.accounts.size, foreign.parties.size]).toEqual([0, 0]);
  });

  it("knows nothing of another tenant's outcomes and accounts", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const id = await newAccount(world);
    const saved = outcome(id);
    await stores.outcomes.save(world.tenantId, [saved]);
    expect(await stores.outcomes.ofAccount(other.tenantId, id)).toEqual([]);
    expect(await believed(other, id)).toBeUndefined();
    expect((await stores.outcomes.counts(other.tenantId)).churned).toBe(0);
    await expect(stores.outcomes.retract(other.tenantId, saved.id, "x", NOW)).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await stores.outcomes.save(other.tenantId, [outcome(id, { sourceKey: "theirs" })])).toBe(0);
    expect(await believed(world, id)).toHaveLength(1);
  });
});

import { randomUUID } from "node:crypto";
import { type AccountId, accountId, DAY_MS, type Override } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredCorrection } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);
const RED: Override = { kind: "band", band: "red" };
const FIVE: Override = { kind: "points", points: 5 };

forEachDatabase("CorrectionStore", (under) => {
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
    await settle(world);
    return id;
  };
  const correction = (account: AccountId, part: Partial<StoredCorrection> = {}): StoredCorrection => ({
    id: randomUUID(),
    accountId: account,
    target: "score",
    direction: "too_high",
    reason: 'They told us on the phone: "we leave" \u0000 😀',
    evidence: null,
    override: null,
    shown: { healthScore: 71.5, band: "yellow", churnProbability: 0.04, versions: "default-1/prior-1" },
    author: "hubspot:7",
    authorName: "HubSpot user 7",
    createdAt: NOW,
    expiresAt: inDays(30),
    withdrawnAt: null,
    withdrawnBy: null,
    ...part,
  });
  /** Accounts waiting to be scored; none is any more. */
  const settle = async (world: World): Promise<AccountId[]> => {
    const claims = await stores.scores.claimAccounts(world.tenantId, 100);
    await stores.scores.save(world.tenantId, [], claims);
    return claims.map((claim) => claim.accountId);
  };
  const save = (world: World, account: AccountId, part: Partial<StoredCorrection> = {}) =>
    stores.corrections.save(world.tenantId, correction(account, part));
  const overridesOf = async (world: World, account: AccountId, now = NOW) =>
    (await stores.corrections.overrides(world.tenantId, [account], now)).get(account) ?? [];

  it("keeps what was said, and shows it to no other tenant", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const account = await newAccount(world);
    const given = correction(account, { evidence: "https://example.com/call", override: RED });
    const stored = await stores.corrections.save(world.tenantId, given);
    expect(stored).toEqual({ ...given, reason: given.reason.replace("\u0000", "\uFFFD") });
    expect(await stores.corrections.find(world.tenantId, given.id)).toEqual(stored);
    expect(await stores.corrections.ofAccount(world.tenantId, account)).toEqual([stored]);
    expect(await stores.corrections.find(other.tenantId, given.id)).toBeNull();
    expect(await stores.corrections.ofAccount(other.tenantId, account)).toEqual([]);
    expect(await stores.corrections.list(other.tenantId, { after: null, limit: 10 })).toEqual([]);
    expect(await overridesOf(other, account)).toEqual([]);
    await expect(stores.corrections.withdraw(other.tenantId, given.id, "x", NOW)).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(save(other, account)).rejects.toMatchObject({ code: "not_found" });
  });

  it("has an override scored at once, and a mere disagreement not", async () => {
    const world = await newWorld(stores);
    const account = await newAccount(world);
    stores.sent.length = 0;
    await save(world, account);
    expect([await settle(world), stores.sent]).toEqual([[], []]);
    const { id } = await save(world, account, { override: FIVE });
    expect(await settle(world)).toEqual([account]);
    expect(stores.sent).toEqual([{ name: "score-accounts", payload: { tenantId: world.tenantId } }]);
    await stores.corrections.withdraw(world.tenantId, id, "hubspot:7", later(9));
    expect(await settle(world)).toEqual([account]);
    expect(stores.sent).toHaveLength(2);
  });

  it("takes the same words of the same person within a minute for one, also when both come at once", async () => {
    const world = await newWorld(stores);
    const account = await newAccount(world);
    const [one, two] = await Promise.all([save(world, account), save(world, account)]);
    expect(two.id).toBe(one.id);
    const others: Partial<StoredCorrection>[] = [
      { author: "hubspot:8" },
      { reason: "Something else." },
      { target: "churn_risk" },
      { direction: "too_low" },
      { override: RED },
      { createdAt: later(61) },
    ];
    for (const other of others) await save(world, account, { createdAt: later(1), ...other });
    expect(await stores.corrections.ofAccount(world.tenantId, account)).toHaveLength(1 + others.length);
    await stores.corrections.withdraw(world.tenantId, one.id, "hubspot:7", later(2));
    expect((await save(world, account, { createdAt: later(3), direction: "too_high" })).id).not.toBe(one.id);
  });

  it("withdraws once; the first withdrawal stands", async () => {
    const world = await newWorld(stores);
    const { id } = await save(world, await newAccount(world), { override: RED });
    const first = await stores.corrections.withdraw(world.tenantId, id, "hubspot:7", later(5));
    expect(first).toMatchObject({ withdrawnBy: "hubspot:7", withdrawnAt: later(5) });
    expect(await stores.corrections.withdraw(world.tenantId, id, "admin", later(9))).toEqual(first);
    await expect(stores.corrections.withdraw(world.tenantId, randomUUID(), "x", NOW)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("lets one override count: the newest, which an older one does not outlive", async () => {
    const world = await newWorld(stores);
    const [account, other] = [await newAccount(world), await newAccount(world)];
    await save(world, account, { override: RED, expiresAt: inDays(30) });
    expect(await overridesOf(world, account)).toMatchObject([{ kind: "band", by: "HubSpot user 7" }]);
    const short = await save(world, account, {
      override: FIVE,
      createdAt: later(5),
      expiresAt: inDays(2),
    });
    const at = later(10);
    expect(await overridesOf(world, account, at)).toEqual([
      {
        ...FIVE,
        correctionId: short.id,
        reason: short.reason,
        by: "HubSpot user 7",
        at: later(5).toISOString(),
        expiresAt: inDays(2).toISOString(),
      },
    ]);
    expect(await overridesOf(world, other, at)).toEqual([]);
    expect(await overridesOf(world, account, inDays(2))).toEqual([]);
    await stores.corrections.withdraw(world.tenantId, short.id, "hubspot:7", later(20));
    expect(await overridesOf(world, account, at)).toMatchObject([RED]);
  });

  it("lists all of a tenant in pages", async () => {
    const world = await newWorld(stores);
    const account = await newAccount(world);
    for (const reason of ["one", "two", "three"]) await save(world, account, { reason });
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await stores.corrections.list(world.tenantId, { after, limit: 2 });
      seen.push(...page.map((row) => row.reason));
      if (page.length < 2) break;
      after = page.at(-1)?.id ?? null;
    }
    expect(seen.toSorted()).toEqual(["one", "three", "two"]);
  });

  it("marks accounts that show an override past its time, or miss the one that holds", async () => {
    const world = await newWorld(stores);
    const [shown, missed, fine, lost] = await Promise.all([1, 2, 3, 4].map(() => newAccount(world)));
    if (!shown || !missed || !fine || !lost) throw new Error("four accounts were made");
    const part = { override: RED, createdAt: later(60), expiresAt: inDays(1) };
    const old = await save(world, shown, part);
    const kept = await save(world, lost, part);
    await save(world, missed, { ...part, expiresAt: inDays(9) });
    await save(world, fine, { ...part, expiresAt: inDays(9) });
    await settle(world);
    const result = (account: AccountId, at: Date, correctionId: string | null, lostAt: string | null) =>
      scoredAccount(
        account,
        healthResult({
          scoredAt: at.toISOString(),
          lostAt,
          override: correctionId === null ? null : { ...OVERRIDE, correctionId },
        }),
      );
    await stores.scores.save(
      world.tenantId,
      [
        result(shown, later(61), old.id, null),
        result(missed, NOW, null, null),
        result(fine, later(61), null, null),
        result(lost, later(61), kept.id, NOW.toISOString()),
      ],
      [],
    );
    await stores.corrections.markOutdated(later(30));
    expect(await settle(world)).toEqual([]);
    await stores.corrections.markOutdated(later(120));
    expect(await settle(world)).toEqual([missed]);
    await stores.corrections.markOutdated(inDays(1));
    expect((await settle(world)).toSorted()).toEqual([missed, shown].toSorted());
  });
});

const OVERRIDE = {
  kind: "band" as const,
  band: "red" as const,
  points: null,
  reason: "r",
  by: "b",
  at: NOW.toISOString(),
  expiresAt: inDays(1).toISOString(),
  sentence: "s",
};

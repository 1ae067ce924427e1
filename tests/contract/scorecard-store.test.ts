import { randomUUID } from "node:crypto";
import { accountId, DAY_MS, SCORECARD_DEFAULT_V1, type Segment, type TenantId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ScorecardActivation, StoredScorecard } from "../../server/src/services/ports.ts";
import { forEachDatabase, newTenant } from "../support/database.ts";
import { newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";

const AT = new Date("2026-03-01T12:00:00.000Z");
const later = (days: number): Date => new Date(AT.getTime() + days * DAY_MS);

const card = (version: string, change: Partial<StoredScorecard> = {}): StoredScorecard => ({
  version,
  status: "draft",
  segments: ["new", "growing", "established"],
  definition: { ...SCORECARD_DEFAULT_V1, version },
  basedOn: "default-1",
  note: "why ‘not’ \u0000?",
  createdBy: "token:1",
  createdAt: AT,
  proposedBy: null,
  proposedAt: null,
  approvedBy: null,
  approvedAt: null,
  shadowSince: null,
  shadowUntil: null,
  backtest: null,
  updatedAt: AT,
  ...change,
});
const activation = (
  segment: Segment,
  version: string,
  change: Partial<ScorecardActivation> = {},
): Omit<ScorecardActivation, "id"> => ({
  segment,
  version,
  kind: "activation",
  at: AT,
  by: "token:1",
  ...change,
});

forEachDatabase("ScorecardStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const insert = async (tenant: TenantId, ...cards: StoredScorecard[]): Promise<void> => {
    for (const each of cards) await stores.scorecards.insert(tenant, each);
  };
  const statuses = async (tenant: TenantId) =>
    Object.fromEntries((await stores.scorecards.list(tenant)).map((each) => [each.version, each.status]));
  const known = async (tenant: TenantId, version: string): Promise<StoredScorecard> => {
    const found = await stores.scorecards.find(tenant, version);
    if (found === null) throw new Error(`${version} is not there`);
    return found;
  };

  it("gives back what was stored, to its tenant only", async () => {
    const tenant = newTenant();
    const stored = card("acme-1", {
      status: "proposed",
      proposedBy: "token:2",
      proposedAt: later(1),
      shadowSince: later(2),
      backtest: { state: "running", done: 3 },
    });
    await insert(tenant, stored);
    const expected = { ...stored, note: "why ‘not’ \uFFFD?" };
    expect(await stores.scorecards.find(tenant, "acme-1")).toEqual(expected);
    expect(await stores.scorecards.list(tenant)).toEqual([expected]);
    expect(await stores.scorecards.definition(tenant, "acme-1")).toEqual(stored.definition);
    const other = newTenant();
    expect(await stores.scorecards.find(other, "acme-1")).toBeNull();
    expect(await stores.scorecards.list(other)).toEqual([]);
    expect(await stores.scorecards.definition(other, "acme-1")).toBeNull();
    await insert(other, card("acme-1"));
  });

  it("takes a name once", async () => {
    const tenant = newTenant();
    await insert(tenant, card("acme-1"));
    await expect(insert(tenant, card("acme-1", { note: "second" }))).rejects.toMatchObject({
      code: "conflict",
    });
    expect((await known(tenant, "acme-1")).note).not.toBe("second");
  });

  it("lets the first of two people change it, and the second read again", async () => {
    const tenant = newTenant();
    await insert(tenant, card("acme-1"));
    const [one, two] = [await known(tenant, "acme-1"), await known(tenant, "acme-1")];
    const updatedAt = AT; // by the clock the same millisecond
    const first = await stores.scorecards.update(tenant, one, { note: "first", updatedAt });
    await expect(stores.scorecards.update(tenant, two, { note: "second", updatedAt })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("acme-1"),
    });
    await expect(stores.scorecards.remove(tenant, two)).rejects.toMatchObject({ code: "conflict" });
    expect(await known(tenant, "acme-1")).toEqual(first);
    const second = await stores.scorecards.update(tenant, first, { backtest: { state: "done" } });
    expect(second).toMatchObject({ note: "first", backtest: { state: "done" } });
    expect(await known(tenant, "acme-1")).toEqual(second);
    await expect(stores.scorecards.update(newTenant(), second, { note: "x" })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  it("removes drafts and nothing else", async () => {
    const tenant = newTenant();
    await insert(tenant, card("acme-1"), card("acme-2", { status: "proposed" }));
    await expect(stores.scorecards.remove(tenant, await known(tenant, "acme-2"))).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(stores.scorecards.remove(newTenant(), await known(tenant, "acme-1"))).rejects.toMatchObject({
      code: "conflict",
    });
    await stores.scorecards.remove(tenant, await known(tenant, "acme-1"));
    expect(await statuses(tenant)).toEqual({ "acme-2": "proposed" });
  });

  it("has one version in force per segment, and retires what no segment uses", async () => {
    const tenant = newTenant();
    await insert(tenant, card("a", { status: "proposed" }), card("b", { status: "proposed" }), card("c"));
    const { activate } = stores.scorecards;
    await activate(tenant, [activation("new", "a"), activation("growing", "a")]);
    expect(await statuses(tenant)).toEqual({ a: "active", b: "proposed", c: "draft" });
    await activate(tenant, [activation("new", "b")]);
    expect(await statuses(tenant)).toEqual({ a: "active", b: "active", c: "draft" });
    const { active } = await stores.scorecards.inForce(tenant, AT);
    expect([...active].map(([segment, { version }]) => [segment, version]).sort()).toEqual([
      ["growing", "a"],
      ["new", "b"],
    ]);
    await activate(tenant, [activation("growing", "b", { kind: "rollback" })]);
    expect(await statuses(tenant)).toEqual({ a: "retired", b: "active", c: "draft" });
    await activate(tenant, [activation("new", "default-1"), activation("growing", "default-1")]);
    expect(await statuses(tenant)).toEqual({ a: "retired", b: "retired", c: "draft" });
    expect((await stores.scorecards.inForce(tenant, AT)).active.size).toBe(0);
    await activate(tenant, [activation("new", "a")]);
    expect((await statuses(tenant))["a"]).toBe("active");
    const rows = await stores.scorecards.activations(tenant);
    expect(rows.map((row) => [row.segment, row.version, row.kind])).toEqual([
      ["new", "a", "activation"],
      ["growing", "default-1", "activation"],
      ["new", "default-1", "activation"],
      ["growing", "b", "rollback"],
      ["new", "b", "activation"],
      ["growing", "a", "activation"],
      ["new", "a", "activation"],
    ]);
    expect(rows[0]).toMatchObject({ at: AT, by: "token:1" });
    const other = newTenant();
    expect(await stores.scorecards.activations(other)).toEqual([]);
    expect((await stores.scorecards.inForce(other, AT)).active.size).toBe(0);
  });

  it("marks the tenant's accounts and wakes the scoring up", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const ids = [world, other].map(() => accountId.parse(randomUUID()));
    for (const [i, { tenantId }] of [world, other].entries()) {
      const id = accountId.parse(ids[i]);
      await stores.accounts.link(tenantId, {
        accounts: [{ id, name: "Acme", createdAt: AT }],
        links: [{ ref: ref("company", id), accountId: id, rule: "anchor" }],
        suggestions: [],
      });
      await stores.scores.save(tenantId, [], await stores.scores.claimAccounts(tenantId, 10));
    }
    await insert(world.tenantId, card("a"));
    await stores.scorecards.activate(world.tenantId, [activation("new", "a")]);
    expect(stores.sent.at(-1)).toEqual({ name: "score-accounts", payload: { tenantId: world.tenantId } });
    const claimed = await stores.scores.claimAccounts(world.tenantId, 10);
    expect(claimed.map((claim) => claim.accountId)).toEqual([ids[0]]);
    expect(await stores.scores.claimAccounts(other.tenantId, 10)).toEqual([]);
  });

  it("refuses a decision that another activation has overtaken, and does nothing of it", async () => {
    const tenant = newTenant();
    await insert(tenant, card("a"), card("b"));
    const { activate, activations } = stores.scorecards;
    const outcomes = await Promise.allSettled([
      activate(tenant, [activation("new", "a")], 0),
      activate(tenant, [activation("new", "b")], 0),
    ]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
    const [newest] = await activations(tenant);
    expect(await activations(tenant)).toHaveLength(1);
    await expect(activate(tenant, [activation("new", "b")], 0)).rejects.toMatchObject({ code: "conflict" });
    await activate(tenant, [activation("growing", "b")], newest?.id);
    expect(await activations(tenant)).toHaveLength(2);
  });

  it("has a version in its shadow period beside the active ones, until it ends or goes live", async () => {
    const tenant = newTenant();
    const period = { shadowSince: later(0), shadowUntil: later(14) };
    await insert(tenant, card("a", { status: "proposed", segments: ["new"], ...period }), card("b"));
    const shadow = async (days: number, of = tenant) =>
      (await stores.scorecards.inForce(of, later(days))).shadow.map((each) => [
        each.definition.version,
        each.segments,
      ]);
    expect(await shadow(-1)).toEqual([]);
    expect(await shadow(0)).toEqual([["a", ["new"]]]);
    expect(await shadow(13)).toEqual([["a", ["new"]]]);
    expect(await shadow(14)).toEqual([]);
    expect(await shadow(1, newTenant())).toEqual([]);
    await stores.scorecards.activate(tenant, [activation("new", "a")]);
    expect(await shadow(1)).toEqual([]);
  });
});

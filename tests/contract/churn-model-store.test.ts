import { randomUUID } from "node:crypto";
import { type AccountId, accountId, CHURN_PRIOR_V1, DAY_MS } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StoredChurnModel, TrainingRun } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

const model = (version: string, part: Partial<StoredChurnModel> = {}): StoredChurnModel => ({
  version,
  status: "challenger",
  model: {
    ...CHURN_PRIOR_V1,
    version,
    basis: "learned",
    intercept: { mean: -3.4500000000000006, sd: 1 / 3 },
  },
  report: { words: 'Better than "none" 🚀', counts: [1, null] },
  trainedAt: NOW,
  proposedBy: null,
  proposedAt: null,
  approvedBy: null,
  approvedAt: null,
  ...part,
});
const run = (part: Partial<TrainingRun> = {}): TrainingRun => ({
  id: randomUUID(),
  status: "running",
  detail: "Waiting to start.",
  done: 0,
  total: null,
  version: null,
  startedBy: "admin",
  startedAt: NOW,
  finishedAt: null,
  ...part,
});

forEachDatabase("ChurnModelStore", (under) => {
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
  const activate = (world: World, version: string, kind: "activation" | "rollback" = "activation") =>
    stores.churnModels.activate(world.tenantId, { version, kind, at: NOW, by: "admin" });
  const statuses = async (world: World) =>
    Object.fromEntries((await stores.churnModels.list(world.tenantId)).map((m) => [m.version, m.status]));

  it("gives back what it saved to the last bit, newest first, and takes no version twice", async () => {
    const world = await newWorld(stores);
    const [older, newer] = [model("a", { trainedAt: ago(1) }), model("b")];
    await stores.churnModels.insert(world.tenantId, older);
    await stores.churnModels.insert(world.tenantId, newer);
    expect(await stores.churnModels.list(world.tenantId)).toEqual([newer, older]);
    expect(await stores.churnModels.find(world.tenantId, "a")).toEqual(older);
    expect(await stores.churnModels.definition(world.tenantId, "a")).toEqual(older.model);
    expect(await stores.churnModels.find(world.tenantId, "c")).toBeNull();
    expect(await stores.churnModels.definition(world.tenantId, CHURN_PRIOR_V1.version)).toBeNull();
    await expect(stores.churnModels.insert(world.tenantId, model("a"))).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await stores.churnModels.find(world.tenantId, "a")).toEqual(older);
  });

  it("changes a status only from the one that it was thought to have", async () => {
    const world = await newWorld(stores);
    await stores.churnModels.insert(world.tenantId, model("a"));
    const proposal = { status: "proposed", proposedBy: "token:1", proposedAt: NOW } as const;
    expect(await stores.churnModels.update(world.tenantId, "a", "challenger", proposal)).toEqual(
      model("a", proposal),
    );
    await expect(
      stores.churnModels.update(world.tenantId, "a", "challenger", { status: "rejected" }),
    ).rejects.toMatchObject({ code: "conflict" });
    await expect(
      stores.churnModels.update(world.tenantId, "b", "challenger", { status: "rejected" }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(await statuses(world)).toEqual({ a: "proposed" });
  });

  it("puts one model in force at a time, and scores all accounts anew", async () => {
    const world = await newWorld(stores);
    for (let i = 0; i < 3; i++) await newAccount(world);
    await stores.scores.save(world.tenantId, [], await stores.scores.claimAccounts(world.tenantId, 10));
    for (const version of ["a", "b"]) await stores.churnModels.insert(world.tenantId, model(version));
    expect(await stores.churnModels.inForce(world.tenantId)).toBeNull();
    stores.sent.length = 0;
    await activate(world, "a");
    expect(stores.sent).toEqual([{ name: "score-accounts", payload: { tenantId: world.tenantId } }]);
    expect(await stores.scores.claimAccounts(world.tenantId, 10)).toHaveLength(3);
    expect(await stores.churnModels.inForce(world.tenantId)).toEqual(model("a").model);
    await activate(world, "b");
    expect(await statuses(world)).toEqual({ a: "retired", b: "active" });
    await activate(world, "a", "rollback");
    expect(await statuses(world)).toEqual({ a: "active", b: "retired" });
    expect(await stores.churnModels.inForce(world.tenantId)).toEqual(model("a").model);
    expect(
      (await stores.churnModels.activations(world.tenantId)).map(({ version, kind }) => [version, kind]),
    ).toEqual([
      ["a", "rollback"],
      ["b", "activation"],
      ["a", "activation"],
    ]);
  });

  it("goes back to the expert's prior, and to no model that is not there", async () => {
    const world = await newWorld(stores);
    await stores.churnModels.insert(world.tenantId, model("a"));
    await activate(world, "a");
    await expect(activate(world, "b")).rejects.toMatchObject({ code: "not_found" });
    expect(await statuses(world)).toEqual({ a: "active" });
    await activate(world, CHURN_PRIOR_V1.version, "rollback");
    expect(await stores.churnModels.inForce(world.tenantId)).toBeNull();
    expect(await statuses(world)).toEqual({ a: "retired" });
  });

  it("leaves one model active when two are activated at once", async () => {
    const world = await newWorld(stores);
    for (const version of ["a", "b"]) await stores.churnModels.insert(world.tenantId, model(version));
    await Promise.all([activate(world, "a"), activate(world, "b")]);
    const inForce = await stores.churnModels.inForce(world.tenantId);
    const active = Object.entries(await statuses(world)).filter(([, status]) => status === "active");
    expect(active).toEqual([[inForce?.version, "active"]]);
  });

  it("keeps the progress of a run, and gives the newest runs first", async () => {
    const world = await newWorld(stores);
    const [older, newer] = [run({ startedAt: ago(1) }), run()];
    await stores.churnModels.saveRun(world.tenantId, older);
    await stores.churnModels.saveRun(world.tenantId, newer);
    const done = {
      ...older,
      status: "done",
      detail: "A new model.",
      done: 9,
      total: 9,
      version: "a",
      finishedAt: NOW,
    } as const;
    await stores.churnModels.saveRun(world.tenantId, done);
    expect(await stores.churnModels.runs(world.tenantId, 10)).toEqual([newer, done]);
    expect(await stores.churnModels.runs(world.tenantId, 1)).toEqual([newer]);
  });

  it("gives what was predicted of each account at a moment, and nothing that was reconstructed", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const [id, silent, past] = [await newAccount(world), await newAccount(world), await newAccount(world)];
    const predicted = (at: Date, probability: number | null) => {
      const result = healthResult({ scoredAt: at.toISOString(), healthScore: at.getTime() % 100 });
      return { ...result, churnRisk: { ...result.churnRisk, probability, modelVersion: "a" } };
    };
    const save = (account: AccountId, at: Date, probability: number | null) =>
      stores.scores.save(world.tenantId, [scoredAccount(account, predicted(at, probability))], []);
    await save(id, ago(100), 0.1);
    await save(id, ago(95), 0.2);
    await save(id, ago(50), 0.3);
    await save(silent, ago(95), null);
    await stores.scores.saveReconstructed(world.tenantId, [
      { accountId: past, result: predicted(ago(95), 0.4) },
    ]);
    const at = (moment: Date) => stores.churnModels.predictions(world.tenantId, moment);
    expect(await at(ago(90))).toEqual([{ accountId: id, probability: 0.2, modelVersion: "a" }]);
    expect(await at(ago(99))).toEqual([{ accountId: id, probability: 0.1, modelVersion: "a" }]);
    expect(await at(ago(200))).toEqual([]);
    expect(await stores.churnModels.predictions(other.tenantId, ago(90))).toEqual([]);
  });

  it("knows nothing of another tenant's models and runs", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    await stores.churnModels.insert(world.tenantId, model("a"));
    await stores.churnModels.saveRun(world.tenantId, run());
    await activate(world, "a");
    expect(await stores.churnModels.list(other.tenantId)).toEqual([]);
    expect(await stores.churnModels.find(other.tenantId, "a")).toBeNull();
    expect(await stores.churnModels.inForce(other.tenantId)).toBeNull();
    expect(await stores.churnModels.activations(other.tenantId)).toEqual([]);
    expect(await stores.churnModels.runs(other.tenantId, 10)).toEqual([]);
    await expect(activate(other, "a")).rejects.toMatchObject({ code: "not_found" });
    // the same version in both
    await stores.churnModels.insert(other.tenantId, model("a"));
    await activate(other, CHURN_PRIOR_V1.version);
    expect(await statuses(world)).toEqual({ a: "active" });
  });
});

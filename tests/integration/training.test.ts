import { randomUUID } from "node:crypto";
import {
  type AccountId,
  type ChurnRisk,
  DAY_MS,
  modelReport,
  problem,
  type TenantId,
} from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { monitorChurnModel } from "../../server/src/services/monitor-churn-model.ts";
import type { StoredPrediction, TrainingRun } from "../../server/src/services/ports.ts";
import { trainChurnModel } from "../../server/src/services/train-churn-model.ts";
import { eventually } from "../support/eventually.ts";
import { type Book, type LearningServer, makeBook, startLearningServer } from "../support/learning-server.ts";
import { storageKinds } from "../support/one-company.ts";

const runOf = (part: Partial<TrainingRun>): TrainingRun => ({
  id: randomUUID(),
  status: "running",
  detail: "Reading histories: 10 accounts so far.",
  done: 10,
  total: null,
  version: null,
  startedBy: "admin",
  startedAt: new Date(),
  finishedAt: null,
  ...part,
});

interface ModelList {
  inUse: { version: string; basis: string };
  models: { version: string; status: string; isApproved: boolean; verdict: { verdict: string } }[];
}

describe.each(storageKinds)("learning from outcomes (%s)", (kind) => {
  let server: LearningServer;
  let none: Book;
  let few: Book;
  let many: Book;
  beforeAll(async () => {
    server = await startLearningServer(kind);
    none = await makeBook(server.parts, 30, Number.NEGATIVE_INFINITY, 1);
    few = await makeBook(server.parts, 90, -4.1, 2);
    many = await makeBook(server.parts, 500, -1.6, 3);
    for (const book of [none, few, many]) await known(book);
  }, 180_000);
  afterAll(() => server?.stop());

  /** Tells of the losses that the CRM does not know, and waits until all are believed. */
  const known = async (book: Book): Promise<void> => {
    const told = book.lost.filter((_, i) => i % 2 === 1);
    if (told.length > 0)
      await answer(
        server.call("POST", "/outcomes", book.tenant, {
          outcomes: told.map(({ companyId, at }) => ({
            companyId,
            kind: "churned",
            at: at.toISOString(),
            reason: "low_adoption",
            key: `loss ${companyId}`,
          })),
        }),
      );
    await server.parts.queue.enqueue("sync-outcomes", { tenantId: book.tenant });
    await eventually(async () => {
      const { churned } = await server.parts.outcomes.counts(book.tenant);
      expect(churned).toBe(book.lost.length);
    }, 60_000);
  };
  const answer = async <T>(response: Promise<Response>, status = 200): Promise<T> => {
    const given = await response;
    const text = await given.text();
    expect([given.status, text]).toEqual([status, expect.any(String)]);
    return JSON.parse(text) as T;
  };
  const refusal = async (response: Promise<Response>): Promise<[number, string]> => {
    const given = await response;
    return [given.status, problem.parse(await given.json()).detail];
  };
  const models = (tenant: TenantId) => answer<ModelList>(server.call("GET", "/churn-models", tenant));
  const runs = async (tenant: TenantId) =>
    (await answer<{ runs: TrainingRun[] }>(server.call("GET", "/churn-models/runs", tenant))).runs;
  const train = async (tenant: TenantId): Promise<TrainingRun> => {
    const { id } = await answer<TrainingRun>(server.call("POST", "/churn-models/train", tenant), 202);
    return eventually(async () => {
      const run = (await runs(tenant)).find((each) => each.id === id);
      expect(run?.status).not.toBe("running");
      return run as TrainingRun;
    }, 90_000);
  };
  const riskOf = async (tenant: TenantId, account: AccountId): Promise<ChurnRisk> =>
    (await answer<{ churnRisk: ChurnRisk }>(server.call("GET", `/accounts/${account}/health`, tenant)))
      .churnRisk;
  const kept = (book: Book): AccountId => {
    const lost = new Set(book.lost.map(({ account }) => account));
    const found = book.accounts.find((account) => !lost.has(account));
    if (found === undefined) throw new Error("everybody was lost");
    return found;
  };
  const post = (book: Book, path: string) => server.call("POST", `/churn-models/${path}`, book.tenant);

  it("stays with the expert's estimate where nothing was lost, and says why", async () => {
    const run = await train(none.tenant);
    expect([run.status, run.version]).toEqual(["not_enough_outcomes", null]);
    expect(run.detail).toContain("No lost customer with a known date is among the 30 customers");
    expect(await models(none.tenant)).toMatchObject({ inUse: { basis: "expert_prior" }, models: [] });
  });

  it("learns little from a few losses, and proves nothing by them", async () => {
    expect(few.lost.length).toBeGreaterThan(15);
    expect(few.lost.length).toBeLessThan(45);
    const run = await train(few.tenant);
    expect([run.status, run.done, run.total]).toEqual(["done", 90, 90]);
    const [model] = (await models(few.tenant)).models;
    expect(model).toMatchObject({ version: run.version, status: "challenger" });
    expect(["not_proven", "not_judged", "better"]).toContain(model?.verdict.verdict);
  });

  it("learns from many losses a model that is judged on what came later, twice the same to the last bit", async () => {
    expect(many.lost.length).toBeGreaterThan(250);
    const run = await train(many.tenant);
    expect([run.status, run.detail]).toEqual(["done", expect.stringContaining("A new model is there.")]);
    const version = run.version ?? "";
    const first = await answer<{ report: unknown; model: unknown }>(
      server.call("GET", `/churn-models/${version}`, many.tenant),
    );
    const report = modelReport.parse(first.report);
    expect(report.separates).toBe(true);
    expect(report.challenger?.auc?.low95).toBeGreaterThan(0.55);
    expect(report.againstBaseRate.verdict).toBe("better");
    expect(report.challenger?.brier).toBeLessThanOrEqual(report.champion.metrics?.brier ?? 0);
    const again = await train(many.tenant);
    expect([again.status, again.version]).toEqual(["done", version]);
    expect(again.detail).toContain("The outcomes are the same as before");
    expect((await models(many.tenant)).models).toHaveLength(1);
  }, 120_000);

  it("puts nothing in use without approval, scores with the approved model, and goes back", async () => {
    const version = (await models(many.tenant)).models[0]?.version ?? "";
    const account = kept(many);
    const before = await eventually(async () => {
      const risk = await riskOf(many.tenant, account);
      expect(risk.basis).toBe("expert_prior");
      return risk;
    }, 60_000);
    expect(await refusal(post(many, `${version}/activate`))).toEqual([
      409,
      expect.stringContaining("Nobody has approved"),
    ]);
    expect((await refusal(post(many, `${version}/approve`)))[0]).toBe(409);
    await answer(post(many, `${version}/propose`));
    expect((await refusal(post(many, `${version}/activate`)))[0]).toBe(409);
    const { token } = await answer<{ token: string }>(
      server.call("POST", "/tokens", many.tenant, { name: "a lead", role: "lead" }),
      201,
    );
    expect(await refusal(post(many, `${version}/approve`))).toEqual([
      403,
      expect.stringContaining("another lead or admin has to approve it"),
    ]);
    const approve = () =>
      server.call("POST", `/churn-models/${version}/approve`, many.tenant, undefined, token);
    await answer(approve());
    expect(await refusal(approve())).toEqual([409, expect.stringContaining("approved already")]);
    await answer(post(many, `${version}/activate`));
    const learned = await eventually(async () => {
      const risk = await riskOf(many.tenant, account);
      expect(risk.basis).toBe("learned");
      return risk;
    }, 60_000);
    expect(learned.modelVersion).toBe(version);
    expect(learned.probability).not.toBeCloseTo(before.probability ?? 0, 4);
    expect((await models(none.tenant)).inUse.basis).toBe("expert_prior");
    expect((await riskOf(few.tenant, kept(few))).basis).not.toBe("learned");
    expect((await refusal(post(many, `${version}/activate`)))[0]).toBe(409);

    expect(await answer(post(many, "rollback"))).toEqual({ version: "prior-1" });
    await eventually(async () => {
      const { probability, basis } = await riskOf(many.tenant, account);
      expect(basis).toBe("expert_prior");
      // the facts have aged by the minute that this took
      expect(probability).toBeCloseTo(before.probability ?? 0, 4);
    }, 60_000);
    expect(await refusal(post(many, "rollback"))).toEqual([
      409,
      expect.stringContaining("nothing to go back"),
    ]);
    // approved once, it may come back
    await answer(post(many, `${version}/activate`));
    await answer(post(many, "rollback"));
  }, 180_000);

  it("shows the report as a page without scripts", async () => {
    const version = (await models(many.tenant)).models[0]?.version ?? "";
    const page = await server.call("GET", `/churn-models/${version}/report`, many.tenant);
    expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const html = await page.text();
    expect(html).toContain("<svg");
    expect(html).toContain("Do the probabilities come true?");
    expect(html).not.toContain("<script");
  });

  it("keeps models to their tenant and to those who may", async () => {
    const version = (await models(many.tenant)).models[0]?.version ?? "";
    expect((await refusal(server.call("GET", `/churn-models/${version}`, few.tenant)))[0]).toBe(404);
    expect((await refusal(post(few, `${version}/propose`)))[0]).toBe(404);
    const { token } = await answer<{ token: string }>(
      server.call("POST", "/tokens", many.tenant, { name: "a csm", role: "csm" }),
      201,
    );
    const asCsm = (method: string, path: string) => server.call(method, path, many.tenant, undefined, token);
    expect((await asCsm("GET", `/churn-models/${version}/report`)).status).toBe(200);
    for (const path of [
      "train",
      "rollback",
      `${version}/propose`,
      `${version}/approve`,
      `${version}/activate`,
    ])
      expect((await refusal(asCsm("POST", `/churn-models/${path}`)))[0]).toBe(403);
  });

  it("says how the model in use stands, and that nothing is proven while its predictions are young", async () => {
    const monitor = await answer<{ accounts: number; calibration: { words: string }; warnings: string[] }>(
      server.call("GET", "/churn-models/monitor", few.tenant),
    );
    expect(monitor.accounts).toBe(few.accounts.length - few.lost.length);
    expect(monitor.calibration.words).toContain("Not proven yet");
    expect(monitor.warnings).toEqual([]);
  });

  it("warns when stored predictions do not agree with what happened since, and not when they do", async () => {
    const from = Date.now() - 90 * DAY_MS;
    const recent = many.lost.filter(({ at }) => at.getTime() > from);
    expect(recent.length).toBeGreaterThan(5);
    const customers = many.accounts.length - many.lost.length + recent.length;
    const monitorWith = (probability: number, modelVersion = "prior-1") => {
      const predictions = async (_: TenantId, at: Date): Promise<StoredPrediction[]> =>
        at.getTime() < from - DAY_MS
          ? []
          : many.accounts.map((accountId) => ({ accountId, probability, modelVersion }));
      const churnModels = { ...server.parts.churnModels, predictions };
      return monitorChurnModel({ ...server.parts, churnModels }, many.tenant);
    };
    const right = await monitorWith(recent.length / customers);
    // who was lost before then is not counted once more
    expect([right.calibration.predictions, right.calibration.lost]).toEqual([customers, recent.length]);
    expect(right.warnings).toEqual([]);
    expect(right.calibration.words).toContain("agree with what happened");
    expect((await monitorWith(0.002)).warnings).toEqual([expect.stringContaining("too low")]);
    expect((await monitorWith(0.002, "another")).calibration.predictions).toBe(0);
  });

  it("begins anew when the job is repeated after its process died in the middle", async () => {
    const id = randomUUID();
    await server.parts.churnModels.saveRun(few.tenant, runOf({ id, startedAt: new Date() }));
    const trainModel = () => new Promise<never>(() => undefined);
    void trainChurnModel({ ...server.parts, trainModel }, few.tenant);
    const find = async () => (await runs(few.tenant)).find((run) => run.id === id);
    await eventually(async () => expect((await find())?.detail).toContain("Learning from 90 accounts"));
    await server.parts.queue.enqueue("train-churn-model", { tenantId: few.tenant });
    await eventually(async () => expect((await find())?.status).toBe("done"), 60_000);
  });

  it("closes a run whose process died, and starts another", async () => {
    const dead = runOf({ startedAt: new Date(Date.now() - DAY_MS / 24) });
    const { tenant } = await makeBook(server.parts, 1, Number.NEGATIVE_INFINITY, 9);
    await server.parts.churnModels.saveRun(tenant, dead);
    const [shown] = await runs(tenant);
    expect([shown?.id, shown?.status, shown?.detail]).toEqual([
      dead.id,
      "failed",
      expect.stringContaining("stopped before it was done"),
    ]);
    const run = await train(tenant);
    expect(run.id).not.toBe(dead.id);
    expect(run.status).toBe("not_enough_outcomes");
  });
});

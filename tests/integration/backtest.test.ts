import {
  backtestReportSchema,
  parseScorecard,
  previewReportSchema,
  SCORECARD_DEFAULT_V1,
} from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BacktestDeps } from "../../server/src/services/backtest-scorecard.ts";
import { ALL, inForce, LOST, MIDDLING, openBacktestBook } from "../support/backtest-api.ts";
import { plainCard } from "../support/backtest-book.ts";
import { forEachDatabase } from "../support/database.ts";
import { type Stores, storesOfProcess } from "../support/stores.ts";

forEachDatabase("Preview and backtest", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());
  const open = (size?: number) => openBacktestBook(under.database, stores, size);

  it("backtests a version over HTTP, with the losses that were recorded", async () => {
    const { jobs, call, run } = await open();
    expect((await call("get", "plain-2/backtest", "csm")).body).toMatchObject({
      state: "none",
      report: null,
    });
    expect((await call("post", "plain-2/backtest", "csm", {})).status).toBe(403);
    const begun = await call("post", "plain-2/backtest", "lead", { capacity: 3 });
    expect(begun.status).toBe(202);
    expect(begun.body).toMatchObject({
      state: "queued",
      done: 0,
      total: ALL,
      run: { startedBy: "token:lead" },
    });
    // asked again it is the same run
    expect((await call("post", "plain-2/backtest", "admin", { weeks: 52 })).body.run.weeks).toBe(26);
    expect(jobs).toHaveLength(1);
    await run("plain-2");
    const { body } = await call("get", "plain-2/backtest?limit=2", "csm");
    expect(body).toMatchObject({ state: "done", done: ALL, total: ALL, outdated: null });
    expect(body.report.changes).toMatchObject({ total: MIDDLING, kept: MIDDLING, next: 2 });
    expect(body.report.changes.items).toHaveLength(2);
    const rest = await call("get", "plain-2/backtest?limit=2&offset=4", "csm");
    expect(rest.body.report.changes).toMatchObject({ next: null });
    expect(rest.body.report.changes.items).toHaveLength(1);
    const report = backtestReportSchema.parse(body.report);
    expect(report.changes.items[0]).toMatchObject({
      from: { band: "green", healthScore: 80 },
      to: { band: "yellow", healthScore: 80 },
    });
    expect(report.accounts).toEqual({ read: ALL, customers: ALL - LOST });
    expect(report.now.current.bands).toEqual({ red: 0, yellow: 0, green: ALL - LOST });
    expect(report.now.candidate.bands).toEqual({ red: 0, yellow: MIDDLING, green: ALL - LOST - MIDDLING });
    expect(report.outcomes).toMatchObject({ status: "enough", losses: LOST, capacity: 3 });
    for (const side of [report.outcomes.sides.current, report.outcomes.sides.candidate])
      expect(side.flaggedBeforeLoss).toMatchObject({ count: LOST, n: LOST, rate: 1 });
    expect(report.outcomes.sides.current.churnByBand.find(({ band }) => band === "green")?.churn.count).toBe(
      0,
    );
    expect(report.stability.current.alarms).toEqual({ confirmed: LOST, falseAlarms: 0, undecided: 0 });
  });

  it("goes on where a killed process stood, and comes to the same report", async () => {
    const { book, jobs, deps, call, run } = await open();
    await call("post", "plain-2/backtest", "lead", {});
    const pages: number[] = [];
    const counted: Partial<BacktestDeps> = {
      outcomes: {
        ...deps.outcomes,
        believed: (tenant, ids) => {
          pages.push(ids.length);
          return deps.outcomes.believed(tenant, ids);
        },
      },
    };
    // the process dies on its second page and can tell nobody
    let isDead = false;
    const dying: Partial<BacktestDeps> = {
      outcomes: {
        ...deps.outcomes,
        believed: (tenant, ids) => {
          pages.push(ids.length);
          isDead = pages.length === 2;
          return isDead ? Promise.reject(new Error("killed")) : deps.outcomes.believed(tenant, ids);
        },
      },
      scorecards: {
        ...deps.scorecards,
        update: (tenant, before, change) =>
          isDead ? Promise.reject(new Error("killed")) : deps.scorecards.update(tenant, before, change),
      },
    };
    await expect(run("plain-2", dying)).rejects.toThrow("killed");
    expect((await call("get", "plain-2/backtest", "csm")).body).toMatchObject({ state: "running", done: 50 });
    // somebody may be at work on it
    await run("plain-2", counted);
    expect(pages).toEqual([50, 10]);
    expect(jobs).toHaveLength(1);
    const startedAt = book.now;
    book.now = new Date(startedAt.getTime() + 120_000);
    await call("get", "plain-2/backtest", "csm");
    expect(jobs).toHaveLength(2);
    await run("plain-2", counted);
    expect(pages).toEqual([50, 10, 10]);
    const first = (await call("get", "plain-2/backtest", "csm")).body;
    expect(first).toMatchObject({ state: "done", done: ALL });
    book.now = startedAt;
    await call("post", "plain-2/backtest", "lead", {});
    await run("plain-2");
    expect((await call("get", "plain-2/backtest", "csm")).body.report).toEqual(first.report);
  });

  it("leaves a run to who took it over", async () => {
    const { book, deps, call, run } = await open(3);
    await call("post", "plain-2/backtest", "lead", {});
    let finish: () => void = () => undefined;
    const waits = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow: Partial<BacktestDeps> = {
      outcomes: {
        ...deps.outcomes,
        counts: async (tenant) => {
          await waits;
          return deps.outcomes.counts(tenant);
        },
      },
    };
    const late = run("plain-2", slow);
    await expect.poll(async () => (await call("get", "plain-2/backtest", "csm")).body.state).toBe("running");
    book.now = new Date(book.now.getTime() + 120_000);
    await run("plain-2");
    const done = (await call("get", "plain-2/backtest", "csm")).body;
    expect(done.state).toBe("done");
    finish();
    await late;
    expect((await call("get", "plain-2/backtest", "csm")).body).toEqual(done);
  });

  it("gives up after three early ends, in words, and can be asked for again", async () => {
    const { deps, call, run } = await open(2);
    await call("post", "plain-2/backtest", "lead", {});
    const broken: Partial<BacktestDeps> = {
      scores: { ...deps.scores, ledgers: () => Promise.reject(new Error("broken")) },
    };
    await expect(run("plain-2", broken)).rejects.toThrow("broken");
    await expect(run("plain-2", broken)).rejects.toThrow("broken");
    await run("plain-2", broken);
    const { body } = await call("get", "plain-2/backtest", "csm");
    expect(body).toMatchObject({ state: "failed", report: null });
    expect(body.detail).toMatch(/^The backtest ended early 3 times/);
    expect((await call("post", "plain-2/backtest", "lead", {})).body.state).toBe("queued");
    await run("plain-2");
    expect((await call("get", "plain-2/backtest", "csm")).body.state).toBe("done");
  });

  it("marks a report outdated when the version was edited, or another came into force", async () => {
    const { book, add, call, run } = await open(2);
    const { tenantId } = book.world;
    await add(plainCard("draft-1"), "draft");
    await call("post", "draft-1/backtest", "lead", {});
    await run("draft-1");
    const outdated = async () => (await call("get", "draft-1/backtest", "csm")).body.outdated;
    expect(await outdated()).toBeNull();
    await book.activate("plain-2");
    expect(await outdated()).toMatch(/^Another scorecard has come into force/);
    const before = await stores.scorecards.find(tenantId, "draft-1");
    if (before === null) throw new Error("there is a draft");
    await stores.scorecards.update(tenantId, before, {
      definition: plainCard("draft-1", { coverageFloor: 0.5 }),
    });
    expect(await outdated()).toMatch(/^This version was edited/);
    // a draft that was deleted in between ends its run
    const edited = await stores.scorecards.find(tenantId, "draft-1");
    if (edited === null) throw new Error("there is a draft");
    await call("post", "draft-1/backtest", "lead", {});
    const asked = await stores.scorecards.find(tenantId, "draft-1");
    if (asked === null) throw new Error("there is a draft");
    await stores.scorecards.remove(tenantId, asked);
    await run("draft-1");
  });

  it("previews a draft at once, and knows no other tenant's versions", async () => {
    const { add, call } = await open(4);
    await add(plainCard("draft-1", { bands: { ...inForce.bands, greenFrom: 99 } }), "draft");
    const answer = await call("get", "draft-1/preview", "csm");
    const preview = previewReportSchema.parse(answer.body);
    expect(preview.changes).toMatchObject({ total: 4, needsGrant: false });
    expect(preview.now.current.bands.green).toBe(4);
    expect((await call("get", "draft-1/preview", "agent")).status).toBe(403);
    const other = await open(1);
    for (const path of ["draft-1/preview", "draft-1/backtest"]) {
      const refused = await other.call("get", path, "csm");
      expect([refused.status, refused.body.detail]).toEqual([404, "There is no scorecard draft-1."]);
    }
    expect((await other.call("post", "draft-1/backtest", "lead", {})).status).toBe(404);
  });

  it("names no single customer to those who would read a financial measure off the scores", async () => {
    const { add, call } = await open(4);
    const [growth] = SCORECARD_DEFAULT_V1.dimensions.filter(({ key }) => key === "growth");
    const won = growth?.measures.find(({ signal }) => signal === "won_expansion");
    if (growth === undefined || won === undefined) throw new Error("the default counts expansions");
    const dimensions = [{ ...growth, weight: 100, notApplicableTo: [], measures: [{ ...won, weight: 100 }] }];
    await add(parseScorecard({ ...inForce, version: "peek-1", dimensions }), "draft");
    const [csm, admin] = [
      await call("get", "peek-1/preview", "csm"),
      await call("get", "peek-1/preview", "admin"),
    ];
    expect(csm.body.changes).toEqual({ total: 4, needsGrant: true, items: [] });
    expect(csm.body.warnings[0]).toMatch(/only with the financial grant/);
    expect(admin.body.changes.items).toHaveLength(4);
  });

  it("tries out a version that came with the product, without a body", async () => {
    const { call, run } = await open(2);
    expect((await call("get", "default-1/preview", "csm")).status).toBe(200);
    expect((await call("get", "default-1/backtest", "csm")).body.state).toBe("none");
    expect((await call("post", "default-1/backtest", "lead")).status).toBe(202);
    await run("default-1");
    expect((await call("get", "default-1/backtest", "csm")).body.state).toBe("done");
  });

  it.each([
    [{ weeks: 0 }, /weeks/],
    [{ weeks: 1000 }, /weeks/],
    [{ capacity: 0 }, /capacity/],
  ])("refuses %o", async (body, detail) => {
    const { call } = await open(1);
    const refused = await call("post", "plain-2/backtest", "lead", body);
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(detail);
  });
});

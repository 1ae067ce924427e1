import { shadowReportSchema } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { inForce, openBacktestBook } from "../support/backtest-api.ts";
import { plainCard } from "../support/backtest-book.ts";
import { forEachDatabase } from "../support/database.ts";
import { observed } from "../support/scored-book.ts";
import { ref, type Stores, storesOfProcess } from "../support/stores.ts";

forEachDatabase("A shadow period", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());
  const open = (size?: number) => openBacktestBook(under.database, stores, size);

  it("needs a proposed version and a sensible number of days", async () => {
    const { add, call } = await open(1);
    await add(plainCard("draft-1"), "draft");
    const refused = await call("post", "draft-1/shadow", "lead", { days: 7 });
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringMatching(/Propose it/)]);
    expect((await call("post", "plain-1/shadow", "lead", { days: 7 })).body.detail).toMatch(
      /in force already/,
    );
    expect((await call("post", "plain-2/shadow", "csm", { days: 7 })).status).toBe(403);
    for (const days of [0, 91, 1.5])
      expect((await call("post", "plain-2/shadow", "lead", { days })).status).toBe(400);
    expect((await call("get", "plain-2/shadow", "csm")).body.detail).toMatch(/never ran in the shadow/);
  });

  it("compares both versions, and says who was right as outcomes come in", async () => {
    const { book, add, accounts, jobs, call } = await open(3);
    const [lost, kept, calm] = accounts;
    if (lost === undefined || kept === undefined || calm === undefined) throw new Error("there are three");
    // everybody below 96 is red
    await add(plainCard("harsh-1", { bands: { ...inForce.bands, yellowFrom: 96, greenFrom: 98 } }));
    await book.tell([
      observed(ref("company", "2"), book.daysAgo(1), { kind: "profile", key: "referrals", value: 99 }),
    ]);
    expect((await call("post", "harsh-1/shadow", "lead", { days: 30 })).status).toBe(200);
    expect(jobs).toHaveLength(1);
    await book.score();
    book.pass(2);
    await book.score();
    const { body } = await call("get", "harsh-1/shadow", "csm");
    const report = shadowReportSchema.parse(body);
    expect(body).toMatchObject({ isRunning: true, daysRun: 2, needsGrant: false, hidden: null });
    expect(report).toMatchObject({ compared: 3, withoutShadow: 0, bandChanges: { active: 0, shadow: 0 } });
    expect(report.agreement.share).toBeCloseTo(1 / 3, 3);
    expect(report.agreement.matrix).toContainEqual({ active: "green", shadow: "red", customers: 2 });
    expect(report.alarms).toMatchObject({ both: 0, activeOnly: { total: 0 }, shadowOnly: { total: 2 } });
    expect(report.verdict).toMatchObject({ right: { active: 0, shadow: 0 }, open: 2 });
    await book.outcome(lost, "churned", book.now);
    await book.outcome(kept, "renewed", book.now);
    book.pass(1);
    await book.score();
    expect((await call("delete", "harsh-1/shadow", "lead")).status).toBe(200);
    book.pass(1);
    await book.score();
    const ended = (await call("get", "harsh-1/shadow", "csm")).body;
    expect(ended).toMatchObject({ isRunning: false, daysRun: 3, compared: 2 });
    expect(ended.verdict).toMatchObject({ right: { active: 1, shadow: 1 }, open: 0 });
    expect(ended.verdict.sentence).toMatch(/right 1 time and the shadow 1 time/);
  });
});

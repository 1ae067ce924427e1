import { afterAll, beforeAll, expect, it } from "vitest";
import { openQueue, type PostgresQueue } from "../../server/src/adapters/queue/postgres-queue.ts";
import type { Log } from "../../server/src/services/ports.ts";
import { forEachDatabase, newConnectionId, newTenant } from "../support/database.ts";
import { answered, eventually } from "../support/eventually.ts";

const errors: string[] = [];
const log: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: (fields, message) => void errors.push(`${message} ${String(fields["err"] ?? "")}`),
  error: (fields) => void errors.push(String(fields["err"])),
};

forEachDatabase("JobQueue", (under) => {
  let queue: PostgresQueue;
  beforeAll(async () => {
    queue = await openQueue(under.database, { log, isWorker: true });
  });
  afterAll(async () => {
    await queue.stop(2_000);
  });

  it("picks up within moments what a committed transaction sent, and nothing of one that was rolled back", async () => {
    const done = new Map<string, number>();
    await queue.work("refresh-records", async ({ connectionId }) => {
      done.set(connectionId, performance.now());
    });
    const [kept, lost] = [newConnectionId(), newConnectionId()];
    const rollback = under.database.transaction(async (sql) => {
      await queue.send(sql, [{ name: "refresh-records", payload: { connectionId: lost } }]);
      throw new Error("rolled back");
    });
    await expect(rollback).rejects.toThrow("rolled back");
    const sentAt = performance.now();
    await under.database.transaction((sql) =>
      queue.send(sql, [{ name: "refresh-records", payload: { connectionId: kept } }]),
    );
    const pickedUp = await answered(() => done.get(kept));
    expect(pickedUp - sentAt).toBeLessThan(400);
    expect(done.has(lost)).toBe(false);
  });

  it("makes few calls of equal wake-ups that wait together, and some for each other payload", async () => {
    const calls: string[] = [];
    const tenants = [newTenant(), newTenant()];
    await under.database.transaction((sql) =>
      queue.send(
        sql,
        Array.from({ length: 40 }, (_, i) => ({
          name: "score-accounts" as const,
          payload: { tenantId: tenants[i % 2] ?? newTenant() },
        })),
      ),
    );
    await queue.work("score-accounts", async ({ tenantId }) => void calls.push(tenantId));
    await eventually(async () => {
      const open = "SELECT 1 FROM pgboss.job WHERE name = 'score-accounts' AND state < 'completed'";
      expect(await under.database.query(open)).toEqual([]);
    });
    expect(new Set(calls)).toEqual(new Set(tenants));
    // workers that fetch at the same moment share the forty: two runs at once, and one for all that came meanwhile
    for (const tenant of tenants) expect(calls.filter((called) => called === tenant).length).toBeLessThan(4);
  });

  it("runs a payload again for a wake-up that came while it was being worked on", async () => {
    const connectionId = newConnectionId();
    let running = 0;
    let runs = 0;
    let overlap = false;
    await queue.work("reconcile", async () => {
      overlap ||= running > 0;
      running++;
      runs++;
      await new Promise((resolve) => setTimeout(resolve, 100));
      running--;
    });
    await queue.enqueue("reconcile", { connectionId });
    await answered(() => (running === 1 ? true : undefined));
    await queue.enqueue("reconcile", { connectionId });
    await answered(() => (runs === 2 && running === 0 ? true : undefined));
    expect(overlap).toBe(false);
  });

  it("tries a rejected payload again, without the others of its batch", async () => {
    const [bad, good] = [newConnectionId(), newConnectionId()];
    const calls: string[] = [];
    await under.database.transaction((sql) =>
      queue.send(
        sql,
        [bad, good].map((connectionId) => ({ name: "catch-up", payload: { connectionId } }) as const),
      ),
    );
    await queue.work("catch-up", async ({ connectionId }) => {
      calls.push(connectionId);
      if (connectionId === bad) throw new Error("platform away");
    });
    const states = () =>
      under.database.query<{ state: string; output: unknown }>(
        `SELECT state::text, output FROM pgboss.job WHERE name = 'catch-up' ORDER BY state::text`,
      );
    await answered(async () => ((await states())[1]?.state === "retry" ? true : undefined));
    expect(await states()).toEqual([
      { state: "completed", output: null },
      { state: "retry", output: { error: "Error" } },
    ]);
    expect(calls.toSorted()).toEqual([bad, good].toSorted());
    expect(errors).toContain("Error: platform away");
  });

  it("is not blocked by an equal job that is stuck with a dead process", async () => {
    const connectionId = newConnectionId();
    await queue.enqueue("provision", { connectionId });
    await under.database.query(
      "UPDATE pgboss.job SET state = 'active', started_on = now() WHERE name = 'provision'",
    );
    await queue.enqueue("provision", { connectionId });
    const calls: string[] = [];
    await queue.work("provision", async (payload) => void calls.push(payload.connectionId));
    expect(await answered(() => calls[0])).toBe(connectionId);
  });

  it("holds back a wake-up until its time", async () => {
    const connectionId = newConnectionId();
    const calls: number[] = [];
    await queue.work("backfill", async () => void calls.push(Date.now()));
    const due = Date.now() + 1_500;
    await under.database.transaction((sql) =>
      queue.send(sql, [{ name: "backfill", payload: { connectionId }, at: new Date(due) }]),
    );
    expect(await answered(() => calls[0], 6_000)).toBeGreaterThanOrEqual(due - 50);
  });

  it("keeps one schedule when it is set up again", async () => {
    await queue.schedule("rescore-all", "0 3 * * *", {});
    await queue.schedule("rescore-all", "0 4 * * *", {});
    const rows = await under.database.query("SELECT name, cron, timezone FROM pgboss.schedule");
    expect(rows).toEqual([{ name: "rescore-all", cron: "0 4 * * *", timezone: "UTC" }]);
  });

  it("opens a second time on the same database, and stops while a handler runs", async () => {
    const second = await openQueue(under.database, { log, isWorker: false });
    let isDone = false;
    await second.work("reconstruct-history", async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      isDone = true;
    });
    await second.enqueue("reconstruct-history", { tenantId: newTenant() });
    await new Promise((resolve) => setTimeout(resolve, 150));
    await second.stop(5_000);
    expect(isDone).toBe(true);
  });
});

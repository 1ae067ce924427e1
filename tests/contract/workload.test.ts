import { randomUUID } from "node:crypto";
import { type AccountId, accountId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readWorkload } from "../../server/src/adapters/db/workload.ts";
import { createMeter } from "../../server/src/adapters/observability/meter.ts";
import { workloadGauges } from "../../server/src/adapters/observability/workload-gauges.ts";
import { openQueue, type PostgresQueue } from "../../server/src/adapters/queue/postgres-queue.ts";
import type { OutboxRow } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { silentLog } from "../support/scripted-hubspot.ts";
import {
  change,
  company,
  newWorld,
  ref,
  type Stores,
  storesOfProcess,
  usage,
  type World,
} from "../support/stores.ts";

forEachDatabase("Workload", (under) => {
  let stores: Stores;
  let queue: PostgresQueue;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
    queue = await openQueue(under.database, { log: silentLog, isWorker: false });
  });
  afterAll(async () => {
    await queue.stop(1_000);
    await stores.lease.end();
  });

  const SECONDS_AGO = 90;
  const deliver = (world: World, id: string) =>
    stores.events.append({
      tenantId: world.tenantId,
      connectionId: world.hubspot,
      source: "hubspot",
      body: Buffer.from("[]"),
      events: [{ key: id, refs: [ref("company", id)] }],
    });
  const age = (table: "record_mark" | "account_mark", world: World) =>
    under.database.query(
      `UPDATE ${table} SET due_at = due_at - make_interval(secs => ${SECONDS_AGO}) WHERE tenant_id = $1`,
      [world.tenantId],
    );
  /** An account of company 1, a fact about it told by an event, and what was then wanted at HubSpot. */
  async function fromEventToOutbox(world: World, isByEvent: boolean): Promise<OutboxRow | undefined> {
    const id: AccountId = accountId.parse(randomUUID());
    await stores.ledger.commit(change(world, { records: [company("1")] }));
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: new Date() }],
      links: [{ ref: ref("company", "1"), accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    await stores.scores.save(world.tenantId, [], await stores.scores.claimAccounts(world.tenantId, 10));
    if (isByEvent) {
      await deliver(world, "1");
      await age("record_mark", world);
      const claims = await stores.ledger.claimRecords(world.hubspot, 10);
      const observations = [usage("1", "2026-02-03T00:00:00.000Z", 3)];
      await stores.ledger.commit(change(world, { observations, claims }));
    } else await stores.scores.markAll(world.tenantId);
    const claims = await stores.scores.claimAccounts(world.tenantId, 10);
    expect(claims).toHaveLength(1);
    const desired = [{ connectionId: world.hubspot, ref: ref("company", "1"), values: { score: "1" } }];
    const result = healthResult({ scoredAt: new Date().toISOString() });
    await stores.scores.save(world.tenantId, [scoredAccount(id, result, { desired })], claims);
    const [row] = await stores.outbox.claim(world.hubspot, "company", 10, new Date());
    return row;
  }
  const secondsSince = (time: Date | undefined): number =>
    time === undefined ? Number.NaN : (Date.now() - time.getTime()) / 1000;

  it("is nothing where nothing waits", async () => {
    const { due } = await readWorkload(under.database);
    expect(Object.values(due)).toEqual(Array(4).fill({ ageSeconds: 0, size: 0 }));
  });

  it("carries the time of the event to the value that follows from it", async () => {
    const row = await fromEventToOutbox(await newWorld(stores), true);
    expect(secondsSince(row?.eventAt)).toBeGreaterThanOrEqual(SECONDS_AGO - 1);
    expect(secondsSince(row?.eventAt)).toBeLessThan(SECONDS_AGO + 60);
  });

  it("knows of no event behind a daily rescoring", async () => {
    const row = await fromEventToOutbox(await newWorld(stores), false);
    expect(row).toMatchObject({ values: { score: "1" } });
    expect(row?.eventAt).toBeUndefined();
  });

  it("says how much is due, and for how long, and nothing of what is not due yet or disconnected", async () => {
    const world = await newWorld(stores);
    const gone = await newWorld(stores);
    await deliver(world, "1");
    await deliver(world, "2");
    await age("record_mark", world);
    await deliver(gone, "3");
    await age("record_mark", gone);
    await age("record_mark", gone);
    await stores.connections.update(gone.hubspot, { status: "disconnected" });
    const { due, connections, databaseBytes } = await readWorkload(under.database);
    expect(due.record.size).toBeGreaterThanOrEqual(3);
    expect(due.record.ageSeconds).toBeGreaterThanOrEqual(SECONDS_AGO);
    expect(due.record.ageSeconds).toBeLessThan(2 * SECONDS_AGO);
    expect(connections).toContainEqual({ platform: "hubspot", status: "disconnected", count: 1 });
    expect(databaseBytes).toBeGreaterThan(0);
  });

  it("takes accounts for late only once all history of their tenant is read", async () => {
    const world = await newWorld(stores);
    for (const id of [world.hubspot, world.zendesk]) await stores.connections.update(id, { syncedAt: null });
    const late = 5 * SECONDS_AGO;
    await under.database.query(
      `INSERT INTO account_mark (tenant_id, account_id, due_at) VALUES ($1, $2, now() - interval '${late} seconds')`,
      [world.tenantId, randomUUID()],
    );
    const seconds = async () => (await readWorkload(under.database)).due.account.ageSeconds;
    expect(await seconds()).toBeLessThan(late);
    for (const id of [world.hubspot, world.zendesk])
      await stores.connections.update(id, { syncedAt: new Date() });
    expect(await seconds()).toBeGreaterThanOrEqual(late);
  });

  it("shows on the meter, looks once for scrapes in quick succession, and says when the database is away", async () => {
    const meter = createMeter();
    let looks = 0;
    let elapsed = 0;
    let isAway = false;
    const refresh = workloadGauges({
      meter,
      read: async () => {
        looks += 1;
        if (isAway) throw new Error("away");
        return await readWorkload(under.database);
      },
      pool: () => ({ total: 4, idle: 3, waiting: 0 }),
      elapsedMs: () => elapsed,
    });
    await Promise.all([refresh(), refresh()]);
    await refresh();
    expect(looks).toBe(1);
    const text = await meter.registry.metrics();
    expect(text).toMatch(/^bellwether_queue_age_seconds\{kind="record"\} \d/m);
    expect(text).toContain("bellwether_database_up 1");
    expect(text).toContain('bellwether_database_pool{state="idle"} 3');
    isAway = true;
    elapsed += 60_000;
    await refresh();
    expect(await meter.registry.metrics()).toContain("bellwether_database_up 0");
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reconcileConnection } from "../../server/src/services/reconcile-connection.ts";
import { startReconciliation } from "../../server/src/services/start-reconciliation.ts";
import { disturb } from "../support/disturb.ts";
import {
  type EventWorld,
  type ListeningSandbox,
  listeningSandbox,
  openEventWorld,
  recordsIn,
  saidBy,
} from "../support/event-world.ts";

const START = Date.parse("2026-11-20T09:00:00.000Z");

describe("a comparison with the platforms (F15: webhooks that were never sent)", () => {
  let now = START;
  const clock = () => new Date(now++);
  let listening: ListeningSandbox;
  let world: EventWorld;
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 11, accounts: 20, now: clock });
    world = await openEventWorld(listening.sandbox, clock);
    await world.backfill();
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await listening?.stop();
  });

  const reconcile = async (): Promise<void> => {
    const runs = await startReconciliation(world.deps, world.tenantId);
    for (const { connectionId } of runs) await reconcileConnection(world.deps, connectionId);
    await world.refresh();
  };
  const counts = async () => {
    const runs = await world.stores.reconciliations.recent(world.tenantId);
    return runs.filter((run) => run.finishedAt !== null).map((run) => run.counts);
  };

  it("finds nothing to repair when nothing was missed", async () => {
    await reconcile();
    for (const { compared, ...repaired } of await counts()) {
      expect(compared).toBeGreaterThan(50);
      expect(repaired).toEqual({ created: 0, changed: 0, deleted: 0, restored: 0, relinked: 0 });
    }
  });

  it("repairs all when one event in twenty was lost, with one list call per 100 records", async () => {
    const { sandbox } = listening;
    sandbox.loseWebhooks(0.05);
    disturb(sandbox);
    await world.takeIn(await listening.delivered());
    await world.refresh();
    const from = sandbox.requests.length;
    await reconcile();
    const lists = sandbox.requests
      .slice(from)
      .filter(({ method, path }) => method === "GET" && /\/2026-03\/[a-z_]+$/.test(path));
    const pages = (["companies", "contacts", "deals", "tickets", "feedback_submissions"] as const).map(
      (type) => Math.max(1, Math.ceil([...sandbox.hubspot.all(type)].length / 100)),
    );
    expect(lists.length).toBeLessThanOrEqual(pages.reduce((sum, n) => sum + n, 0));

    const fresh = await openEventWorld(sandbox, clock);
    await fresh.backfill();
    const [ours, theirs] = [await saidBy(world), await saidBy(fresh)];
    await fresh.close();
    expect(recordsIn(ours)).toEqual(recordsIn(theirs));
    expect(ours.links).toEqual(theirs.links);
    expect(ours.parties.map(({ ref }) => ref)).toEqual(theirs.parties.map(({ ref }) => ref));
  }, 60_000);

  it("leaves nothing for the next one, and nothing of itself but the report", async () => {
    // of HubSpot alone: Zendesk lets us export ten times a minute
    const { hubspot, deps, stores } = world;
    const { counts: none } = await stores.reconciliations.begin(hubspot, "company", clock());
    await reconcileConnection(deps, hubspot.id);
    const runs = await stores.reconciliations.recent(world.tenantId);
    const last = runs.find(({ connectionId }) => connectionId === hubspot.id);
    expect(last?.counts).toEqual({ ...none, compared: last?.counts.compared });
    expect(await world.database.query("SELECT 1 FROM reconciliation_seen")).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection, PlatformGateway } from "../../server/src/services/ports.ts";
import { reconcileConnection } from "../../server/src/services/reconcile-connection.ts";
import { runBackfill } from "../../server/src/services/run-backfill.ts";
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
const KILLED = new Error("killed");

describe("reading that is killed after every page", () => {
  let now = START;
  const clock = () => new Date(now++);
  let listening: ListeningSandbox;
  let world: EventWorld;
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 21, accounts: 14, now: clock });
    world = await openEventWorld(listening.sandbox, clock);
  }, 60_000);
  afterAll(async () => {
    await world?.close();
    await listening?.stop();
  });

  /** The services of a process that dies before its second page. */
  const shortLived = (pages: string[]) => {
    let asked = 0;
    const page =
      <A extends [string, string | null], T>(read: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T> => {
        if (++asked > 1) throw KILLED;
        pages.push(args.join(" "));
        return read(...args);
      };
    const gatewayFor = (connection: Connection): PlatformGateway => {
      const gateway = world.deps.gatewayFor(connection);
      const { inventory } = gateway;
      return {
        ...gateway,
        page: page(gateway.page),
        ...(inventory && { inventory: page(inventory) }),
      };
    };
    return { ...world.deps, gatewayFor };
  };
  /** As often as it is killed. @returns the pages that were read */
  const untilDone = async (run: (deps: EventWorld["deps"]) => Promise<void>): Promise<string[]> => {
    const pages: string[] = [];
    for (let lives = 0; lives < 100; lives++) {
      try {
        await run(shortLived(pages));
        return pages;
      } catch (error) {
        if (error !== KILLED) throw error;
      }
    }
    throw new Error("it begins anew each time");
  };

  it("goes on with the history where it was: no page twice, and nothing missing", async () => {
    for (const { id } of [world.hubspot, world.zendesk]) {
      const pages = await untilDone((deps) => runBackfill(deps, id));
      expect(pages.length).toBeGreaterThan(3);
      expect(new Set(pages).size).toBe(pages.length);
      expect((await world.stores.connections.find(id))?.syncedAt).not.toBeNull();
    }
    await world.refresh();
    await expectWhole();
  }, 60_000);

  it("goes on with a comparison where it was, and repairs as much", async () => {
    disturb(listening.sandbox);
    await listening.delivered(); // and not one of them arrives
    const { hubspot, zendesk, stores } = world;
    for (const [connection, type] of [
      [hubspot, "company"],
      [zendesk, "organization"],
    ] as const) {
      await stores.reconciliations.begin(connection, type, clock());
      const pages = await untilDone((deps) => reconcileConnection(deps, connection.id));
      expect(new Set(pages).size).toBe(pages.length);
      expect(await stores.reconciliations.underWay(connection.id)).toBeNull();
    }
    await world.refresh();
    await expectWhole();
    const runs = await stores.reconciliations.recent(world.tenantId);
    const repaired = runs.find((run) => run.connectionId === hubspot.id)?.counts;
    expect(repaired?.deleted).toBeGreaterThan(5);
    expect(repaired?.created).toBeGreaterThan(1);
    expect(repaired?.relinked).toBeGreaterThan(2);
  }, 60_000);

  it("is left to one of two who are at it", async () => {
    const { stores, hubspot, deps } = world;
    const run = await stores.reconciliations.begin(hubspot, "company", clock());
    expect((await stores.reconciliations.begin(hubspot, "company", clock())).id).toBe(run.id);
    const onward = { objectType: "company", stage: "listing", position: "1" } as const;
    const page = { platform: "hubspot", rows: [] } as const;
    expect(await stores.reconciliations.compare(run, page, onward, clock())).not.toBeNull();
    expect(await stores.reconciliations.compare(run, page, onward, clock())).toBeNull();
    expect(await stores.reconciliations.stalled(clock())).toEqual([hubspot.id]);
    await reconcileConnection(deps, hubspot.id);
    expect(await stores.reconciliations.stalled(clock())).toEqual([]);
  });

  async function expectWhole(): Promise<void> {
    const fresh = await openEventWorld(listening.sandbox, clock);
    await fresh.backfill();
    const [ours, theirs] = [await saidBy(world), await saidBy(fresh)];
    await fresh.close();
    expect(recordsIn(ours)).toEqual(recordsIn(theirs));
    expect(ours.links).toEqual(theirs.links);
  }
});

import { refKey } from "@bellwether/shared";
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
import { IS_SHORT, say, sized } from "./support/plan.ts";

const START = Date.parse("2026-11-20T09:00:00.000Z");
const TYPES = ["companies", "contacts", "deals", "tickets"] as const;
const SINGULAR = { companies: "company", contacts: "contact", deals: "deal", tickets: "ticket" } as const;
const NONE = { created: 0, changed: 0, deleted: 0, restored: 0, relinked: 0, merged: 0 };
const MINUTE_MS = 60_000;

describe("webhooks that were never sent (F15)", () => {
  let now = START;
  const clock = () => new Date(now++);
  let listening: ListeningSandbox;
  let world: EventWorld;
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 11, accounts: sized(240, 20), now: clock });
    world = await openEventWorld(listening.sandbox, clock);
    await world.backfill();
  }, 3 * MINUTE_MS);
  afterAll(async () => {
    await world?.close();
    await listening?.stop();
  });

  const reconcile = async (): Promise<void> => {
    const runs = await startReconciliation(world.deps, world.tenantId);
    for (const { connectionId } of runs) await reconcileConnection(world.deps, connectionId);
    await world.refresh();
  };
  /** Without Zendesk, which lets us export ten times a minute. */
  const reconcileHubspot = async (): Promise<void> => {
    const { hubspot, deps, stores } = world;
    await stores.reconciliations.begin(hubspot, "company", clock());
    await reconcileConnection(deps, hubspot.id);
    await world.refresh();
  };
  const counts = async (connectionId: string) => {
    const runs = await world.stores.reconciliations.recent(world.tenantId);
    const run = runs.find((each) => each.finishedAt !== null && each.connectionId === connectionId);
    if (run === undefined) throw new Error(`no comparison of ${connectionId} has ended`);
    return run.counts;
  };
  const taken = async (): Promise<void> => {
    await world.takeIn(await listening.delivered());
    await world.refresh();
  };
  const pagesOf = ({ hubspot }: ListeningSandbox["sandbox"]): number =>
    [...TYPES, "feedback_submissions" as const]
      .map((type) => Math.max(1, Math.ceil([...hubspot.all(type)].length / 100)))
      .reduce((sum, pages) => sum + pages, 0);
  /** List calls and all calls at HubSpot since then. */
  const callsSince = (from: number) => {
    const calls = listening.sandbox.requests.slice(from).filter(({ platform }) => platform === "hubspot");
    const isList = ({ method, path }: (typeof calls)[number]) =>
      method === "GET" && /\/objects\/2026-03\/[a-z_]+$/.test(path);
    return { lists: calls.filter(isList).length, all: calls.length };
  };

  it(
    "are none: then nothing is repaired",
    async () => {
      await reconcile();
      for (const { id } of [world.hubspot, world.zendesk]) {
        const { compared, ...repaired } = await counts(id);
        expect(compared).toBeGreaterThan(50);
        expect(repaired).toEqual(NONE);
      }
    },
    3 * MINUTE_MS, // ten exports a minute, and the backfill has just had its own
  );

  it(
    "one in a thousand: as many records are repaired as events were lost, within the call budget",
    async () => {
      const { sandbox } = listening;
      sandbox.loseWebhooks(IS_SHORT ? 0.03 : 0.001);
      const [sent, said] = [new Set<string>(), new Set<string>()];
      for (const type of TYPES)
        for (const record of sandbox.hubspot.all(type)) {
          sandbox.hubspot.update(record, { description: "seen" });
          sent.add(`hubspot:${SINGULAR[type]}:${record.id}`);
        }
      sandbox.loseWebhooks(0);
      const deliveries = await listening.delivered();
      for (const { body } of deliveries)
        for (const { objectTypeId, objectId } of JSON.parse(body) as Record<string, string>[]) {
          const name = { "0-2": "company", "0-1": "contact", "0-3": "deal", "0-5": "ticket" }[
            objectTypeId ?? ""
          ];
          said.add(`hubspot:${name}:${objectId}`);
        }
      await world.takeIn(deliveries);
      await world.refresh();
      const lost = [...sent].filter((ref) => !said.has(ref));
      expect(lost.length).toBeGreaterThan(0);
      const from = sandbox.requests.length;
      await reconcileHubspot();
      const { lists, all } = callsSince(from);
      const { compared: _, ...repaired } = await counts(world.hubspot.id);
      say(
        `F15 ${lost.length} of ${sent.size} events lost, ${repaired.changed} records repaired, ${all} calls`,
      );
      expect(repaired).toEqual({ ...NONE, changed: lost.length });
      expect(lists).toBe(pagesOf(sandbox));
      // each lost one is read with the others of its type, and its associations
      expect(all - lists).toBeLessThanOrEqual(3 * lost.length + TYPES.length);
      const rows = await world.database.query<{ ref: string; updated_at: Date }>(
        "SELECT ref, updated_at FROM source_record WHERE tenant_id = $1 AND removed_at IS NULL",
        [world.tenantId],
      );
      const ours = new Map(rows.map((row) => [row.ref, row.updated_at.getTime()]));
      for (const type of TYPES)
        for (const { id, updatedAt } of sandbox.hubspot.all(type)) {
          const key = refKey({ platform: "hubspot", objectType: SINGULAR[type], id });
          expect([key, ours.get(key)]).toEqual([key, updatedAt]);
        }
    },
    2 * MINUTE_MS,
  );

  it(
    "of merges: the survivor's account carries on with the history of those that it took in",
    async () => {
      const { sandbox } = listening;
      const [a, b, c, d, e] = [...sandbox.hubspot.all("companies")].slice(-5);
      if (!a || !b || !c || !d || !e) throw new Error("the book is too small");
      const ref = (id: string) => `hubspot:company:${id}`;
      const accountOf = async (id: string): Promise<string | undefined> => {
        const rows = await world.database.query<{ account_id: string }>(
          "SELECT account_id FROM party_link WHERE tenant_id = $1 AND ref = $2",
          [world.tenantId, ref(id)],
        );
        return rows[0]?.account_id;
      };
      const before = await accountOf(c.id);
      sandbox.loseWebhooks(1);
      sandbox.hubspot.merge(a, b);
      const fresh = sandbox.hubspot.mergeIntoNew(c, d, e);
      sandbox.loseWebhooks(0);
      await taken();
      await reconcileHubspot();
      expect(await accountOf(b.id)).toBe(await accountOf(a.id));
      for (const { id } of [c, d, e, fresh]) expect(await accountOf(id)).toBe(before);
      expect((await counts(world.hubspot.id)).merged).toBe(4);
      await reconcileHubspot();
      const { compared: _, ...repaired } = await counts(world.hubspot.id);
      expect(repaired).toEqual(NONE);
    },
    MINUTE_MS,
  );

  it(
    "one in twenty of everything that can happen: all is repaired, with one list call per 100 records",
    async () => {
      const { sandbox } = listening;
      sandbox.loseWebhooks(0.05);
      disturb(sandbox);
      await taken();
      sandbox.loseWebhooks(0);
      const from = sandbox.requests.length;
      await reconcile();
      expect(callsSince(from).lists).toBeLessThanOrEqual(pagesOf(sandbox));

      const fresh = await openEventWorld(sandbox, clock);
      await fresh.backfill();
      const [ours, theirs] = [await saidBy(world), await saidBy(fresh)];
      await fresh.close();
      expect(recordsIn(ours)).toEqual(recordsIn(theirs));
      expect(ours.links).toEqual(theirs.links);
      expect(ours.parties.map((row) => row["ref"])).toEqual(theirs.parties.map((row) => row["ref"]));
    },
    3 * MINUTE_MS,
  );

  it(
    "leave nothing for the next comparison, and nothing of itself but the report",
    async () => {
      await reconcileHubspot();
      const { compared: _, ...repaired } = await counts(world.hubspot.id);
      expect(repaired).toEqual(NONE);
      expect(await world.database.query("SELECT 1 FROM reconciliation_seen")).toEqual([]);
    },
    MINUTE_MS,
  );
});

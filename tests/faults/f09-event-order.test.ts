import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import { Random } from "../sandbox/random.ts";
import { disturb } from "../support/disturb.ts";
import {
  type ListeningSandbox,
  listeningSandbox,
  openEventWorld,
  type Said,
  saidBy,
  type Taken,
} from "../support/event-world.ts";
import { IS_SHORT, say, sized } from "./support/plan.ts";

const START = Date.parse("2026-11-20T09:00:00.000Z");
const THREE_DAYS_MS = 3 * 86_400_000;
const SEEDS = IS_SHORT ? [1] : [1, 2, 3];

type Event = Record<string, unknown>;
const eventsIn = ({ platform, body }: Taken): Event[] =>
  platform === "hubspot" ? (JSON.parse(body) as Event[]) : [JSON.parse(body) as Event];

/** Each event ten times, in any order and in other deliveries than before; HubSpot counts its attempts. */
function scrambled(deliveries: readonly Taken[], random: Random): Taken[] {
  const copies = deliveries.flatMap((delivery) =>
    eventsIn(delivery).flatMap((event) =>
      Array.from({ length: 10 }, (_, attemptNumber) => ({
        platform: delivery.platform,
        event,
        attemptNumber,
      })),
    ),
  );
  const hubspot: Event[] = [];
  const scrambledOnes: Taken[] = [];
  const send = () => {
    if (hubspot.length > 0)
      scrambledOnes.push({ platform: "hubspot", body: JSON.stringify(hubspot.splice(0)) });
  };
  for (const { platform, event, attemptNumber } of random.shuffle(copies)) {
    if (platform === "zendesk") scrambledOnes.push({ platform, body: JSON.stringify(event) });
    else hubspot.push({ ...event, attemptNumber });
    if (hubspot.length >= 100 || random.chance(0.02)) send();
  }
  send();
  return scrambledOnes;
}

describe("F9 the same events", () => {
  let now = START;
  const clock = () => new Date(now);
  let listening: ListeningSandbox;
  let deliveries: Taken[];
  let clean: Said;
  let inventory: number;

  const openBefore = async () => {
    const world = await openEventWorld(listening.sandbox, clock);
    await world.backfill();
    return world;
  };

  const worlds: Awaited<ReturnType<typeof openBefore>>[] = [];
  beforeAll(async () => {
    listening = await listeningSandbox({ seed: 5, accounts: sized(30, 9), now: clock });
    for (const _ of [0, ...SEEDS]) worlds.push(await openBefore());
    disturb(listening.sandbox);
    deliveries = await listening.delivered();
    inventory = deliveries.flatMap(eventsIn).length;
    now += THREE_DAYS_MS; // none of them comes in time
    const [first] = worlds;
    await first?.takeIn(deliveries);
    await first?.settle();
    if (first) clean = await saidBy(first);
  }, 300_000);
  afterAll(async () => {
    for (const world of worlds) await world.close();
    await listening?.stop();
  });

  it.each(SEEDS)(
    "three days late, ten times each and in any order (%i) lead to the same end, bit for bit",
    async (seed) => {
      const world = worlds[seed];
      if (world === undefined) throw new Error("no world left");
      const random = new Random(seed, "order");
      const noisy = scrambled(deliveries, random);
      for (let from = 0; from < noisy.length; ) {
        const size = random.int(3, 30);
        await world.takeIn(noisy.slice(from, from + size));
        from += size;
        // now and then some of the work is done in between
        if (random.chance(0.3)) await refreshRecords(world.deps, world.hubspot.id);
        if (random.chance(0.1)) await refreshRecords(world.deps, world.zendesk.id);
      }
      await world.settle();
      expect(await saidBy(world)).toEqual(clean);
      const { hubspot, zendesk } = await world.stores.events.counts(world.tenantId);
      expect(hubspot.accepted + zendesk.accepted).toBe(inventory);
      expect(hubspot.duplicates + zendesk.duplicates).toBe(inventory * 9);
      say(
        `F9 order ${seed}: ${inventory} events in ${noisy.length} deliveries, the same end to the last bit`,
      );
    },
    240_000,
  );

  it("leave the survivor's account with the history of all that were merged into it", async () => {
    const [world] = worlds;
    if (world === undefined) throw new Error("no world");
    const merges = await world.database.query<{ ref: string; into_ref: string; settled_at: Date | null }>(
      "SELECT ref, into_ref, settled_at FROM record_fate WHERE kind <> 'erased' AND tenant_id = $1",
      [world.tenantId],
    );
    expect(merges.length).toBeGreaterThanOrEqual(4);
    const accountOf = new Map(clean.partyLinks.map(({ ref, account_id }) => [ref, account_id]));
    for (const { ref, into_ref, settled_at } of merges) {
      expect(settled_at).not.toBeNull();
      expect(accountOf.get(ref)).toBe(accountOf.get(into_ref));
    }
    const subjects = new Set(clean.observations.map(({ subject }) => subject));
    for (const { ref } of merges) expect(subjects).toContain(ref);
    // those who have nobody left point to those who go on
    const alone = await world.database.query(
      `SELECT account.id FROM account WHERE account.tenant_id = $1 AND account.merged_into IS NULL AND NOT EXISTS (
         SELECT 1 FROM party_link AS link WHERE link.tenant_id = $1 AND link.account_id = account.id)`,
      [world.tenantId],
    );
    expect(alone).toEqual([]);
  });
});

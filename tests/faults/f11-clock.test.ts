import { describe, expect, it } from "vitest";
import { hubspotInbound } from "../../server/src/adapters/hubspot/inbound.ts";
import { listeningSandbox, openEventWorld } from "../support/event-world.ts";

const MINUTE_MS = 60_000;
const FAR_MS = 10 * MINUTE_MS;

describe("F11 clocks that are wrong", () => {
  it(
    "F11 set back between two scorings: the later result is the one that counts, and both are in the history",
    async () => {
      let now = Date.parse("2026-11-20T09:00:00.000Z");
      let back = 0;
      const clock = () => new Date(now++);
      const listening = await listeningSandbox({ seed: 7, accounts: 6, now: clock });
      const world = await openEventWorld(listening.sandbox, () => new Date(clock().getTime() - back));
      try {
        await world.backfill();
        await world.settle();
        const [account] = listening.sandbox.accounts.filter(({ story }) => story === "stable");
        const scores = async () =>
          world.database.query<{ account_id: string; fingerprint: string; scored_at: Date }>(
            "SELECT account_id, fingerprint, scored_at FROM health_current WHERE tenant_id = $1 ORDER BY account_id",
            [world.tenantId],
          );
        const before = await scores();
        back = FAR_MS;
        await listening.sandbox.actions.urgentTicket(account?.key ?? "", { openedHoursAgo: 60 });
        await world.takeIn(await listening.delivered());
        await world.settle();
        const changed = (await scores()).filter(
          ({ fingerprint }, i) => fingerprint !== before[i]?.fingerprint,
        );
        expect(changed.length).toBeGreaterThan(0);
        for (const { account_id, scored_at } of changed) {
          const earlier = before.find((row) => row.account_id === account_id);
          expect(scored_at.getTime()).toBeGreaterThan(earlier?.scored_at.getTime() ?? 0);
          const history = await world.database.query(
            "SELECT 1 FROM health_snapshot WHERE tenant_id = $1 AND account_id = $2 AND NOT is_reconstructed",
            [world.tenantId, account_id],
          );
          expect(history).toHaveLength(2);
        }
      } finally {
        await world.close();
        await listening.stop();
      }
    },
    3 * MINUTE_MS,
  );

  it("F11 times in seconds and in milliseconds mean the same event", () => {
    const event = { eventId: 1, portalId: 33, objectId: 7, subscriptionType: "company.creation" };
    const keyOf = (occurredAt: unknown) =>
      hubspotInbound.parse(Buffer.from(JSON.stringify([{ ...event, occurredAt }])), null)[0]?.events[0]?.key;
    expect(keyOf(1_795_165_200)).toBe(keyOf(1_795_165_200_000));
    expect(keyOf(new Date(1_795_165_200_000).toISOString())).toBe(keyOf(1_795_165_200_000));
  });
});

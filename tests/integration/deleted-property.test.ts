import { HOUR_MS, type RecordRef } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { refreshRecords } from "../../server/src/services/refresh-records.ts";
import { type Sandbox, startSandbox } from "../sandbox/index.ts";
import { openEventWorld } from "../support/event-world.ts";

const NOW = new Date("2026-11-21T10:00:00Z");
const ago = (ms: number) => new Date(NOW.getTime() - ms);

describe("a property of ours that an admin deleted", () => {
  let sandbox: Sandbox;
  let world: Awaited<ReturnType<typeof openEventWorld>>;
  beforeAll(async () => {
    sandbox = await startSandbox({ seed: 2, now: () => NOW, accounts: 2 });
    world = await openEventWorld(sandbox, () => NOW);
    await world.database.query(
      `INSERT INTO outbox (tenant_id, connection_id, object_type, object_id, platform, account_id, desired, confirmed,
         confirmed_at, is_pending, next_at)
       VALUES ($1, $2, 'company', '1', 'hubspot', $1, $3::jsonb, $3::jsonb, $4, false, $4)`,
      [
        world.tenantId,
        world.hubspot.id,
        '{"bellwether_health_score":"80","bellwether_segment":"new"}',
        ago(HOUR_MS),
      ],
    );
  });
  afterAll(async () => {
    await world?.database.close();
    await sandbox?.stop();
  });

  /** Reads the company again; HubSpot shows one of our two properties. */
  const readAgain = async (provisionedAt: Date): Promise<string[]> => {
    const { deps, stores, hubspot, tenantId, enqueued } = world;
    await stores.connections.update(hubspot.id, { provisionedAt });
    const ref: RecordRef = { platform: "hubspot", objectType: "company", id: "1" };
    await stores.ledger.markRecords(tenantId, hubspot.id, [ref]);
    const from = enqueued.length;
    const shown = [{ ref, values: { bellwether_segment: "new" } }];
    await refreshRecords(
      {
        ...deps,
        gatewayFor: (connection) => ({
          ...deps.gatewayFor(connection),
          read: async () => ({ records: [], missing: [], shown }),
        }),
      },
      hubspot.id,
    );
    return enqueued.slice(from);
  };

  it("is created again, at most once an hour", async () => {
    expect(await readAgain(ago(2 * HOUR_MS))).toContain("provision");
    expect(await readAgain(ago(HOUR_MS / 2))).not.toContain("provision");
  });

  it("is no drift", async () => {
    expect(await world.stores.drift.list(world.tenantId, 10)).toEqual([]);
  });
});

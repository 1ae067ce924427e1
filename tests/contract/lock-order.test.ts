import { randomUUID } from "node:crypto";
import { type AccountId, accountId } from "@bellwether/shared";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClaimedAccount, ClaimedRecord } from "../../server/src/services/ports.ts";
import { onServerDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { change, newWorld, ref, type Stores, storesOfProcess, type World } from "../support/stores.ts";

/**
 * Events mark what they name in the order of the keys. Whoever settles claims or gives them back locks the same rows,
 * and in the same order: else both would stand still until the database finds out.
 */
onServerDatabase("rows that events lock as well are locked in order", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores?.lease.end());

  /** Whether the last row is still free while `work` waits for the first one. */
  const takesTheFirstOneFirst = async (
    table: string,
    world: World,
    key: string,
    rows: readonly [string, string],
    work: () => Promise<unknown>,
  ): Promise<void> => {
    let working: Promise<unknown> = Promise.resolve();
    await under.database.transaction(async (sql) => {
      const lock = (row: string) =>
        sql.query(`SELECT 1 FROM ${table} WHERE tenant_id = $1 AND ${key} = $2 FOR UPDATE NOWAIT`, [
          world.tenantId,
          row,
        ]);
      await lock(rows[0]);
      working = work();
      await eventually(async () => {
        const waiting = await under.database.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        expect(waiting).toHaveLength(1);
      });
      expect(await lock(rows[1])).toHaveLength(1);
    });
    await working;
  };

  describe("records", () => {
    const REFS = [ref("company", "1"), ref("company", "2")];

    /** Claims on both, the last one first; the first one was marked again since. */
    const claimed = async (world: World): Promise<ClaimedRecord[]> => {
      await stores.ledger.markRecords(world.tenantId, world.hubspot, REFS);
      const claims = await stores.ledger.claimRecords(world.hubspot, 10);
      expect(claims).toHaveLength(2);
      await stores.ledger.markRecords(world.tenantId, world.hubspot, REFS.slice(0, 1));
      return claims.toSorted((one, other) => (one.ref.id < other.ref.id ? 1 : -1));
    };
    const whenThey = async (work: (world: World, claims: ClaimedRecord[]) => Promise<unknown>) => {
      const world = await newWorld(stores);
      const claims = await claimed(world);
      await takesTheFirstOneFirst("record_mark", world, "object_id", ["1", "2"], () => work(world, claims));
    };

    it("when they are settled", () =>
      whenThey((world, claims) => stores.ledger.commit({ ...change(world, {}), claims })));

    it("when they are given back", () =>
      whenThey((world, claims) =>
        stores.ledger.releaseRecords(world.tenantId, world.hubspot, claims, new Date()),
      ));

    it("when the platform refused them", () =>
      whenThey((world, claims) =>
        stores.deadLetters.refuseRecords(world.tenantId, world.hubspot, claims, {
          reason: "no such property",
          retryAt: new Date(),
        }),
      ));
  });

  const newAccounts = async (world: World): Promise<[AccountId, AccountId]> => {
    const ids = [randomUUID(), randomUUID()].toSorted().map((id) => accountId.parse(id));
    await stores.accounts.link(world.tenantId, {
      accounts: ids.map((id) => ({ id, name: "Acme", createdAt: new Date() })),
      links: ids.map((id, n) => ({ ref: ref("company", String(n)), accountId: id, rule: "anchor" })),
      suggestions: [],
    });
    return [ids[0] as AccountId, ids[1] as AccountId];
  };

  describe("accounts", () => {
    const whenThey = async (work: (world: World, claims: ClaimedAccount[]) => Promise<unknown>) => {
      const world = await newWorld(stores);
      const ids = await newAccounts(world);
      await stores.scores.markAll(world.tenantId);
      const claims = await stores.scores.claimAccounts(world.tenantId, 10);
      expect(claims).toHaveLength(2);
      await under.database.query(
        "UPDATE account_mark SET version = version + 1 WHERE tenant_id = $1 AND account_id = $2",
        [world.tenantId, ids[0]],
      );
      const lastFirst = claims.toSorted((one, other) => (one.accountId < other.accountId ? 1 : -1));
      await takesTheFirstOneFirst("account_mark", world, "account_id", ids, () => work(world, lastFirst));
    };

    it("when they are settled", () =>
      whenThey((world, claims) => stores.scores.save(world.tenantId, [], claims)));

    it("when they are given back", () =>
      whenThey((_, claims) => stores.scores.releaseAccounts(claims, new Date())));
  });

  it("rows of the outbox when they are settled", async () => {
    const world = await newWorld(stores);
    const ids = await newAccounts(world);
    const scored = ids.map((id, n) =>
      scoredAccount(id, healthResult(), {
        desired: [
          { connectionId: world.hubspot, ref: ref("company", String(n)), values: { score: String(n) } },
        ],
      }),
    );
    await stores.scores.save(world.tenantId, scored, []);
    const rows = await stores.outbox.claim(world.hubspot, "company", 10, new Date());
    const lastFirst = rows.toSorted((one, other) => (one.ref.id < other.ref.id ? 1 : -1));
    const settled = lastFirst.map((row) => ({ row, outcome: { kind: "confirmed" as const } }));
    await takesTheFirstOneFirst("outbox", world, "object_id", ["0", "1"], () =>
      stores.outbox.settle(world.hubspot, settled, new Date()),
    );
  });
});

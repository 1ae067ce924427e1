import { randomUUID } from "node:crypto";
import { accountId } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onServerDatabase } from "../support/database.ts";
import { eventually } from "../support/eventually.ts";
import { healthResult } from "../support/health-result.ts";
import { scoredAccount } from "../support/scored-account.ts";
import { change, company, newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";

/** Something is marked in a transaction that is still open when the claim on it is settled. */
onServerDatabase("a mark that waits while it is settled", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores?.lease.end());

  /** Runs `settle` against the row locks of `mark`, and commits `mark` once the other one waits. */
  const markedMeanwhile = async (mark: string, tenant: string, settle: () => Promise<unknown>) => {
    let settling: Promise<unknown> = Promise.resolve();
    await under.database.transaction(async (sql) => {
      await sql.query(mark, [tenant]);
      settling = settle();
      await eventually(async () => {
        const waiting = await sql.query(
          "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'",
        );
        expect(waiting).toHaveLength(1);
      });
    });
    await settling;
  };

  it("leaves an account to be claimed again", async () => {
    const world = await newWorld(stores);
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "Acme", createdAt: new Date() }],
      links: [{ ref: ref("company", "1"), accountId: id, rule: "anchor" }],
      suggestions: [],
    });
    await stores.scores.markAll(world.tenantId);
    const claims = await stores.scores.claimAccounts(world.tenantId, 10);
    expect(claims.map((claim) => claim.accountId)).toEqual([id]);
    await markedMeanwhile(
      "UPDATE account_mark SET version = version + 1 WHERE tenant_id = $1",
      world.tenantId,
      () => stores.scores.save(world.tenantId, [scoredAccount(id, healthResult())], claims),
    );
    const again = await stores.scores.claimAccounts(world.tenantId, 10);
    expect(again.map((claim) => claim.accountId)).toEqual([id]);
  });

  it("leaves a record to be claimed again", async () => {
    const world = await newWorld(stores);
    const { ref } = company("1");
    await stores.ledger.markRecords(world.tenantId, world.hubspot, [ref]);
    const claims = await stores.ledger.claimRecords(world.hubspot, 10);
    expect(claims).toHaveLength(1);
    await markedMeanwhile(
      "UPDATE record_mark SET version = version + 1 WHERE tenant_id = $1",
      world.tenantId,
      () => stores.ledger.commit({ ...change(world, {}), claims }),
    );
    const again = await stores.ledger.claimRecords(world.hubspot, 10);
    expect(again.map((claim) => claim.ref)).toEqual([ref]);
  });
});

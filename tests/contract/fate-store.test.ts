import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type RecordRef, refKey } from "@bellwether/shared";
import { beforeAll, expect, it } from "vitest";
import { createUsageStore } from "../../server/src/adapters/db/usage-store.ts";
import type { RecordFate, Succession } from "../../server/src/services/ports.ts";
import { forEachDatabase } from "../support/database.ts";
import {
  change,
  company,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  ticket,
  type World,
} from "../support/stores.ts";

const AT = new Date("2026-11-20T09:00:00Z");

forEachDatabase("FateStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });

  const know = (world: World, ...ids: string[]) =>
    stores.ledger.commit(change(world, { records: ids.map((id) => company(id)) }));
  const account = async (world: World, ...parties: RecordRef[]): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: "An account", createdAt: AT }],
      links: parties.map((party) => ({ ref: party, accountId: id, rule: "anchor" as const })),
      suggestions: [],
    });
    return id;
  };
  const tell = (world: World, key: string, fates: readonly RecordFate[], body = "[]") =>
    stores.events.append({
      tenantId: world.tenantId,
      connectionId: world.hubspot,
      source: "hubspot",
      body: Buffer.from(body),
      events: [{ key, refs: [], fates }],
    });
  const accountOf = async (world: World, party: RecordRef): Promise<string | undefined> => {
    const [row] = await under.database.query<{ account_id: string }>(
      "SELECT account_id FROM party_link WHERE tenant_id = $1 AND ref = $2",
      [world.tenantId, refKey(party)],
    );
    return row?.account_id;
  };
  const merged = (id: string, into: string): Succession => ({
    kind: "merged",
    ref: ref("company", id),
    into: ref("company", into),
  });
  const open = (world: World) => stores.fates.openSuccessions(world.tenantId, world.hubspot, 10);

  it("stores a fate with its event, once, and only for its own tenant", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    await tell(world, "m", [merged("2", "1")]);
    await tell(world, "m", [merged("2", "1")]);
    expect(await open(world)).toEqual([merged("2", "1")]);
    expect(await open(other)).toEqual([]);
    await stores.fates.settle(world.tenantId, [merged("2", "1")], AT);
    expect(await open(world)).toEqual([]);
  });

  it("moves a merged company with all that belongs to it, and its empty account points to the other", async () => {
    const world = await newWorld(stores);
    await know(world, "1", "2");
    await stores.ledger.commit(change(world, { connectionId: world.zendesk, records: [organization("7")] }));
    const survivor = await account(world, ref("company", "1"));
    const gone = await account(world, ref("company", "2"), ref("organization", "7"));
    await stores.ledger.commit(change(world, { removed: [ref("company", "2")] }));
    expect(await stores.fates.carryOut(world.tenantId, [merged("2", "1")])).toEqual([merged("2", "1")]);
    expect(await stores.fates.carryOut(world.tenantId, [merged("2", "1")])).toEqual([merged("2", "1")]);
    expect(await accountOf(world, ref("company", "2"))).toBe(survivor);
    expect(await accountOf(world, ref("organization", "7"))).toBe(survivor);
    expect((await stores.accounts.find(world.tenantId, gone))?.id).toBe(survivor);
  });

  it("moves the merged company alone where another one is still in its account", async () => {
    const world = await newWorld(stores);
    await know(world, "1", "2", "3");
    const survivor = await account(world, ref("company", "1"));
    const shared = await account(world, ref("company", "2"), ref("company", "3"));
    await stores.fates.carryOut(world.tenantId, [merged("2", "1")]);
    expect(await accountOf(world, ref("company", "2"))).toBe(survivor);
    expect(await accountOf(world, ref("company", "3"))).toBe(shared);
  });

  it("keeps the account of a record under a new id, whether that was read before or not", async () => {
    const renamed = { kind: "renamed", ref: ref("company", "1"), into: ref("company", "9") } as const;
    for (const isRead of [false, true]) {
      const world = await newWorld(stores);
      await know(world, "1", "9");
      const kept = await account(world, ref("company", "1"));
      if (isRead) await account(world, ref("company", "9"));
      await stores.fates.carryOut(world.tenantId, [renamed]);
      expect(await accountOf(world, ref("company", "9"))).toBe(kept);
    }
  });

  it("waits for a survivor that was not read yet, and has nothing to do for what nobody knew", async () => {
    const world = await newWorld(stores);
    await know(world, "2");
    await account(world, ref("company", "2"));
    expect(await stores.fates.carryOut(world.tenantId, [merged("2", "1")])).toEqual([]);
    expect(await stores.fates.carryOut(world.tenantId, [merged("8", "1")])).toEqual([merged("8", "1")]);
  });

  it("finds what was erased, what is gone since when, and what belongs to a record", async () => {
    const world = await newWorld(stores);
    const [contact, gone] = [ref("contact", "5"), ref("company", "4")];
    await know(world, "4");
    await stores.ledger.commit(change(world, { removed: [gone], records: [ticket("3", [contact])] }));
    await tell(world, "e", [{ kind: "erased", ref: contact }]);
    expect(await stores.fates.erased(world.tenantId, [contact, gone])).toEqual(new Set([refKey(contact)]));
    const removedAt = await stores.fates.removedAt(world.tenantId, [contact, gone]);
    expect([...removedAt.keys()]).toEqual([refKey(gone)]);
    expect(await stores.fates.childrenOf(world.tenantId, [contact])).toEqual([ticket("3", []).ref]);
  });

  it("finds deliveries by an id in their bytes, page by page, and puts others in their place", async () => {
    const world = await newWorld(stores);
    for (let i = 0; i < 5; i++) await tell(world, `d${i}`, [], `[{"objectId":71${i % 2}}]`);
    const page = (after: string | null) =>
      stores.fates.bodiesNaming(world.tenantId, world.hubspot, ["710"], after, 2);
    const first = await page(null);
    const second = await page(first.at(-1)?.deliveryId ?? null);
    expect([first.length, second.length]).toEqual([2, 1]);
    await stores.fates.replaceBodies(
      world.tenantId,
      [...first, ...second].map(({ deliveryId }) => ({ deliveryId, body: Buffer.from("[]") })),
    );
    expect(await page(null)).toEqual([]);
  });

  it("empties what is shown of rejected events that name an id or an address, of one tenant alone", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const usage = createUsageStore(under.database, { send: async () => undefined });
    const bodies = ['{"userId":"710"}', '{"userId":7101}', '{"to":"Ann@Acme.example"}', "broken 710 text"];
    for (const { tenantId } of [world, other])
      await usage.keepRejected(
        tenantId,
        "hubspot",
        bodies.map((body, i) => ({ key: `k${i}`, reason: "why", body })),
        AT,
      );
    const empty = () => stores.fates.emptyRejected(world.tenantId, ["710"], ["ann@ACME.example"]);
    expect([await empty(), await empty()]).toEqual([3, 0]);
    const kept = await usage.rejected(world.tenantId, 10);
    expect(kept.map(({ source, body }) => [source, body])).toEqual([
      ["hubspot", ""],
      ["hubspot", bodies[1]],
      ["hubspot", ""],
      ["hubspot", ""],
    ]);
    expect((await usage.rejected(other.tenantId, 10)).map(({ body }) => body)).toEqual(bodies);
  });
});

import { randomUUID } from "node:crypto";
import { accountId } from "@bellwether/shared";
import { beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import { change, company, linked, newWorld, ref, type Stores, storesOfProcess } from "../support/stores.ts";

const AT = new Date("2026-11-20T09:00:00Z");
const CHANGED = "2026-02-01T00:00:00.000Z";
const LATER = "2026-03-01T00:00:00.000Z";
const NOTHING = { created: 0, changed: 0, deleted: 0, restored: 0, relinked: 0, merged: 0 };

forEachDatabase("ReconciliationStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });

  it("tells each difference, marks those records, and names what was not listed", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const { reconciliations, ledger } = stores;
    const records = ["1", "2", "3", "4", "5"].map((id) => company(id));
    await ledger.commit(change(world, { records }));
    await ledger.commit(change(world, { removed: [ref("company", "3")] }));
    await ledger.commit(change(other, { records }));
    const run = await reconciliations.begin({ tenantId: world.tenantId, id: world.hubspot }, "company", AT);
    const row = (id: string, updatedAt = CHANGED) => ({ id, updatedAt, links: [] });
    const rows = [row("1"), row("2", LATER), row("3"), row("9")];
    const onward = { objectType: "company", stage: "missing", position: null } as const;
    const moved = await reconciliations.compare(run, { platform: "hubspot", rows }, onward, AT);
    expect(moved).toMatchObject({
      ...onward,
      counts: { ...NOTHING, compared: 4, created: 1, changed: 1, restored: 1 },
    });
    const marked = await ledger.claimRecords(world.hubspot, 10);
    expect(marked.map((claim) => claim.ref.id).toSorted()).toEqual(["2", "3", "9"]);
    expect(await ledger.claimRecords(other.hubspot, 10)).toEqual([]);
    if (moved === null) throw new Error("nobody else is at it");
    expect(await reconciliations.unseen(moved, "hubspot", 1)).toEqual([ref("company", "4")]);
    const behind = { ...moved, position: "hubspot:company:4" };
    expect(await reconciliations.unseen(behind, "hubspot", 10)).toEqual([ref("company", "5")]);
  });

  it("sees an association that was added, one that went, and none where the list does not say", async () => {
    const world = await newWorld(stores);
    const to = (id: string) => ref("company", id);
    const people = [
      linked(ref("contact", "1"), [to("1")]),
      linked(ref("contact", "2"), [to("1"), to("2")]),
      linked(ref("contact", "3"), [to("2"), to("1")]),
      linked(ref("contact", "4"), [to("1")]),
    ];
    await stores.ledger.commit(change(world, { records: people }));
    const { reconciliations } = stores;
    const run = await reconciliations.begin({ tenantId: world.tenantId, id: world.hubspot }, "contact", AT);
    const rows = [
      { id: "1", updatedAt: CHANGED, links: [to("1"), to("2")] },
      { id: "2", updatedAt: CHANGED, links: [to("1")] },
      { id: "3", updatedAt: CHANGED, links: [to("1"), to("2")] },
      { id: "4", updatedAt: CHANGED, links: null },
    ];
    const onward = { objectType: "contact", stage: "listing", position: "4" } as const;
    const moved = await reconciliations.compare(run, { platform: "hubspot", rows }, onward, AT);
    expect(moved?.counts).toEqual({ ...NOTHING, compared: 4, relinked: 2 });
  });

  it("tells merges that no event told, once: the account that was there first goes on", async () => {
    const [world, other] = [await newWorld(stores), await newWorld(stores)];
    const { reconciliations, ledger, accounts, fates } = stores;
    const ids = ["1", "2", "3", "4"];
    for (const { tenantId, hubspot } of [world, other]) {
      await ledger.commit(change({ ...world, tenantId, hubspot }, { records: ids.map((id) => company(id)) }));
      for (const id of ["2", "1", "4"]) {
        const account = accountId.parse(randomUUID());
        await accounts.link(tenantId, {
          accounts: [{ id: account, name: id, createdAt: AT }],
          links: [{ ref: ref("company", id), accountId: account, rule: "anchor" }],
          suggestions: [],
        });
      }
    }
    const told = { kind: "merged", ref: ref("company", "3"), into: ref("company", "4") } as const;
    await stores.events.append({
      tenantId: world.tenantId,
      connectionId: world.hubspot,
      source: "hubspot",
      body: Buffer.from("[]"),
      events: [{ key: "merge", refs: [], fates: [told] }],
    });
    await fates.settle(world.tenantId, [told], AT);
    const run = await reconciliations.begin({ tenantId: world.tenantId, id: world.hubspot }, "company", AT);
    // 4 took in 3, of which an event told, then 1 and 2, and 77, which nobody here ever knew
    const rows = [{ id: "4", updatedAt: CHANGED, links: [], mergedIds: ["3", "1", "2", "77"] }];
    const onward = { objectType: "company", stage: "listing", position: "4" } as const;
    const page = { platform: "hubspot", rows } as const;
    const moved = await reconciliations.compare(run, page, onward, AT);
    expect(moved?.counts).toEqual({ ...NOTHING, compared: 1, merged: 2 });
    const marked = await ledger.claimRecords(world.hubspot, 10);
    expect(marked.map((claim) => claim.ref.id).toSorted()).toEqual(["1", "2", "4"]);
    const into = ref("company", "4");
    expect(await fates.openSuccessions(world.tenantId, world.hubspot, 10)).toEqual([
      { kind: "renamed", ref: ref("company", "2"), into },
      { kind: "merged", ref: ref("company", "1"), into },
    ]);
    expect(await fates.openSuccessions(other.tenantId, other.hubspot, 10)).toEqual([]);
    if (moved === null) throw new Error("nobody else is at it");
    const again = await reconciliations.compare(moved, page, { ...onward, position: "5" }, AT);
    expect(again?.counts).toMatchObject({ merged: 2 });
  });

  it("shows the newest finished run beside the one under way, and forgets what it saw", async () => {
    const world = await newWorld(stores);
    const { reconciliations } = stores;
    const key = { tenantId: world.tenantId, id: world.hubspot };
    for (const minutes of [0, 1, 2]) {
      const at = new Date(AT.getTime() + minutes * 60_000);
      const run = await reconciliations.begin(key, "company", at);
      await reconciliations.moveOn(run, null, minutes, at);
    }
    await reconciliations.begin(key, "company", AT);
    const runs = await reconciliations.recent(world.tenantId);
    expect(runs.map((run) => [run.finishedAt === null, run.counts.deleted])).toEqual([
      [false, 2],
      [true, 0],
    ]);
    expect(await reconciliations.recent((await newWorld(stores)).tenantId)).toEqual([]);
  });

  it("names runs that nobody has moved on, but not those of a disconnected platform", async () => {
    const world = await newWorld(stores);
    const { reconciliations, connections } = stores;
    for (const [id, type] of [
      [world.hubspot, "company"],
      [world.zendesk, "organization"],
    ] as const)
      await reconciliations.begin({ tenantId: world.tenantId, id }, type, AT);
    await connections.update(world.zendesk, { status: "disconnected" });
    const stalled = await reconciliations.stalled(new Date(AT.getTime() + 1));
    expect(stalled).toContain(world.hubspot);
    expect(stalled).not.toContain(world.zendesk);
    expect(await reconciliations.stalled(AT)).not.toContain(world.hubspot);
  });
});

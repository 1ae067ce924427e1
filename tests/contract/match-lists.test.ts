import { randomUUID } from "node:crypto";
import { type AccountId, accountId, type MatchRule, refKey, type SourceRecord } from "@bellwether/shared";
import { afterAll, beforeAll, expect, it } from "vitest";
import { forEachDatabase } from "../support/database.ts";
import {
  change,
  company,
  newWorld,
  organization,
  ref,
  type Stores,
  storesOfProcess,
  type World,
} from "../support/stores.ts";

forEachDatabase("Lists of the MatchStore", (under) => {
  let stores: Stores;
  beforeAll(async () => {
    stores = await storesOfProcess(under.database);
  });
  afterAll(() => stores.lease.end());

  const newBook = async (records: SourceRecord[]): Promise<World> => {
    const world = await newWorld(stores);
    await stores.ledger.commit(change(world, { records }));
    return world;
  };
  /** The first is the anchor; of each other one with its rule. */
  const account = async (
    world: World,
    anchor: SourceRecord,
    ...joined: [SourceRecord, MatchRule][]
  ): Promise<AccountId> => {
    const id = accountId.parse(randomUUID());
    await stores.accounts.link(world.tenantId, {
      accounts: [{ id, name: `Account of ${refKey(anchor.ref)}`, createdAt: new Date() }],
      links: [
        { ref: anchor.ref, accountId: id, rule: "anchor" },
        ...joined.map(([record, rule]) => ({ ref: record.ref, accountId: id, rule })),
      ],
      suggestions: [],
    });
    return id;
  };
  const FIRST = { after: null, limit: 50 };

  it("finds links that the records speak against, and no others", async () => {
    const at = "2026-02-02T00:00:00.000Z";
    const anchors = ["1", "2", "3", "4"].map((id) =>
      company(id, { fields: { domain: `d${id}.example`, externalId: `X-${id}` } }),
    );
    const [one, two, three, four] = anchors;
    if (!one || !two || !three || !four) throw new Error("no companies");
    const good = organization("11", { domains: ["d1.example"] });
    const byId = organization("12", { externalId: " x-2 " });
    const byOwnId = organization("13", { externalId: "3" });
    const twins = [
      organization("14", { domains: ["d4.example"] }),
      organization("15", { domains: ["d4.example"] }),
    ];
    const [left, right] = twins;
    if (!left || !right) throw new Error("no organizations");
    const world = await newBook([...anchors, good, byId, byOwnId, ...twins]);
    const ids = [
      await account(world, one, [good, "domain"]),
      await account(world, two, [byId, "external_id"]),
      await account(world, three, [byOwnId, "external_id"]),
      await account(world, four, [left, "domain"], [right, "domain"]),
    ];
    const conflicts = async () =>
      (await stores.matches.matched(world.tenantId, "conflict", FIRST)).rows.flatMap((row) =>
        row.conflicts.map((conflict) => [ids.indexOf(row.id), conflict.ref.id, conflict.kind]),
      );
    expect((await stores.matches.matched(world.tenantId, "all", FIRST)).rows.map((row) => row.id)).toEqual(
      ids.toSorted(),
    );
    expect(await conflicts()).toEqual([
      [3, "14", "twin"],
      [3, "15", "twin"],
    ]);
    await stores.ledger.commit(
      change(world, {
        records: [
          { ...organization("11", { domains: ["other.example"] }), updatedAt: at },
          { ...organization("12", { externalId: "X-9" }), updatedAt: at },
          { ...organization("13"), updatedAt: at },
        ],
        removed: [right.ref],
      }),
    );
    expect((await conflicts()).toSorted()).toEqual([
      [0, "11", "domain"],
      [1, "12", "external_id"],
      [2, "13", "external_id"],
    ]);
    expect((await stores.matches.matched((await newWorld(stores)).tenantId, "all", FIRST)).rows).toEqual([]);
  });

  it("finds accounts that share a domain, an id or a name, page by page, and not what one account has twice", async () => {
    const records = [
      company("1", { fields: { name: "Same Ltd", domain: "shared.example", externalId: "E-1" } }),
      company("2", { fields: { name: "same", domain: "shared.example" } }),
      company("3", { fields: { externalId: "e-1", domain: "gmail.com" } }),
      company("4", { fields: { domain: "gmail.com" } }),
      organization("5", { name: "Company 4", domains: ["own.example"] }),
      company("6", { fields: { name: "Own", domain: "own.example" } }),
    ];
    const world = await newBook(records);
    const [first, second, third, fourth, fifth, sixth] = records;
    if (!first || !second || !third || !fourth || !fifth || !sixth) throw new Error("no records");
    await account(world, first);
    const two = await account(world, second);
    await account(world, third);
    await account(world, fourth, [fifth, "name"]);
    await account(world, sixth);
    const found: string[] = [];
    for (let after: string | null = null; ; ) {
      const page: Awaited<ReturnType<Stores["matches"]["duplicates"]>> = await stores.matches.duplicates(
        world.tenantId,
        { after, limit: 1 },
      );
      found.push(...page.rows.map((row) => `${row.kind} ${row.value} ${row.accounts.length}`));
      if (page.next === null) break;
      after = page.next;
    }
    expect(found).toEqual([
      "domain own.example 2",
      "domain shared.example 2",
      "external_id e-1 2",
      "name same 2",
    ]);
    // a person who splits what was merged says that they are two
    const { rows } = await stores.matches.duplicates(world.tenantId, FIRST);
    const shared = rows.find((row) => row.value === "same")?.accounts.map((each) => each.id) ?? [];
    const into = accountId.parse(shared.find((id) => id !== two));
    const decide = (action: Parameters<Stores["matches"]["act"]>[1][number]["action"]) =>
      stores.matches.act(world.tenantId, [{ id: randomUUID(), action }], {
        at: new Date(),
        actor: { id: "token:1", name: "Ann" },
        ownAccountOf: () => two,
      });
    await decide({ kind: "merge", from: two, into });
    await decide({ kind: "split", ref: ref("company", "2") });
    const left = await stores.matches.duplicates(world.tenantId, FIRST);
    expect(left.rows.map((row) => row.value)).toEqual(["own.example", "e-1"]);
    // and so does one who rejects
    const other = left.rows.find((row) => row.value === "e-1")?.accounts.find((each) => each.id !== into);
    await decide({ kind: "reject", ref: ref("company", "1"), accountId: accountId.parse(other?.id) });
    const last = await stores.matches.duplicates(world.tenantId, FIRST);
    expect(last.rows.map((row) => row.value)).toEqual(["own.example"]);
  });
});
